import type { BodyBudget } from './body-budget.ts';

const SLAB_BYTES = 256 * 1024;
/** Left free in front of the first read, so that whoever passes the bytes on can put a head before them. */
const HEADROOM_BYTES = 1024;
/** A read with less room than this would cost more system calls than it saves memory. */
const MIN_ROOM_BYTES = 64 * 1024;
const MAX_IDLE_SLABS = 16;

/**
 * Memory that sockets read into. What was read is lent: it is good until the reader's function returns, or until `release` for
 * those who called `retain`.
 */
export class Slab {
  readonly bytes: Buffer;
  /** All but the headroom. */
  readonly front: Buffer;
  readonly #owner: SlabPool;
  #references = 1;

  constructor(owner: SlabPool) {
    this.#owner = owner;
    // Not from Buffer's own pool, and not zeroed: the socket overwrites it.
    this.bytes = Buffer.allocUnsafeSlow(SLAB_BYTES);
    this.front = this.bytes.subarray(HEADROOM_BYTES);
  }

  /** Somebody has retained it. Otherwise everything in front of what was read last may be overwritten. */
  get isShared(): boolean {
    return this.#references > 1;
  }

  retain(): void {
    this.#references++;
  }

  release(): void {
    if (--this.#references === 0) this.#owner.takeBack(this);
  }

  reuse(): this {
    this.#references = 1;
    return this;
  }
}

/** Slabs in use are charged to the budget; a few idle ones are kept. */
export class SlabPool {
  readonly #budget: BodyBudget;
  readonly #idle: Slab[] = [];

  constructor(budget: BodyBudget) {
    this.#budget = budget;
  }

  take(): Slab {
    this.#budget.take(SLAB_BYTES);
    return this.#idle.pop()?.reuse() ?? new Slab(this);
  }

  takeBack(slab: Slab): void {
    this.#budget.give(SLAB_BYTES);
    if (this.#idle.length < MAX_IDLE_SLABS) this.#idle.push(slab);
  }
}

/**
 * Where one socket reads into. As long as nobody retains what was read, every read goes to the front of the same slab, which
 * stays in the processor's cache; what is retained is left alone and the next read goes behind it or to another slab.
 */
export class SlabCursor {
  readonly #pool: SlabPool;
  #slab: Slab | undefined;
  #offset = HEADROOM_BYTES;

  constructor(pool: SlabPool) {
    this.#pool = pool;
  }

  /** The slab that holds what was read last. */
  get slab(): Slab {
    return (this.#slab ??= this.#pool.take());
  }

  /** Where the next read goes. */
  room(): Buffer {
    const slab = this.slab;
    return this.#offset === HEADROOM_BYTES ? slab.front : slab.bytes.subarray(this.#offset);
  }

  /** Call after the bytes of a read have been dealt with. */
  advance(bytes: number): void {
    const slab = this.slab;
    if (!slab.isShared) {
      this.#offset = HEADROOM_BYTES;
      return;
    }
    this.#offset += bytes;
    if (this.#offset <= SLAB_BYTES - MIN_ROOM_BYTES) return;
    this.close();
  }

  close(): void {
    this.#slab?.release();
    this.#slab = undefined;
    this.#offset = HEADROOM_BYTES;
  }
}
