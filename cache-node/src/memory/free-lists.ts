/** Size classes of free blocks: each power of two in `2 ** STEPS_LOG2` steps, so that a class is at most 6 % wide. */
const STEPS_LOG2 = 4;
const STEPS = 1 << STEPS_LOG2;
const POWERS = 32 - STEPS_LOG2;

export const NONE = -1;

/**
 * The heads of the lists of free blocks and two levels of bitmaps over them, so that finding a block that fits takes the same few
 * steps however many there are.
 *
 * M. Masmano, I. Ripoll, A. Crespo and J. Real, "TLSF: a new dynamic memory allocator for real-time systems", ECRTS 2004.
 * https://doi.org/10.1109/EMRTS.2004.1311009
 */
export class FreeLists {
  readonly #heads = new Int32Array(POWERS * STEPS).fill(NONE);
  readonly #powers = new Int32Array(1);
  readonly #steps = new Int32Array(POWERS);

  /** The list that a block of `size` granules belongs to. */
  classOf(size: number): number {
    if (size < STEPS) return size;
    const power = 31 - Math.clz32(size);
    return (power - STEPS_LOG2 + 1) * STEPS + ((size >> (power - STEPS_LOG2)) & (STEPS - 1));
  }

  head(list: number): number {
    return this.#heads[list]!;
  }

  setHead(list: number, address: number): void {
    this.#heads[list] = address;
    const power = list >> STEPS_LOG2;
    const bit = 1 << (list & (STEPS - 1));
    if (address === NONE) {
      this.#steps[power]! &= ~bit;
      if (this.#steps[power] === 0) this.#powers[0]! &= ~(1 << power);
    } else {
      this.#steps[power]! |= bit;
      this.#powers[0]! |= 1 << power;
    }
  }

  /** The first list that is not empty and whose every block has at least `size` granules. */
  listAtLeast(size: number): number {
    let list = this.classOf(size);
    // Blocks of the same class may be smaller than asked for, unless the class is exact.
    if (size >= STEPS && size & ((1 << (31 - Math.clz32(size) - STEPS_LOG2)) - 1)) list += 1;
    return this.#firstFrom(list);
  }

  /** The list with the largest blocks. */
  largest(): number {
    const powers = this.#powers[0]!;
    if (powers === 0) return NONE;
    const power = 31 - Math.clz32(powers);
    return (power << STEPS_LOG2) | (31 - Math.clz32(this.#steps[power]!));
  }

  #firstFrom(list: number): number {
    const power = list >> STEPS_LOG2;
    if (power >= POWERS) return NONE;
    const steps = this.#steps[power]! & (-1 << (list & (STEPS - 1)));
    if (steps !== 0) return (power << STEPS_LOG2) | lowestBit(steps);
    const powers = power === 31 ? 0 : this.#powers[0]! & (-1 << (power + 1));
    if (powers === 0) return NONE;
    const higher = lowestBit(powers);
    return (higher << STEPS_LOG2) | lowestBit(this.#steps[higher]!);
  }
}

function lowestBit(bits: number): number {
  return 31 - Math.clz32(bits & -bits);
}
