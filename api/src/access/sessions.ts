import { and, eq, lt, or } from 'drizzle-orm';
import type { Database } from '../database/database.ts';
import type { Tables } from '../database/tables.ts';
import type { Caller } from './caller.ts';
import { hashSecret, isSameHash, makeSecret } from './secret.ts';
import type { SigningKeys } from './signing-keys.ts';
import type { Tokens } from './tokens.ts';

export interface SessionsOptions {
  readonly database: Database;
  readonly tokens: Tokens;
  readonly keys: SigningKeys;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

const HOUR_MS = 3_600_000;
/** A session ends after so long, used or not. */
export const SESSION_LIFETIME_MS = 7 * 24 * HOUR_MS;
/** And when it was not used for so long. */
const IDLE_MS = 24 * HOUR_MS;
const ROTATED_EVERY_MS = HOUR_MS;
/** How long a replaced secret is good for requests that were under way with it. */
const OLD_SECRET_GOOD_MS = 2 * 60_000;
const USE_NOTED_EVERY_MS = 60_000;
const PURPOSE = 'session';

type SessionRow = Tables['sessions']['$inferSelect'];

/**
 * The sessions of browsers. The cookie is `ID.SECRET.SIGNATURE`; the row knows the hash of the secret, which is replaced every hour. A
 * cookie that we have not signed costs no query.
 */
export class Sessions {
  readonly #options: SessionsOptions;

  constructor(options: SessionsOptions) {
    this.#options = options;
  }

  /** Opens a session for who has shown a token. Returns the cookie's value. */
  async start({ tokenId }: Caller): Promise<string> {
    const { database, now } = this.#options;
    const { sessions } = database.tables;
    const id = makeSecret();
    const secret = makeSecret();
    const at = new Date(now());
    await this.#forgetOld();
    await database.query((db) =>
      db.insert(sessions).values({
        id,
        tokenId,
        secretHash: hashSecret(secret),
        previousHash: null,
        createdAt: at,
        rotatedAt: at,
        lastUsedAt: at,
      }),
    );
    return this.#seal(id, secret);
  }

  /** Who shows this cookie; undefined when the session has ended, or its token. */
  async find(cookie: string): Promise<Caller | undefined> {
    const opened = this.#open(cookie);
    const row = opened && (await this.#load(opened.id));
    if (opened === undefined || row === undefined) return undefined;
    const hash = hashSecret(opened.secret);
    const isNewest = isSameHash(row.secretHash, hash);
    const isOld = row.previousHash !== null && isSameHash(row.previousHash, hash);
    const isGood = isNewest || (isOld && this.#options.now() < row.rotatedAt.getTime() + OLD_SECRET_GOOD_MS);
    return isGood ? await this.#admit(row, isNewest) : undefined;
  }

  /** Whose session it is, for somebody who has shown its cookie before; undefined when it has ended, or its token. */
  async findById(id: string): Promise<Caller | undefined> {
    const row = await this.#load(id);
    return row && (await this.#admit(row, false));
  }

  /** The cookie with a new secret, if its turn has come; undefined otherwise, as for all but the first of several requests at once. */
  async rotate(cookie: string, { session }: Caller): Promise<string | undefined> {
    const { database, now } = this.#options;
    const { sessions } = database.tables;
    const opened = this.#open(cookie);
    if (session?.rotateAt === undefined || opened === undefined || now() < session.rotateAt) return undefined;
    const secret = makeSecret();
    const previousHash = hashSecret(opened.secret);
    const change = { secretHash: hashSecret(secret), previousHash, rotatedAt: new Date(now()) };
    const result: unknown = await database.query((db) =>
      db
        .update(sessions)
        .set(change)
        .where(and(eq(sessions.id, session.id), eq(sessions.secretHash, previousHash))),
    );
    return database.affectedRows(result) === 1 ? this.#seal(session.id, secret) : undefined;
  }

  /** Ends a session in every tab and on every replica. */
  async end(id: string): Promise<void> {
    const { database } = this.#options;
    const { sessions } = database.tables;
    await database.query((db) => db.delete(sessions).where(eq(sessions.id, id)));
  }

  /** Ends all that were opened with a token. Resolves with how many there were. */
  async endAll(tokenId: string): Promise<number> {
    const { database } = this.#options;
    const { sessions } = database.tables;
    const result: unknown = await database.query((db) =>
      db.delete(sessions).where(eq(sessions.tokenId, tokenId)),
    );
    return database.affectedRows(result);
  }

  async #load(id: string): Promise<SessionRow | undefined> {
    const { database } = this.#options;
    const { sessions } = database.tables;
    const [row] = await database.query((db) => db.select().from(sessions).where(eq(sessions.id, id)));
    return row;
  }

  async #admit(row: SessionRow, isToRotate: boolean): Promise<Caller | undefined> {
    const { database, tokens, now } = this.#options;
    const { sessions } = database.tables;
    const expiresAt = new Date(row.createdAt.getTime() + SESSION_LIFETIME_MS);
    const isOver = now() >= Math.min(expiresAt.getTime(), row.lastUsedAt.getTime() + IDLE_MS);
    const owner = isOver ? undefined : await tokens.findById(row.tokenId);
    if (owner === undefined) return undefined;
    if (now() - row.lastUsedAt.getTime() >= USE_NOTED_EVERY_MS) {
      const lastUsedAt = new Date(now());
      await database.query((db) => db.update(sessions).set({ lastUsedAt }).where(eq(sessions.id, row.id)));
    }
    const rotateAt = isToRotate ? row.rotatedAt.getTime() + ROTATED_EVERY_MS : undefined;
    return { ...owner, expiresAt: earlier(owner.expiresAt, expiresAt), session: { id: row.id, rotateAt } };
  }

  async #forgetOld(): Promise<void> {
    const { database, now } = this.#options;
    const { sessions } = database.tables;
    const isOver = or(
      lt(sessions.createdAt, new Date(now() - SESSION_LIFETIME_MS)),
      lt(sessions.lastUsedAt, new Date(now() - IDLE_MS)),
    );
    await database.query((db) => db.delete(sessions).where(isOver));
  }

  #seal(id: string, secret: string): string {
    return `${id}.${secret}.${this.#options.keys.sign(PURPOSE, `${id}.${secret}`)}`;
  }

  #open(cookie: string): { readonly id: string; readonly secret: string } | undefined {
    const [, id, secret, signature] = /^([\w-]{43})\.([\w-]{43})\.([\w-]{43})$/.exec(cookie) ?? [];
    if (id === undefined || secret === undefined || signature === undefined) return undefined;
    return this.#options.keys.hasSigned(PURPOSE, `${id}.${secret}`, signature) ? { id, secret } : undefined;
  }
}

function earlier(one: Date | null, other: Date): Date {
  return one !== null && one < other ? one : other;
}
