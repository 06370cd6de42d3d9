import { LOOK, RECORD, RESIZE } from './documents.ts';
import type { Conclusion } from './decide.ts';
import { type Look, parseLook } from './look.ts';

export interface DecisionRecord {
  /** The beginning of the minute that was decided on or, where a minute has several ticks, of the interval. */
  readonly tick: number;
  readonly look: Look;
  readonly conclusion: Conclusion;
  readonly isApplied: boolean;
}

/** What became of a resize that was asked for. */
export type ResizeAnswer =
  | { readonly isTaken: true }
  /** The size, the mode or the nodes of the pool have changed meanwhile; the reason is the api's. */
  | { readonly isTaken: false; readonly reason: string };

/** What the autoscaler asks of Shoal. All may be rejected with a reason in words. */
export interface Api {
  look(): Promise<Look>;
  resize(size: number, expectedSize: number): Promise<ResizeAnswer>;
  /** A second record of the same tick changes nothing. */
  record(decision: DecisionRecord): Promise<void>;
}

export interface ApiClientOptions {
  /** http://HOST:PORT */
  readonly readUrl: () => Promise<string>;
  readonly readToken: () => Promise<string>;
  readonly timeoutMs: number;
}

/** Refusals that say no to what was asked, not that the api is in trouble. */
const REFUSALS: readonly (string | undefined)[] = ['CONFLICT', 'BAD_USER_INPUT'];

/** The api over HTTP. */
export class ApiClient implements Api {
  readonly #options: ApiClientOptions;

  constructor(options: ApiClientOptions) {
    this.#options = options;
  }

  async look(): Promise<Look> {
    return parseLook(await this.#query(LOOK, {}));
  }

  async resize(size: number, expectedSize: number): Promise<ResizeAnswer> {
    try {
      await this.#query(RESIZE, { size, expectedSize });
      return { isTaken: true };
    } catch (error) {
      if (error instanceof Refusal && REFUSALS.includes(error.code))
        return { isTaken: false, reason: error.message };
      throw error;
    }
  }

  async record({ tick, look, conclusion, isApplied }: DecisionRecord): Promise<void> {
    const { verdict, size, reason } = conclusion;
    await this.#query(RECORD, {
      input: {
        tick: new Date(tick).toISOString(),
        mode: look.policy.mode,
        verdict,
        size: look.pool.desiredSize,
        newSize: size,
        applied: isApplied,
        reason,
        missRate: look.minute?.missRate ?? null,
        gets: look.minute?.gets ?? null,
        nodesReady: look.nodesReady,
      },
    });
  }

  async #query(query: string, variables: Record<string, unknown>): Promise<unknown> {
    const { readUrl, readToken, timeoutMs } = this.#options;
    const response = await fetch(`${await readUrl()}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: authorization(await readToken()) },
      body: JSON.stringify({ query, variables }),
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMs),
    });
    const answer = parseAnswer(await response.text());
    const error = answer?.errors?.[0];
    if (error !== undefined) throw new Refusal(error.message, error.extensions?.code);
    if (answer?.data === undefined || answer.data === null) {
      throw new Error(`The api answered with status ${response.status} and no data`);
    }
    return answer.data;
  }
}

class Refusal extends Error {
  constructor(
    message: string,
    readonly code: string | undefined,
  ) {
    super(message);
  }
}

interface Answer {
  readonly data?: unknown;
  readonly errors?: readonly { readonly message: string; readonly extensions?: { readonly code?: string } }[];
}

/** A token that no header may have is refused here: what `fetch` says of it has the token in it. */
function authorization(token: string): string {
  if (/^[\x21-\x7e]+$/.test(token)) return `Bearer ${token}`;
  throw new Error('The token of the autoscaler must be of printable ASCII characters and no spaces');
}

function parseAnswer(text: string): Answer | undefined {
  try {
    return JSON.parse(text) as Answer;
  } catch {
    return undefined;
  }
}
