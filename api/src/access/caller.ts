import type { Role } from './role.ts';

/** Who asks, as a token or a session has shown it. */
export interface Caller {
  readonly role: Role;
  /** Of the token. */
  readonly name: string;
  /** Of the token: `token:ID` for a stored one, `fixed:HASH` for one of the settings. */
  readonly tokenId: string;
  /** When what it has shown expires. Null where it doesn't. */
  readonly expiresAt: Date | null;
  /** Undefined for who shows the token itself. */
  readonly session: CallerSession | undefined;
}

export interface CallerSession {
  readonly id: string;
  /** When its secret is to be replaced, in milliseconds since the epoch. Undefined where another request sees to that. */
  readonly rotateAt: number | undefined;
}
