import type { EntryHeader } from './entry.ts';
import type { EntryReceiver } from './entry-read.ts';
import type { NodeClient } from './node-client.ts';
import type { EntryFacts } from './node-commands.ts';
import type { Ring } from './ring.ts';

/** What routing goes by at this moment. */
export interface Routing {
  readonly ring: Ring;
  /** By label: every node of the pool, members of the ring or not. */
  readonly clients: ReadonlyMap<string, NodeClient>;
}

const NO_NODE = new Error('The pool has no node.');

/**
 * The entries of all nodes as one cache. Its failures are never the reader's: a node that can't be asked has nothing, and one
 * that can't be told is told later.
 */
export class PoolCache {
  readonly #routing: () => Routing;

  constructor(routing: () => Routing) {
    this.#routing = routing;
  }

  /** Reads an entry at the key's owner. The receiver may be called before this returns. */
  read(keyHash: string, name: string, receiver: EntryReceiver): void {
    const owner = this.#owner(keyHash);
    if (owner === undefined) receiver.miss({ lease: 'refused', reason: NO_NODE });
    else owner.read(name, receiver);
  }

  /** Asks the owner for an entry without its bytes. Undefined if it has none or can't be asked. */
  async probe(keyHash: string, name: string): Promise<EntryFacts | undefined> {
    return await this.#owner(keyHash)
      ?.probe(name)
      .catch(() => undefined);
  }

  /**
   * Stores an entry by the lease that a read has won. False if it was not stored: the entry was deleted meanwhile, is too large
   * for the node, or the node can't be reached.
   */
  async fill(
    keyHash: string,
    name: string,
    entry: { cas: string; header: EntryHeader; payload: Buffer },
  ): Promise<boolean> {
    const owner = this.#owner(keyHash);
    return owner === undefined ? false : await owner.fill(name, entry).catch(() => false);
  }

  /** Gives back a lease that will not be used. */
  async release(keyHash: string, name: string, cas: string): Promise<void> {
    await this.#owner(keyHash)
      ?.release(name, cas)
      .catch(() => {});
  }

  /** Deletes entries on every node, because an earlier owner may hold them too. */
  async delete(names: readonly string[]): Promise<void> {
    await Promise.all([...this.#routing().clients.values()].map((client) => client.delete(names)));
  }

  /** Empties every node. */
  async clear(): Promise<void> {
    await Promise.all([...this.#routing().clients.values()].map((client) => client.flush()));
  }

  #owner(keyHash: string): NodeClient | undefined {
    const { ring, clients } = this.#routing();
    const label = ring.owner(keyHash);
    return label === undefined ? undefined : clients.get(label);
  }
}
