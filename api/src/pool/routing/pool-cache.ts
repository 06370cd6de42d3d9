import type { BodyBudget } from '../nodes/body-budget.ts';
import type { EntryHeader } from '../nodes/entry.ts';
import type { EntryReceiver, Lease } from '../nodes/entry-read.ts';
import type { NodeClient } from '../nodes/node-client.ts';
import type { EntryFacts } from '../nodes/node-commands.ts';
import { PoolRead } from './pool-read.ts';
import { RecentDeletions } from './recent-deletions.ts';
import type { Ring } from './ring.ts';
import { readWholeEntry, type WholeEntry } from '../nodes/whole-entry.ts';

/** What routing goes by at this moment. */
export interface Routing {
  readonly ring: Ring;
  /** The rings before, the latest first; usually none. */
  readonly previous: readonly Ring[];
  /** By label: the nodes that serve reads, members and draining ones. */
  readonly clients: ReadonlyMap<string, NodeClient>;
  /** Every node that may hold entries, starting and suspect ones too: deletions go to all of them. */
  readonly allClients: readonly NodeClient[];
}

/** Which of some entries a node has. Undefined where it does not answer. */
export interface HeldEntries {
  /** The node's label. */
  readonly node: string;
  readonly held: readonly string[] | undefined;
}

/** Where the entries of a key are, and which of them. */
export interface EntryPlacement {
  /** Undefined where the pool has no members. */
  readonly owner: HeldEntries | undefined;
  /** Takes reads while the owner does not. */
  readonly standIn: HeldEntries | undefined;
  /** The owners by the rings before, while entries are being copied, the newest first. */
  readonly previous: readonly HeldEntries[];
}

const NO_NODE = new Error('The pool has no node that answers.');

/**
 * The entries of all nodes as one cache. Its failures are never the reader's: a node that can't be asked has nothing, and one
 * that can't be told is told later. While a key's owner is down or late, the next member on the ring that is neither stands in
 * for it.
 */
export class PoolCache {
  readonly #routing: () => Routing;
  readonly #deletions: RecentDeletions;

  /** @param clock milliseconds since any moment; it never jumps */
  constructor(routing: () => Routing, clock: () => number = () => performance.now()) {
    this.#routing = routing;
    this.#deletions = new RecentDeletions(clock);
  }

  /** Whether an entry was deleted a short while ago: it must not be brought from one node to another. */
  isDeleted(name: string): boolean {
    return this.#deletions.has(name);
  }

  /** Whether entries may be had from previous owners. */
  get hasPrevious(): boolean {
    return this.#routing().previous.length > 0;
  }

  /** Reads an entry at the key's owner or its stand-in. The receiver may be called before this returns. */
  read(keyHash: string, name: string, receiver: EntryReceiver): void {
    const node = this.nodeFor(keyHash);
    if (node === undefined) receiver.miss({ lease: 'refused', reason: NO_NODE });
    else node.send(new PoolRead(name, receiver, node, this, keyHash));
  }

  /**
   * Reads an entry whole from the first of the previous owners that has it, without a lease. Its bytes are charged to the budget
   * until the caller gives them back. Undefined if none has it, can be asked, or there is no memory for it.
   */
  async readPrevious(keyHash: string, name: string, budget: BodyBudget): Promise<WholeEntry | undefined> {
    const { previous, clients } = this.#routing();
    if (previous.length === 0 || this.isDeleted(name)) return undefined;
    const asked = new Set([this.nodeFor(keyHash)]);
    for (const ring of previous) {
      const node = clients.get(ring.owner(keyHash) ?? '');
      if (node === undefined || asked.has(node)) continue;
      asked.add(node);
      const entry = node.takesReads ? await readWholeEntry(node, name, budget) : undefined;
      if (entry !== undefined) return entry;
    }
    return undefined;
  }

  /** Asks the owner or its stand-in for an entry without its bytes. Undefined if it has none or can't be asked. */
  async probe(keyHash: string, name: string): Promise<EntryFacts | undefined> {
    return await this.nodeFor(keyHash)
      ?.probe(name)
      .catch(() => undefined);
  }

  /** Asks the nodes of a key which of these entries they have. No read is counted, and nothing is kept for it. */
  async place(keyHash: string, names: readonly string[]): Promise<EntryPlacement> {
    const { ring, previous, clients } = this.#routing();
    const owner = ring.owner(keyHash);
    const takesReads = (label: string): boolean => clients.get(label)?.takesReads ?? false;
    const reader = ring.owner(keyHash, takesReads);
    const before = new Set(previous.flatMap((old) => old.owner(keyHash) ?? []));
    const ask = async (node: string): Promise<HeldEntries> => ({
      node,
      held: await clients
        .get(node)
        ?.held(names)
        .catch(() => undefined),
    });
    const others = [...before].filter((label) => label !== owner && label !== reader);
    const [atOwner, atStandIn, ...atOthers] = await Promise.all([
      owner === undefined ? undefined : ask(owner),
      reader === undefined || reader === owner ? undefined : ask(reader),
      ...others.map(ask),
    ]);
    return { owner: atOwner, standIn: atStandIn, previous: atOthers };
  }

  /**
   * Stores an entry by the lease that a read has won, at the node that gave it. False if it was not stored: the entry was deleted
   * meanwhile, is too large for the node, or the node can't be reached.
   */
  async fill(lease: Lease, name: string, entry: { header: EntryHeader; payload: Buffer }): Promise<boolean> {
    return await lease.node.fill(name, { cas: lease.cas, ...entry }).catch(() => false);
  }

  /** Gives back a lease that will not be used. */
  async release(lease: Lease, name: string): Promise<void> {
    await lease.node.release(name, lease.cas).catch(() => {});
  }

  /**
   * Deletes entries on every node, because any node may hold them.
   * @throws when it can't be written down that a node was not told
   */
  async delete(names: readonly string[]): Promise<void> {
    this.#deletions.add(names);
    await Promise.all(this.#routing().allClients.map((client) => client.delete(names)));
  }

  /** Empties every node, as `delete` does. */
  async clear(): Promise<void> {
    await Promise.all(this.#routing().allClients.map((client) => client.flush()));
  }

  /** Where to read now: the owner, or the first member after it on the ring that takes reads. */
  nodeFor(keyHash: string): NodeClient | undefined {
    const { ring, clients } = this.#routing();
    const owner = clients.get(ring.owner(keyHash) ?? '');
    if (owner?.takesReads) return owner;
    const standIn = ring.owner(keyHash, (label) => clients.get(label)?.takesReads ?? false);
    return standIn === undefined ? undefined : clients.get(standIn);
  }
}
