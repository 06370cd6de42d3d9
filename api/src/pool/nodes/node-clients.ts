import { parseAddress } from './node-address.ts';
import type { NodeAccess, NodeHealth } from './node-access.ts';
import { NodeClient, type NodeClientOptions } from './node-client.ts';
import type { NodeCounters } from './node-commands.ts';
import type { CacheConfig, NodeRecord } from '../state/pool-state.ts';

export type ClientOptions = Omit<NodeClientOptions, 'address' | 'onChange' | 'onMissed' | 'onToldAll'>;

export interface NodeClientsOptions {
  readonly client: ClientOptions;
  /** Resolves when it is written down that the node has missed deletions, or has not. False if it was written there already. */
  writeMissed(id: string, hasMissed: boolean): Promise<boolean>;
}

interface Followed {
  readonly client: NodeClient;
  readonly address: string;
  reason: string;
  /** Whether it was this process that wrote down that the node has missed deletions: then it can tell them. */
  isOurs: boolean;
}

/** The clients of all nodes that are followed, by the nodes' ids. */
export class NodeClients implements NodeAccess {
  readonly #options: NodeClientsOptions;
  readonly #followed = new Map<string, Followed>();
  readonly #listeners = new Set<() => void>();

  constructor(options: NodeClientsOptions) {
    this.#options = options;
  }

  get(id: string): NodeClient | undefined {
    return this.#followed.get(id)?.client;
  }

  all(): NodeClient[] {
    return [...this.#followed.values()].map(({ client }) => client);
  }

  follow(nodes: readonly NodeRecord[]): void {
    const wanted = new Map(
      nodes.flatMap(({ id, address }) => (address === null ? [] : [[id, address] as const])),
    );
    for (const [id, { client, address }] of this.#followed) {
      if (wanted.get(id) === address) continue;
      this.#followed.delete(id);
      client.close();
    }
    for (const [id, address] of wanted) {
      if (!this.#followed.has(id)) this.#followed.set(id, this.#connect(id, address));
    }
  }

  health(id: string): NodeHealth | undefined {
    const followed = this.#followed.get(id);
    if (followed === undefined) return undefined;
    const { client, reason } = followed;
    return client.isUp ? { isUp: true, reason: '' } : { isUp: false, reason };
  }

  async configure(id: string, config: CacheConfig): Promise<void> {
    await this.#known(id).configure(config);
  }

  async empty(id: string): Promise<void> {
    await this.#known(id).empty();
  }

  /** @throws with the reason when it does not answer */
  async counters(id: string): Promise<NodeCounters> {
    return await this.#known(id).counters();
  }

  onHealthChanged(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  close(): void {
    this.follow([]);
  }

  #known(id: string): NodeClient {
    const client = this.get(id);
    if (client === undefined) throw new Error(`The node ${id} is not known.`);
    return client;
  }

  #connect(id: string, address: string): Followed {
    const followed: Followed = {
      address,
      reason: 'it has not answered yet',
      isOurs: false,
      client: new NodeClient({
        ...this.#options.client,
        address: parseAddress(address),
        onChange: (isUp, reason) => {
          if (!isUp) followed.reason = reason?.message ?? 'it does not answer';
          for (const listener of this.#listeners) listener();
        },
        onMissed: async () => {
          // What another process could not tell, only that one knows: then the node has to be emptied.
          if (await this.#options.writeMissed(id, true)) followed.isOurs = true;
        },
        onToldAll: async () => {
          if (followed.isOurs) await this.#options.writeMissed(id, false);
          followed.isOurs = false;
        },
      }),
    };
    return followed;
  }
}
