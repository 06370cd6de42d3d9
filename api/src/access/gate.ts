import type { Caller } from './caller.ts';
import type { Credential } from './credential.ts';
import { Memo } from './memo.ts';
import { hashSecret } from './secret.ts';
import type { Sessions } from './sessions.ts';
import type { Token, Tokens } from './tokens.ts';

export interface GateOptions {
  readonly tokens: Tokens;
  readonly sessions: Sessions;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Monotonic, in milliseconds. */
  readonly clock: () => number;
}

/** Finds out who shows a credential. Remembered for seconds, by hash; a revocation in this process counts at once. */
export class Gate {
  readonly #options: GateOptions;
  readonly #callers: Memo<Caller>;
  readonly #listeners = new Set<() => void>();

  constructor(options: GateOptions) {
    this.#options = options;
    this.#callers = new Memo(options.clock);
  }

  /**
   * Undefined for a stranger, at once where it is known.
   * @throws ShoalError UNAVAILABLE when the database can't be asked
   */
  identify(credential: Credential | undefined): Caller | undefined | Promise<Caller | undefined> {
    if (credential === undefined) return undefined;
    const { kind, text } = credential;
    const found = this.#callers.get(hashSecret(`${kind} ${text}`), () => this.#find(credential));
    return found instanceof Promise
      ? found.then((caller) => this.#unlessExpired(caller))
      : this.#unlessExpired(found);
  }

  /** Whether somebody who was let in still may be. */
  async isStillIn({ tokenId, session }: Caller): Promise<boolean> {
    const { tokens, sessions } = this.#options;
    const load = async () => (session ? await sessions.findById(session.id) : await tokens.findById(tokenId));
    const found = await this.#callers.get(`id ${session?.id ?? tokenId}`, load);
    return this.#unlessExpired(found) !== undefined;
  }

  /** Opens a session for the caller; the value of its cookie. */
  async signIn(caller: Caller): Promise<string> {
    return await this.#options.sessions.start(caller);
  }

  /** Ends the session, everywhere. */
  async signOut(sessionId: string): Promise<void> {
    await this.#options.sessions.end(sessionId);
    this.#forget();
  }

  /** Ends all sessions that were opened with the caller's token, in every browser. Resolves with how many there were. */
  async signOutEverywhere({ tokenId }: Caller): Promise<number> {
    const count = await this.#options.sessions.endAll(tokenId);
    this.#forget();
    return count;
  }

  /** A new value for the cookie of a session, where it is time for one. */
  async rotate({ kind, text }: Credential, caller: Caller): Promise<string | undefined> {
    return kind === 'session' ? await this.#options.sessions.rotate(text, caller) : undefined;
  }

  /** Undefined where there is no such token. */
  async revoke(tokenId: string): Promise<Token | undefined> {
    const token = await this.#options.tokens.revoke(tokenId);
    this.#forget();
    return token;
  }

  /** Calls the listener whenever somebody may no longer be let in. Returns the way to stop. */
  onRevocation(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async #find({ kind, text }: Credential): Promise<Caller | undefined> {
    const { tokens, sessions } = this.#options;
    return kind === 'token' ? await tokens.findBySecret(text) : await sessions.find(text);
  }

  #unlessExpired(caller: Caller | undefined): Caller | undefined {
    const isOver = caller?.expiresAt != null && caller.expiresAt.getTime() <= this.#options.now();
    return isOver ? undefined : caller;
  }

  #forget(): void {
    this.#callers.clear();
    for (const listener of this.#listeners) listener();
  }
}
