import type { Caller } from '../src/access/caller.ts';
import type { Role } from '../src/access/role.ts';

/** Somebody who has shown a token of this role. */
export function callerWith(role: Role): Caller {
  return { role, name: `a ${role}`, tokenId: 'token:1', expiresAt: null, session: undefined };
}
