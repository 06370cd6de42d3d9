import type { NodeRecord } from '../state/pool-state.ts';
import type { Provisioner } from '../provisioners/provisioner.ts';

/** So long before a start is given up it is asked what has gone wrong. */
const EARLY_MS = 20_000;
const ASK_EVERY_MS = 5_000;
const MAX_CHARACTERS = 500;

/** What nodes that are about to be given up have told of their start, so that the reason says more than that it took too long. */
export class LastWords {
  readonly #provisioner: Pick<Provisioner, 'lastWords'>;
  readonly #startMs: number;
  readonly #words = new Map<string, string>();
  readonly #askedAt = new Map<string, number>();

  constructor(provisioner: Pick<Provisioner, 'lastWords'>, startMs: number) {
    this.#provisioner = provisioner;
    this.#startMs = startMs;
  }

  /** What has been told until now, by id. Asks those for more whose time runs out. */
  listen(
    nodes: readonly NodeRecord[],
    launchedSince: ReadonlyMap<string, number>,
    now: number,
  ): ReadonlyMap<string, string> {
    const starting = new Set(nodes.filter(({ state }) => state === 'STARTING').map(({ id }) => id));
    for (const id of [...this.#askedAt.keys()]) if (!starting.has(id)) this.#forget(id);
    for (const id of starting) {
      const isLate = now - (launchedSince.get(id) ?? now) >= this.#startMs - EARLY_MS;
      if (isLate && now - (this.#askedAt.get(id) ?? -Infinity) >= ASK_EVERY_MS) void this.#ask(id, now);
    }
    return new Map(this.#words);
  }

  async #ask(id: string, now: number): Promise<void> {
    this.#askedAt.set(id, now);
    // Without them the reason is shorter, no more.
    const words = (await this.#provisioner.lastWords?.(id).catch(() => undefined)) ?? '';
    if (words !== '' && this.#askedAt.has(id)) this.#words.set(id, words.slice(-MAX_CHARACTERS));
  }

  #forget(id: string): void {
    this.#askedAt.delete(id);
    this.#words.delete(id);
  }
}
