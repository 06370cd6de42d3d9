import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What goes wrong with the next requests. */
export type Trouble = 'none' | 'status 503' | 'errors' | 'garbage' | 'wrong data' | 'silence' | 'hang-up';

export interface StoredDecision {
  readonly tick: string;
  readonly verdict: string;
  readonly size: number;
  readonly newSize: number;
  readonly applied: boolean;
  readonly reason: string;
}

interface Request {
  readonly query: string;
  readonly variables: {
    readonly size?: number;
    readonly expectedSize?: number;
    readonly input?: StoredDecision;
  };
}

const MINUTE_MS = 60_000;

/** An api that answers the autoscaler over HTTP, with a clock, a pool and numbers that a test sets. */
export class ScriptedApi {
  now = Date.UTC(2026, 4, 5, 12, 0, 20);
  size = 2;
  missRate: number | null = 0.5;
  lastResizeFinishedAt: number | null = null;
  launchedAt = Date.UTC(2026, 4, 1);
  policy = {
    mode: 'AUTO',
    maxMissRate: 0.2,
    minMissRate: 0.05,
    expandRatio: 1.5,
    shrinkRatio: 0.75,
    minNodes: 1,
    maxNodes: 8,
    cooldownSeconds: 180,
    flapWindowMinutes: 30,
  };
  trouble: Trouble = 'none';
  /** Why resizes are refused. */
  conflict: string | undefined;
  /** Called before a request is answered. */
  onRequest: (operation: string) => void | Promise<void> = () => {};
  /** The operation whose next request is carried out, but its answer gets lost. */
  losesAnswerTo: string | undefined;
  readonly resizes: number[] = [];
  /** The latest first. */
  readonly decisions: (StoredDecision & { readonly at: string })[] = [];
  readonly tokens = new Set<string | undefined>();
  requests = 0;
  readonly #server: Server = createServer((request, response) => void this.#handle(request, response));

  async start(port = 0): Promise<void> {
    this.#server.listen(port, '127.0.0.1');
    await once(this.#server, 'listening');
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  async stop(): Promise<void> {
    if (!this.#server.listening) return;
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.requests++;
    this.tokens.add(request.headers.authorization);
    const body = JSON.parse(Buffer.concat(await request.toArray()).toString()) as Request;
    const operation = /(?:query|mutation) (\w+)/.exec(body.query)![1]!;
    await this.onRequest(operation);
    if (this.#isTroubled(response)) return;
    const answer = JSON.stringify(this.#answer(operation, body));
    if (this.losesAnswerTo === operation) {
      this.losesAnswerTo = undefined;
      request.socket.destroy();
    } else response.end(answer);
  }

  #isTroubled(response: ServerResponse): boolean {
    switch (this.trouble) {
      case 'none':
        return false;
      case 'silence':
        return true;
      case 'hang-up':
        response.destroy();
        return true;
      case 'status 503':
        response.writeHead(503).end('<h1>Service Unavailable</h1>');
        return true;
      case 'errors':
        response.end('{"errors":[{"message":"The database is busy.","extensions":{"code":"UNAVAILABLE"}}]}');
        return true;
      case 'garbage':
        response.end('\u0000{]');
        return true;
      case 'wrong data':
        response.end('{"data":{"pool":{"serverTime":"soon"}}}');
        return true;
    }
  }

  #answer(operation: string, { variables }: Request): object {
    if (operation === 'AutoscalerLook') return { data: this.#look() };
    if (operation === 'AutoscalerResize') return this.#resize(variables.size!, variables.expectedSize!);
    const { input } = variables;
    if (!this.decisions.some(({ tick }) => tick === input!.tick))
      this.decisions.unshift({ ...input!, at: iso(this.now) });
    return { data: { recordDecision: { id: '1' } } };
  }

  #resize(size: number, expectedSize: number): object {
    const isOther = expectedSize !== this.size;
    const message = isOther ? `The desired size is ${this.size} by now, not ${expectedSize}.` : this.conflict;
    if (message !== undefined) return { data: null, errors: [{ message, extensions: { code: 'CONFLICT' } }] };
    this.size = size;
    this.lastResizeFinishedAt = this.now;
    this.resizes.push(size);
    return { data: { resizePool: { desiredSize: size } } };
  }

  #look(): object {
    const thisMinute = Math.floor(this.now / MINUTE_MS) * MINUTE_MS;
    return {
      pool: {
        serverTime: iso(this.now),
        desiredSize: this.size,
        fixedReason: null,
        lastResizeFinishedAt: this.lastResizeFinishedAt === null ? null : iso(this.lastResizeFinishedAt),
        nodes: Array.from({ length: this.size }, (_, slot) => ({
          name: `node-${slot}`,
          state: 'READY',
          launchedAt: iso(this.launchedAt),
        })),
        resize: null,
        queuedResizes: [],
      },
      scalingPolicy: this.policy,
      stats: {
        minutes: [2, 1].map((ago) => ({
          time: iso(thisMinute - ago * MINUTE_MS),
          gets: this.missRate === null ? null : 1000,
          missRate: this.missRate,
          nodesReady: this.size,
          isComplete: this.missRate !== null,
        })),
      },
      latest: { edges: this.decisions.slice(0, 1).map((node) => ({ node })) },
      changes: { edges: this.decisions.filter(({ applied }) => applied).map(toChange) },
    };
  }
}

function toChange({ at, verdict, size, newSize }: ScriptedApi['decisions'][number]): object {
  return { node: { at, verdict, size, newSize, missRate: 0.5, gets: 1000 } };
}

function iso(time: number): string {
  return new Date(time).toISOString();
}
