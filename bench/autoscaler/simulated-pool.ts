import { Ring, slotLabel } from '../../api/src/pool/routing/ring.ts';
import { ModuloRing } from '../resize/modulo-ring.ts';
import type { BenchImage } from './images.ts';
import { type Entry, SimulatedNode } from './simulated-node.ts';

/** What becomes of the entries when the number of nodes changes. */
export type WayOfResizing = 'move' | 'clear';

export interface SimulatedPoolOptions {
  readonly images: readonly BenchImage[];
  readonly nodeBytes: number;
  readonly way: WayOfResizing;
}

/**
 * Nodes behind the pool's ring. When they are resized by moving, entries whose owner changes are brought to the new owner, the most recently used first, as
 * far as there is room among its own; that takes no time here, and what is missed meanwhile is not seen. By clearing, as the course project did it, all
 * caches are emptied, and keys go by `md5 mod 16 mod n`.
 */
export class SimulatedPool {
  readonly #options: SimulatedPoolOptions;
  #nodes: SimulatedNode[] = [];
  /** The slot of the owner of each image. */
  #owners = new Uint8Array();
  #reads = 0;

  constructor(options: SimulatedPoolOptions, size: number) {
    this.#options = options;
    this.resize(size);
  }

  get size(): number {
    return this.#nodes.length;
  }

  get imageCount(): number {
    return this.#options.images.length;
  }

  /** Gets and misses of the nodes that there are now, since each was started. */
  get counters(): { readonly gets: number; readonly misses: number } {
    return {
      gets: this.#nodes.reduce((sum, { gets }) => sum + gets, 0),
      misses: this.#nodes.reduce((sum, { misses }) => sum + misses, 0),
    };
  }

  /** Whether it was a hit. */
  read(index: number): boolean {
    return this.#nodes[this.#owners[index]!]!.read(this.#options.images[index]!, this.#reads++);
  }

  forgetCounters(): void {
    for (const node of this.#nodes) node.gets = node.misses = 0;
  }

  resize(size: number): void {
    const { images, nodeBytes, way } = this.#options;
    const entries = this.#nodes.flatMap((node) => node.takeAll());
    const labels = Array.from({ length: size }, (_, slot) => slotLabel(slot));
    const ring = way === 'move' ? new Ring(labels) : new ModuloRing(labels);
    const slotOf = (keyHash: string): number => labels.indexOf(ring.owner(keyHash)!);
    // LRU needs no chance.
    this.#nodes = labels.map((_, slot) => this.#nodes[slot] ?? new SimulatedNode(nodeBytes, () => 0));
    this.#owners = Uint8Array.from(images, ({ keyHash }) => slotOf(keyHash));
    if (way === 'move') this.#distribute(entries, slotOf);
  }

  #distribute(entries: readonly Entry[], slotOf: (keyHash: string) => number): void {
    const shares = this.#nodes.map((): Entry[] => []);
    for (const entry of entries) shares[slotOf(entry.key)]!.push(entry);
    for (const [slot, share] of shares.entries()) this.#nodes[slot]!.fill(share);
  }
}
