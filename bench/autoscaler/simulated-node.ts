import { createPolicy } from '../../cache-node/src/policies/policies.ts';
import { type Policy, PolicyEntry } from '../../cache-node/src/policies/policy.ts';
import type { BenchImage } from './images.ts';

/** What a simulated node holds of an image. */
export class Entry extends PolicyEntry {
  constructor(
    readonly image: BenchImage,
    /** The number of the read that used it last. */
    public usedAt: number,
  ) {
    super(image.keyHash, image.sizeBytes);
  }
}

/** A node without values, as in cache-node/src/simulate, with the node's own LRU by bytes. */
export class SimulatedNode {
  /** Since it was started. */
  gets = 0;
  misses = 0;
  readonly #entries = new Map<string, Entry>();
  readonly #capacityBytes: number;
  readonly #policy: Policy<Entry>;

  constructor(capacityBytes: number, random: () => number) {
    this.#capacityBytes = capacityBytes;
    this.#policy = createPolicy<Entry>('lru', { capacityBytes, random });
  }

  /** Whether it was there; if not, it is now. */
  read(image: BenchImage, readNumber: number): boolean {
    this.gets++;
    const entry = this.#entries.get(image.keyHash);
    if (entry !== undefined) {
      entry.usedAt = readNumber;
      this.#policy.hit(entry);
      return true;
    }
    this.misses++;
    this.#insert(new Entry(image, readNumber));
    return false;
  }

  /** All entries; it has none after that. */
  takeAll(): Entry[] {
    const all: Entry[] = [];
    for (;;) {
      const entry = this.#policy.evict();
      if (entry === undefined) break;
      all.push(entry);
    }
    this.#entries.clear();
    return all;
  }

  /** Takes the most recently used ones until they fill it. */
  fill(entries: readonly Entry[]): void {
    const hottestFirst = entries.toSorted((a, b) => b.usedAt - a.usedAt);
    let room = this.#capacityBytes;
    const kept = hottestFirst.filter(({ sizeBytes }) => (room -= sizeBytes) >= 0);
    for (const { image, usedAt } of kept.reverse()) this.#insert(new Entry(image, usedAt));
  }

  /** What is larger than the node is not kept. */
  #insert(entry: Entry): void {
    if (entry.sizeBytes > this.#capacityBytes) return;
    while (this.#policy.sizeBytes + entry.sizeBytes > this.#capacityBytes) {
      const evicted = this.#policy.evict(entry);
      if (evicted !== undefined) this.#entries.delete(evicted.key);
    }
    this.#entries.set(entry.key, entry);
    this.#policy.insert(entry);
  }
}
