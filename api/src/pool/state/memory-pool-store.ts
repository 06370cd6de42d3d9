import { makeNewId, type NewId } from '../../ordered-id.ts';
import { type Lease, LeaseWatch } from './lease-watch.ts';
import { type FirstSettings, firstState, KEPT_COUNT, nextState } from './next-state.ts';
import type { PoolEvent, PoolState, Resize } from './pool-state.ts';
import { LeaseLost, type PoolChange, type PoolStore } from './pool-store.ts';

export interface MemoryPoolStoreOptions {
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Milliseconds since any moment; it never jumps. */
  readonly clock: () => number;
}

/** The pool in the memory of this process, for simulations. Every call has its effect before it returns its promise. */
export class MemoryPoolStore implements PoolStore {
  readonly #clock: () => number;
  readonly #newId: NewId;
  #state: PoolState | undefined;
  #events: readonly PoolEvent[] = [];
  #finished: readonly Resize[] = [];
  #lease: Lease = { holder: '', renewals: 0 };
  /** By who would like to lead: what each has seen of the lease. */
  readonly #watches = new Map<string, LeaseWatch>();

  constructor({ now, clock }: MemoryPoolStoreOptions) {
    this.#clock = clock;
    this.#newId = makeNewId(now);
  }

  /** Writes the first state down where there is none. */
  async initialise(settings: FirstSettings): Promise<void> {
    this.#state ??= firstState(settings);
  }

  async load(): Promise<PoolState> {
    return this.#present;
  }

  async revision(): Promise<number> {
    return this.#present.revision;
  }

  async update(change: (state: PoolState) => PoolChange | undefined, leader?: string): Promise<PoolState> {
    const before = this.#present;
    if (leader !== undefined && this.#lease.holder !== leader) throw new LeaseLost();
    const next = nextState(before, change(before));
    if (next === undefined) return before;
    let last = this.#events[0]?.id;
    const events = next.events.map((event) => ({ ...event, id: (last = this.#newId(last)) }));
    this.#state = next.state;
    this.#events = [...events.reverse(), ...this.#events].slice(0, KEPT_COUNT);
    this.#finished = [...next.finished, ...this.#finished].toSorted(latestFirst).slice(0, KEPT_COUNT);
    return next.state;
  }

  async lead(holder: string, ttlMs: number): Promise<boolean> {
    const watch = this.#watches.get(holder) ?? new LeaseWatch(this.#clock);
    this.#watches.set(holder, watch);
    const isRunOut = watch.hasRunOut(this.#lease, ttlMs);
    if (this.#lease.holder !== holder && !isRunOut) return false;
    this.#lease = { holder, renewals: this.#lease.renewals + 1 };
    return true;
  }

  async resign(holder: string): Promise<void> {
    if (this.#lease.holder === holder) this.#lease = { holder: '', renewals: this.#lease.renewals + 1 };
  }

  async events(limit: number): Promise<readonly PoolEvent[]> {
    return this.#events.slice(0, limit);
  }

  async finishedResizes(limit: number): Promise<readonly Resize[]> {
    return this.#finished.slice(0, limit);
  }

  get #present(): PoolState {
    if (this.#state === undefined) throw new Error('Nothing is written down of the pool yet.');
    return this.#state;
  }
}

function latestFirst(a: Resize, b: Resize): number {
  return (b.finishedAt ?? 0) - (a.finishedAt ?? 0) || (a.id < b.id ? 1 : -1);
}
