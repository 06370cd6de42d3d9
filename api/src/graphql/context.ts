import type { IncomingHttpHeaders } from 'node:http';
import type { Caller } from '../access/caller.ts';

/** What resolvers are told besides their arguments. */
export interface Context {
  /** Who asks. Undefined for a stranger. */
  readonly caller: Caller | undefined;
  /** Where the request comes from. Undefined for messages on a websocket. */
  readonly address?: string;
}

/**
 * Finds out who asks from the headers of a request or, where it is given, from what stands for an Authorization header on a websocket.
 * May reject with ShoalError UNAVAILABLE.
 */
export type IdentifyCaller = (
  headers: IncomingHttpHeaders,
  authorization?: unknown,
) => Caller | undefined | Promise<Caller | undefined>;
