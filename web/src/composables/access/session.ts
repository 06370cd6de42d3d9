import { shallowRef, type ShallowRef } from 'vue';
import type { Role } from '../../graphql/generated/graphql.ts';
import { refuseRole } from './roles.ts';
import type { SignInWith, Viewer } from './session-api.ts';

/**
 * `checking` until it is known who is there; a `stranger` sees nothing but the sign-in. Of who was `in` and no longer is, the page stays as
 * it is: `expired`.
 */
export type SessionState = 'checking' | 'stranger' | 'in' | 'expired';

export interface SessionOptions {
  readonly fetchViewer: () => Promise<Viewer | undefined>;
  readonly openSession: (by: SignInWith) => Promise<Viewer | string>;
  readonly closeSession: () => Promise<boolean>;
}

/** Who is signed in on this page. */
export class Session {
  readonly #options: SessionOptions;
  readonly #state: ShallowRef<SessionState> = shallowRef('checking');
  readonly #viewer: ShallowRef<Viewer | undefined> = shallowRef();
  readonly #fault: ShallowRef<string> = shallowRef('');
  #waiting: (() => void)[] = [];

  constructor(options: SessionOptions) {
    this.#options = options;
  }

  /** Reactive. */
  get state(): SessionState {
    return this.#state.value;
  }

  /** Reactive. Undefined also while the server can't be reached. */
  get viewer(): Viewer | undefined {
    return this.#viewer.value;
  }

  /** Reactive. Why the last attempt failed; empty unless it did. */
  get fault(): string {
    return this.#fault.value;
  }

  /**
   * Reactive. Why who is signed in may not do what takes a role, in a sentence; undefined if it may, and as long as it is not known who that
   * is: then the api says it.
   */
  refusal(role: Role, deed: string): string | undefined {
    return this.viewer && refuseRole(this.viewer.role, role, deed);
  }

  /** Finds out who is there, or signs in by the code of a one-time link. */
  async start(code?: string): Promise<void> {
    if (code !== undefined && (await this.signIn({ code }))) return;
    try {
      const viewer = await this.#options.fetchViewer();
      if (viewer === undefined) this.#state.value = 'stranger';
      else this.#enter(viewer);
    } catch {
      // The pages say by themselves what they can't reach.
      this.#enter(undefined);
    }
  }

  /** Whether it has worked. */
  async signIn(by: SignInWith): Promise<boolean> {
    const answer = await this.#options.openSession(by);
    if (typeof answer === 'string') {
      this.#fault.value = answer;
      return false;
    }
    this.#enter(answer);
    return true;
  }

  /** Ends the session everywhere. Whether it has worked. */
  async signOut(): Promise<boolean> {
    return await this.#options.closeSession();
  }

  /** Says that the api no longer knows who asks. */
  expire(): void {
    if (this.state === 'in') this.#state.value = 'expired';
  }

  /** Resolves when somebody is signed in. */
  whenIn(): Promise<void> {
    if (this.state === 'in') return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  #enter(viewer: Viewer | undefined): void {
    this.#viewer.value = viewer;
    this.#fault.value = '';
    this.#state.value = 'in';
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}
