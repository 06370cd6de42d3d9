import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import type { Logger } from 'pino';
import type { Caller } from '../access/caller.ts';
import { requestIdOf } from './request-id.ts';

type Found = Caller | undefined | Promise<Caller | undefined>;

const MAX_PATH_CHARACTERS = 500;

/**
 * Writes one line for each request, when its answer has been sent or its client has gone. Of its URL only the path is written: queries
 * sign URLs. Of its headers nothing is.
 */
export class RequestLog {
  readonly #log: Logger;
  readonly #callers = new WeakMap<IncomingHttpHeaders, Caller>();

  constructor(log: Logger) {
    this.#log = log;
  }

  /** Remembers whose request it is that has these headers. */
  note(headers: IncomingHttpHeaders, found: Found): void {
    if (found instanceof Promise)
      found.then(
        (caller) => this.note(headers, caller),
        () => undefined,
      );
    else if (found !== undefined) this.#callers.set(headers, found);
  }

  follow(request: IncomingMessage, response: ServerResponse): void {
    const startedAt = performance.now();
    response.once('close', () => {
      const caller = this.#callers.get(request.headers);
      const line = {
        requestId: requestIdOf(request),
        method: request.method,
        path: pathOf(request.url ?? ''),
        status: response.headersSent ? response.statusCode : undefined,
        ms: Math.round((performance.now() - startedAt) * 10) / 10,
        token: caller?.name,
        role: caller?.role,
      };
      this.#log.info(line, response.writableFinished ? 'Answered.' : 'The client has gone.');
    });
  }
}

/** Without the query, and without the origin that proxies may send, where a password can stand. */
export function pathOf(url: string): string {
  const path = url.replace(/^[a-z]+:\/\/[^/?#]*/i, '').replace(/[?#][^]*$/, '');
  return path.slice(0, MAX_PATH_CHARACTERS);
}
