import { scramble } from './key-hash.ts';

/**
 * How often keys were seen lately: a count-min sketch of four rows of small counters, all of which are halved after a sample of 32
 * times as many sightings as there are entries, so that what was popular long ago fades.
 *
 * It grows with the entries, by 128 bytes for each, and ends at 16 MiB: far more counters than the entries need, because keys that
 * come once and go are counted too.
 *
 * G. Cormode and S. Muthukrishnan, "An improved data stream summary: the count-min sketch and its applications", Journal of
 * Algorithms 55(1), 2005. https://doi.org/10.1016/j.jalgor.2003.12.001. Halving is the reset operation of TinyLFU.
 */
export class FrequencySketch {
  #rowLength = shortestRow;
  #counters = new Uint8Array(rows * shortestRow);
  #entries = 0;
  #seen = 0;

  /** Makes room for this many entries, with rows of at most `longestRow` counters. What was counted stays. */
  ensureEntries(entries: number, longestRow: number): void {
    this.#entries = Math.max(this.#entries, entries);
    const wanted = Math.min(entries * countersPerEntry, longestRow, longestRowEver);
    while (this.#rowLength < wanted) this.#double();
  }

  add(hash: number): void {
    if (this.estimate(hash) === mostCounted) return;
    for (let row = 0; row < rows; row++) {
      const index = this.#indexOf(hash, row);
      const counted = this.#counters[index]!;
      if (counted < mostCounted) this.#counters[index] = counted + 1;
    }
    if (++this.#seen >= sampleFactor * Math.max(this.#entries, shortestRow)) this.#halve();
  }

  /** Never less than the sightings since the last halvings, up to 15; more where other keys share all counters. */
  estimate(hash: number): number {
    let least = mostCounted;
    for (let row = 0; row < rows; row++) least = Math.min(least, this.#counters[this.#indexOf(hash, row)]!);
    return least;
  }

  #indexOf(hash: number, row: number): number {
    return row * this.#rowLength + (scramble(hash + Math.imul(row, 0x9e3779b9)) & (this.#rowLength - 1));
  }

  /** Four counters at a time. */
  #halve(): void {
    const fours = new Uint32Array(this.#counters.buffer);
    for (let index = 0; index < fours.length; index++) fours[index] = (fours[index]! >>> 1) & 0x7f7f7f7f;
    this.#seen = Math.floor(this.#seen / 2);
  }

  /** A key's place in a row of twice the length is its old place or that plus the old length: both get the old count. */
  #double(): void {
    const length = this.#rowLength;
    const counters = new Uint8Array(rows * length * 2);
    for (let row = 0; row < rows; row++) {
      const counted = this.#counters.subarray(row * length, (row + 1) * length);
      counters.set(counted, 2 * row * length);
      counters.set(counted, (2 * row + 1) * length);
    }
    this.#counters = counters;
    this.#rowLength = 2 * length;
  }
}

const rows = 4;
const shortestRow = 1 << 8;
const longestRowEver = 1 << 22;
const countersPerEntry = 32;
const mostCounted = 15;
const sampleFactor = 32;
