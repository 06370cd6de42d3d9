import { ShoalError } from '../errors.ts';
import type { Caller } from './caller.ts';
import { isAllowed, type Audience } from './role.ts';

/** Says no, over GraphQL with the status of HTTP that belongs to it. */
class AccessRefusal extends ShoalError {
  readonly extensions = { http: { status: this.httpStatus } };
}

/** Why somebody is not let in; undefined when they are. */
export function refuseAccess(
  caller: Caller | undefined,
  audience: readonly Audience[],
): ShoalError | undefined {
  if (isAllowed(caller?.role, audience)) return undefined;
  if (caller === undefined) {
    return new AccessRefusal(
      'UNAUTHENTICATED',
      'Nobody is signed in. Send a token in the header Authorization: Bearer TOKEN, or sign in with one on the page.',
    );
  }
  return new AccessRefusal(
    'FORBIDDEN',
    `This takes the role ${audience[0]}. The token “${caller.name}” has the role ${caller.role}.`,
  );
}
