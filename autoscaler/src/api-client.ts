import { LOOK, RECORD, RESIZE } from './documents.ts';
import type { Conclusion } from './decide.ts';
import type { Inputs, Minute, PastChange, PoolNow, ScalingPolicy } from './inputs.ts';

/** What the autoscaler sees when it looks at Shoal. */
export interface Look extends Inputs {
  /** How many nodes were ready in the minute. Null without data. */
  readonly nodesReady: number | null;
  /** The beginning of the minute that was decided on last, by whichever autoscaler. */
  readonly latestTick: number | undefined;
}

export interface DecisionRecord {
  /** The beginning of the minute that was decided on. */
  readonly tick: number;
  readonly look: Look;
  readonly conclusion: Conclusion;
  readonly isApplied: boolean;
}

/** What the autoscaler asks of Shoal. All may be rejected with a reason in words. */
export interface Api {
  look(): Promise<Look>;
  /** False when the pool has refused: its size, its mode or its nodes have changed meanwhile. */
  resize(size: number, expectedSize: number): Promise<boolean>;
  /** A second record of the same minute changes nothing. */
  record(decision: DecisionRecord): Promise<void>;
}

export interface ApiClientOptions {
  /** http://HOST:PORT */
  readonly readUrl: () => Promise<string>;
  readonly readToken: () => Promise<string>;
  readonly timeoutMs: number;
}

/** The api over HTTP. */
export class ApiClient implements Api {
  readonly #options: ApiClientOptions;

  constructor(options: ApiClientOptions) {
    this.#options = options;
  }

  async look(): Promise<Look> {
    return toLook(await this.#query<LookData>(LOOK, {}));
  }

  async resize(size: number, expectedSize: number): Promise<boolean> {
    try {
      await this.#query(RESIZE, { size, expectedSize });
      return true;
    } catch (error) {
      if (error instanceof Refusal && error.code === 'CONFLICT') return false;
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

  async #query<Data>(query: string, variables: Record<string, unknown>): Promise<Data> {
    const { readUrl, readToken, timeoutMs } = this.#options;
    const response = await fetch(`${await readUrl()}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${await readToken()}` },
      body: JSON.stringify({ query, variables }),
      signal: AbortSignal.timeout(timeoutMs),
    });
    const text = await response.text();
    const answer = parseAnswer<Data>(text);
    const error = answer?.errors?.[0];
    if (error !== undefined) throw new Refusal(error.message, error.extensions?.code);
    if (answer?.data === undefined || answer.data === null) {
      throw new Error(`The api answered with status ${response.status} and no data.`);
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

interface Answer<Data> {
  readonly data?: Data | null;
  readonly errors?: readonly { readonly message: string; readonly extensions?: { readonly code?: string } }[];
}

interface LookData {
  readonly pool: {
    readonly serverTime: string;
    readonly desiredSize: number;
    readonly fixedReason: string | null;
    readonly lastResizeFinishedAt: string | null;
    readonly nodes: readonly { readonly name: string; readonly state: string; readonly launchedAt: string }[];
    readonly resize: object | null;
    readonly queuedResizes: readonly object[];
  };
  readonly scalingPolicy: ScalingPolicy;
  readonly stats: {
    readonly minutes: readonly (Omit<Minute, 'time'> & {
      readonly time: string;
      readonly nodesReady: number | null;
    })[];
  };
  readonly latest: { readonly edges: readonly { readonly node: { readonly tick: string } }[] };
  readonly changes: {
    readonly edges: readonly { readonly node: Omit<PastChange, 'at'> & { readonly at: string } }[];
  };
}

function toLook({ pool, scalingPolicy, stats, latest, changes }: LookData): Look {
  const minute = stats.minutes.at(-1);
  const tick = latest.edges[0]?.node.tick;
  return {
    now: Date.parse(pool.serverTime),
    policy: scalingPolicy,
    pool: toPoolNow(pool),
    minute: minute === undefined ? undefined : { ...minute, time: Date.parse(minute.time) },
    changes: changes.edges.map(({ node }) => ({ ...node, at: Date.parse(node.at) })),
    nodesReady: minute?.nodesReady ?? null,
    latestTick: tick === undefined ? undefined : Date.parse(tick),
  };
}

function toPoolNow(pool: LookData['pool']): PoolNow {
  const { lastResizeFinishedAt, resize, queuedResizes } = pool;
  return {
    desiredSize: pool.desiredSize,
    fixedReason: pool.fixedReason,
    nodes: pool.nodes
      .filter(({ state }) => state !== 'GONE')
      .map((node) => ({ ...node, launchedAt: Date.parse(node.launchedAt) })),
    isResizing: resize !== null || queuedResizes.length > 0,
    lastResizeFinishedAt: lastResizeFinishedAt === null ? null : Date.parse(lastResizeFinishedAt),
  };
}

function parseAnswer<Data>(text: string): Answer<Data> | undefined {
  try {
    return JSON.parse(text) as Answer<Data>;
  } catch {
    return undefined;
  }
}
