import { scramble } from './key-hash.ts';

/**
 * How often keys were seen lately, in eight bytes per entry: a count-min sketch of four rows with small counters, all of which are
 * halved after a sample of ten times as many uses as there are entries, so that what was popular long ago fades.
 *
 * G. Cormode and S. Muthukrishnan, "An improved data stream summary: the count-min sketch and its applications", 2005. The aging
 * is TinyLFU's reset operation.
 */
export class FrequencySketch {
  #counters = new Uint8Array(rows * smallestRow);
  #rowMask = smallestRow - 1;
  #seen = 0;

  /** Makes room for this many entries. What was counted stays. */
  ensureEntries(count: number): void {
    while (count > this.#rowMask + 1) this.#double();
  }

  add(hash: number): void {
    const estimate = this.estimate(hash);
    if (estimate === mostCounted) return;
    for (let row = 0; row < rows; row++) {
      const index = this.#indexOf(hash, row);
      if (this.#counters[index] === estimate) this.#counters[index] = estimate + 1;
    }
    if (++this.#seen >= sampleFactor * (this.#rowMask + 1)) this.#halve();
  }

  /** Never less than the uses counted since the last halvings; more where keys collide in all rows. */
  estimate(hash: number): number {
    let least = mostCounted;
    for (let row = 0; row < rows; row++) least = Math.min(least, this.#counters[this.#indexOf(hash, row)]!);
    return least;
  }

  #indexOf(hash: number, row: number): number {
    return row * (this.#rowMask + 1) + (scramble(hash + Math.imul(row, 0x9e3779b9)) & this.#rowMask);
  }

  #halve(): void {
    for (let index = 0; index < this.#counters.length; index++) this.#counters[index]! >>= 1;
    this.#seen >>= 1;
  }

  /** A key's place in a row of twice the length is its old place or that plus the old length: both get the old count. */
  #double(): void {
    const length = this.#rowMask + 1;
    const counters = new Uint8Array(rows * length * 2);
    for (let row = 0; row < rows; row++) {
      const counted = this.#counters.subarray(row * length, (row + 1) * length);
      counters.set(counted, 2 * row * length);
      counters.set(counted, (2 * row + 1) * length);
    }
    this.#counters = counters;
    this.#rowMask = 2 * length - 1;
  }
}

const rows = 4;
const smallestRow = 1 << 8;
const mostCounted = 15;
const sampleFactor = 10;
