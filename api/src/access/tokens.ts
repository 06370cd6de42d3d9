import { desc, eq } from 'drizzle-orm';
import { type Database } from '../database/database.ts';
import { ShoalError } from '../errors.ts';
import { refuseFaults } from '../input-faults.ts';
import type { NewId } from '../ordered-id.ts';
import type { Caller } from './caller.ts';
import type { Role } from './role.ts';
import { hashSecret, isSameHash, makeToken } from './secret.ts';

/** A token as it is stored, without its secret. */
export interface Token {
  /** UUIDv7. */
  readonly id: string;
  readonly name: string;
  readonly role: Role;
  readonly createdAt: Date;
  /** Null for never. */
  readonly expiresAt: Date | null;
  /** To the minute. Null for never. */
  readonly lastUsedAt: Date | null;
}

/** A token that a setting or a file gives. It is in no table, and good as long as this process knows it. */
export interface FixedToken {
  readonly secret: string;
  readonly name: string;
  readonly role: Role;
}

export interface TokensOptions {
  readonly database: Database;
  readonly fixed: readonly FixedToken[];
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly newId: NewId;
}

const MAX_NAME = 100;
const MAX_TOKENS = 1000;
const USE_NOTED_EVERY_MS = 60_000;

/** The tokens that let somebody in. */
export class Tokens {
  readonly #options: TokensOptions;
  readonly #fixed: readonly { readonly hash: string; readonly caller: Caller }[];

  constructor(options: TokensOptions) {
    this.#options = options;
    this.#fixed = options.fixed.map((token) => ({ hash: hashSecret(token.secret), caller: toFixed(token) }));
  }

  /**
   * Makes a token, whose secret nobody is told again.
   * @throws ShoalError BAD_USER_INPUT naming all faults
   */
  async create(given: {
    readonly name: string;
    readonly role: Role;
    readonly expiresAt: Date | null;
  }): Promise<{ readonly secret: string; readonly token: Token }> {
    const { database, now, newId } = this.#options;
    const { name, role, expiresAt } = given;
    refuseFaults([nameFault(name), expiresAt === null ? undefined : expiryFault(expiresAt, now())]);
    if ((await this.list()).length >= MAX_TOKENS) {
      throw new ShoalError('CONFLICT', `There are ${MAX_TOKENS} tokens. Revoke those that nobody uses.`);
    }
    const secret = makeToken();
    const token = { id: newId(), name, role, createdAt: new Date(now()), expiresAt, lastUsedAt: null };
    await database.query((db) =>
      db.insert(database.tables.tokens).values({ ...token, hash: hashSecret(secret) }),
    );
    return { secret, token };
  }

  /** Ends a token and the sessions that it has opened. Returns what it was, or undefined where there was none. */
  async revoke(id: string): Promise<Token | undefined> {
    const { database } = this.#options;
    const { tokens, sessions } = database.tables;
    return await database.transaction(async (db) => {
      const [row] = await db.select().from(tokens).where(eq(tokens.id, id));
      await db.delete(tokens).where(eq(tokens.id, id));
      await db.delete(sessions).where(eq(sessions.tokenId, `token:${id}`));
      return row && toToken(row);
    });
  }

  /** The newest first, expired ones included. */
  async list(): Promise<Token[]> {
    const { database } = this.#options;
    const { tokens } = database.tables;
    const rows = await database.query((db) => db.select().from(tokens).orderBy(desc(tokens.id)));
    return rows.map(toToken);
  }

  /** Who shows this secret; undefined when it is none of ours, or no longer. */
  async findBySecret(secret: string): Promise<Caller | undefined> {
    const hash = hashSecret(secret);
    const fixed = this.#fixed.find((token) => isSameHash(token.hash, hash));
    if (fixed !== undefined) return fixed.caller;
    const { database } = this.#options;
    const { tokens } = database.tables;
    const [row] = await database.query((db) => db.select().from(tokens).where(eq(tokens.hash, hash)));
    if (row === undefined || !isSameHash(row.hash, hash)) return undefined;
    return await this.#admit(row);
  }

  /** As `Caller.tokenId` names it. */
  async findById(tokenId: string): Promise<Caller | undefined> {
    const fixed = this.#fixed.find(({ caller }) => caller.tokenId === tokenId);
    if (fixed !== undefined) return fixed.caller;
    if (!tokenId.startsWith('token:')) return undefined;
    const { database } = this.#options;
    const { tokens } = database.tables;
    const id = tokenId.slice('token:'.length);
    const [row] = await database.query((db) => db.select().from(tokens).where(eq(tokens.id, id)));
    return row && (await this.#admit(row));
  }

  async #admit(row: Token): Promise<Caller | undefined> {
    const { database, now } = this.#options;
    const { tokens } = database.tables;
    if (row.expiresAt !== null && row.expiresAt.getTime() <= now()) return undefined;
    if (now() - (row.lastUsedAt?.getTime() ?? 0) >= USE_NOTED_EVERY_MS) {
      const lastUsedAt = new Date(now());
      await database.query((db) => db.update(tokens).set({ lastUsedAt }).where(eq(tokens.id, row.id)));
    }
    const { role, name, expiresAt } = row;
    return { role, name, tokenId: `token:${row.id}`, expiresAt, session: undefined };
  }
}

/** Known by its hash, so that sessions opened with it end when another one takes its place. */
function toFixed({ secret, name, role }: FixedToken): Caller {
  const tokenId = `fixed:${hashSecret(`id of ${secret}`).slice(0, 32)}`;
  return { role, name, tokenId, expiresAt: null, session: undefined };
}

function toToken({ id, name, role, createdAt, expiresAt, lastUsedAt }: Token): Token {
  return { id, name, role, createdAt, expiresAt, lastUsedAt };
}

function nameFault(name: string): string | undefined {
  const length = [...name].length;
  if (length >= 1 && length <= MAX_NAME && name.trim() === name && !/\p{Cc}/u.test(name)) return undefined;
  return `name must have 1 to ${MAX_NAME} characters, none of them a control character, and no space at an end`;
}

function expiryFault(expiresAt: Date, now: number): string | undefined {
  return expiresAt.getTime() > now ? undefined : 'the time of expiry must be in the future';
}
