import type { ListedEntry } from './entry-listing.ts';
import type { Ring } from '../routing/ring.ts';
import { WarmCutoff } from './warm-cutoff.ts';
import type { WarmNode } from './warm-node.ts';

/** What a node needs for an entry besides what it lists as its size, at most. */
const ENTRY_COST_BYTES = 450;
/** The part of a node that is filled. The rest is for what readers bring meanwhile, and for what we misjudge. */
const FILLED_SHARE = 0.97;

/** Which entries are to be copied where: those that lie at another node than their owner and that the owner has room for. */
export class WarmPlan {
  readonly #ring: Ring;
  readonly #targets: ReadonlyMap<string, { readonly node: WarmNode; readonly cutoff: WarmCutoff }>;

  constructor(ring: Ring, nodes: readonly WarmNode[]) {
    this.#ring = ring;
    this.#targets = new Map(
      nodes
        .filter(({ label }) => ring.members.includes(label))
        .map((node) => [node.label, { node, cutoff: new WarmCutoff(node.capacityBytes * FILLED_SHARE) }]),
    );
  }

  /** Counts an entry that a node holds. Call for all entries of all nodes, then `settle`. */
  count(source: WarmNode, entry: ListedEntry): void {
    const target = this.#targets.get(this.#ring.owner(entry.keyHash)!);
    if (target === undefined) return;
    if (target.node === source) target.cutoff.countOwn(age(source, entry), cost(entry));
    else target.cutoff.countComing(age(source, entry), cost(entry));
  }

  /** @returns what will have to be copied */
  settle(): { readonly entries: number; readonly bytes: number } {
    let [entries, bytes] = [0, 0];
    for (const { cutoff } of this.#targets.values()) {
      const admitted = cutoff.settle();
      entries += admitted.entries;
      bytes += admitted.bytes - admitted.entries * ENTRY_COST_BYTES;
    }
    return { entries, bytes };
  }

  /** Where an entry of the source is to be copied, if anywhere. It takes its part of the room there. */
  target(source: WarmNode, entry: ListedEntry): WarmNode | undefined {
    const target = this.#targets.get(this.#ring.owner(entry.keyHash)!);
    if (target === undefined || target.node === source) return undefined;
    return target.cutoff.admits(age(source, entry), cost(entry)) ? target.node : undefined;
  }
}

function age({ openedAt }: WarmNode, { usedAt }: ListedEntry): number {
  return openedAt - usedAt;
}

function cost({ sizeBytes }: ListedEntry): number {
  return sizeBytes + ENTRY_COST_BYTES;
}
