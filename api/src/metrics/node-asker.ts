import type { Clock } from '../pool/reconciling/clock.ts';
import type { Counted } from './counted.ts';
import type { NodeGauges, NodeSource, ObservedNode } from './node-source.ts';

type Answer = Counted & NodeGauges;

/** A node that takes longer has not been seen in this second. */
const PATIENCE_MS = 700;

/** Asks nodes what they have counted: each one once at a time, however long it takes. */
export class NodeAsker {
  readonly #source: Pick<NodeSource, 'counters'>;
  readonly #clock: Clock;
  readonly #asked = new Set<string>();

  constructor(source: Pick<NodeSource, 'counters'>, clock: Clock) {
    this.#source = source;
    this.#clock = clock;
  }

  /** The answers that come in time, by the ids of the nodes. Never rejects. */
  async ask(nodes: readonly ObservedNode[]): Promise<ReadonlyMap<string, Answer>> {
    const answers = new Map<string, Answer>();
    let isLate = false;
    const asking = nodes
      .filter(({ id }) => !this.#asked.has(id))
      .map(async ({ id }) => {
        const answer = await this.#askOne(id);
        if (answer !== undefined && !isLate) answers.set(id, answer);
      });
    let callOff = (): void => {};
    const patience = new Promise<void>((resolve) => {
      callOff = this.#clock.after(PATIENCE_MS, resolve);
    });
    await Promise.race([Promise.all(asking), patience]);
    callOff();
    isLate = true;
    return answers;
  }

  async #askOne(id: string): Promise<Answer | undefined> {
    this.#asked.add(id);
    try {
      return await this.#source.counters(id);
    } catch {
      return undefined;
    } finally {
      this.#asked.delete(id);
    }
  }
}
