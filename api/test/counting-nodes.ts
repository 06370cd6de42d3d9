import { type Counted, NOTHING_COUNTED } from '../src/metrics/counted.ts';
import type { NodeGauges, NodeSource, ObservedNode } from '../src/metrics/node-source.ts';

const GAUGES = { items: 10, bytes: 1_000, capacityBytes: 2_000, connections: 4 };

/** Nodes that count what a test says. */
export class CountingNodes implements NodeSource {
  readonly there = new Map<string, ObservedNode & { answers: boolean; isSlow: boolean }>();
  readonly #counted = new Map<string, Counted>();
  asked = 0;

  add(id: string, name = id, state: ObservedNode['state'] = 'READY'): void {
    this.there.set(id, { id, name, state, answers: true, isSlow: false });
  }

  count(id: string, hits: number, misses = 0): void {
    const before = this.#counted.get(id) ?? NOTHING_COUNTED;
    this.#counted.set(id, { ...before, hits: before.hits + hits, misses: before.misses + misses });
  }

  restart(id: string): void {
    this.#counted.delete(id);
  }

  nodes(): readonly ObservedNode[] {
    return [...this.there.values()];
  }

  async counters(id: string): Promise<Counted & NodeGauges> {
    this.asked++;
    const { answers, isSlow } = this.there.get(id)!;
    if (isSlow) return await new Promise<never>(() => {});
    if (!answers) throw new Error('It does not answer.');
    return { ...(this.#counted.get(id) ?? NOTHING_COUNTED), ...GAUGES };
  }
}
