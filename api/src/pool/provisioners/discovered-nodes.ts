import { connect } from 'node:net';
import { formatAddress, type NodeAddress } from '../nodes/node-address.ts';
import { parseClusterConfig, type ClusterConfig } from './cluster-config.ts';
import type { GivenNode } from './given-nodes.ts';
import type { GivenNodeSource } from './static.ts';

export interface DiscoveredNodesOptions {
  /** The configuration endpoint of an ElastiCache cluster for memcached, or any node of it. */
  readonly endpoint: NodeAddress;
  /** Milliseconds of a clock that never jumps. */
  readonly monotonicNow: () => number;
}

const ASK_EVERY_MS = 3_000;
const ANSWER_LIMIT_MS = 1_000;
/** An older version that is still given after this time is that of another cluster under the same name. */
const OLDER_FOR_MS = 300_000;

/**
 * The nodes of an ElastiCache cluster for memcached, followed as they change. It is asked when somebody wants to know and the last
 * answer is some seconds old.
 */
export class DiscoveredNodes implements GivenNodeSource {
  readonly fixedReason: string;
  readonly #options: DiscoveredNodesOptions;
  readonly #name: string;
  #config: ClusterConfig | undefined;
  #askedAt = -Infinity;
  #olderSince: number | undefined;

  constructor(options: DiscoveredNodesOptions) {
    this.#options = options;
    this.#name = formatAddress(options.endpoint);
    this.fixedReason = `The nodes are those of the cluster at ${this.#name} (CACHE_DISCOVERY); change the cluster there, and the pool follows.`;
  }

  /** @throws when the endpoint does not say; nothing is known of the nodes then, least of all that they are gone */
  async nodes(): Promise<readonly GivenNode[]> {
    const now = this.#options.monotonicNow();
    if (this.#config === undefined || now - this.#askedAt >= ASK_EVERY_MS) {
      this.#take(await this.#ask(), now);
      this.#askedAt = now;
    }
    return this.#config!.nodes;
  }

  #take(told: ClusterConfig, now: number): void {
    if (told.version >= (this.#config?.version ?? 0)) {
      this.#olderSince = undefined;
    } else {
      // The name leads to any node of the cluster, and not all of them hear of a change at once.
      this.#olderSince ??= now;
      if (now - this.#olderSince < OLDER_FOR_MS) return;
    }
    this.#config = told;
  }

  async #ask(): Promise<ClusterConfig> {
    try {
      return await askForConfig(this.#options.endpoint);
    } catch (error) {
      const reason = (error as Error).message;
      throw new Error(`The cluster at ${this.#name} (CACHE_DISCOVERY) does not tell its nodes: ${reason}.`, {
        cause: error,
      });
    }
  }
}

async function askForConfig(endpoint: NodeAddress): Promise<ClusterConfig> {
  const socket = connect({ ...endpoint, noDelay: true });
  let timer: NodeJS.Timeout | undefined;
  try {
    return await new Promise((resolve, reject) => {
      let reply = Buffer.alloc(0);
      timer = setTimeout(
        () => reject(new Error(`it did not answer within ${ANSWER_LIMIT_MS} ms`)),
        ANSWER_LIMIT_MS,
      );
      socket.once('error', reject);
      socket.once('close', () => reject(new Error('it closed the connection')));
      socket.on('data', (bytes) => {
        try {
          reply = Buffer.concat([reply, bytes]);
          const config = parseClusterConfig(reply);
          if (config !== undefined) resolve(config);
        } catch (error) {
          reject(error as Error);
        }
      });
      socket.write('config get cluster\r\n');
    });
  } finally {
    clearTimeout(timer);
    socket.on('error', () => {}); // Already known to be of no use.
    socket.destroy();
  }
}
