import type { Clock } from '../pool/reconciling/clock.ts';
import { MinuteBook } from './minute-book.ts';
import { MinuteWriter } from './minute-writer.ts';
import { MINUTE_MS, minuteOf, type MinuteSamples, SECOND_MS } from './minutes.ts';
import { NodeAsker } from './node-asker.ts';
import type { NodeSource } from './node-source.ts';
import type { NodeNow } from './node-track.ts';
import type { ReadSource } from './read-track.ts';
import type { SecondSample } from './seconds.ts';
import type { MetricsStore } from './stores/metrics-store.ts';

export interface CollectorOptions {
  readonly nodes: NodeSource;
  readonly reads: ReadSource;
  readonly store: MetricsStore;
  /** Whether this process, of all on the same store, is the one to write the samples of nodes. */
  readonly isWriter: () => boolean;
  /** This process, as no other one is called, and as it was called before it was restarted. */
  readonly process: string;
  readonly clock: Clock;
  /** Called at the end of each second. */
  readonly onSecond: (sample: SecondSample) => void;
  readonly onTrouble: (error: unknown) => void;
}

/** So much of a minute is lost at most when the process is killed; the nodes go on counting meanwhile. */
const WRITE_EVERY_MS = 10 * SECOND_MS;
/** Nothing of a node is known for longer: what it has counted meanwhile belongs to no minute. */
const RESUMED_MS = 2 * MINUTE_MS;
const EARLY_MS = 20;
const COMPACT_EVERY_MS = 60 * MINUTE_MS;

/** Looks at every node at the end of each second of the clock, and has every minute written. */
export class Collector {
  readonly #options: CollectorOptions;
  readonly #asker: NodeAsker;
  readonly #book: MinuteBook;
  readonly #writer: MinuteWriter;
  #minute: number | undefined;
  #compactedAt = -Infinity;
  #isWriter = false;
  #isStopped = false;
  #callOff: () => void = () => {};

  constructor(options: CollectorOptions) {
    const { nodes, reads, process, store, clock, onTrouble } = options;
    this.#options = options;
    this.#asker = new NodeAsker(nodes, clock);
    this.#book = new MinuteBook(reads, process);
    this.#writer = new MinuteWriter(store, onTrouble);
  }

  /** Goes on from what was written down before. */
  async start(): Promise<void> {
    const { isWriter, clock } = this.#options;
    this.#minute = minuteOf(clock.now());
    const written = await this.#readWritten(this.#minute);
    if (written !== undefined) {
      this.#book.resumeReads(written, this.#minute);
      this.#book.resumeNodes(written, this.#minute);
      this.#isWriter = isWriter();
    }
    this.#schedule();
  }

  /** Resolves when what was seen of the present minute is written. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#callOff();
    if (this.#minute !== undefined) this.#put(this.#minute);
    await this.#writer.settled();
  }

  /** Resolves when the minutes that have ended are written, as far as they can be. */
  async settled(): Promise<void> {
    await this.#writer.settled();
  }

  /** The nodes that there are, and what they said last. */
  now(): readonly NodeNow[] {
    return this.#book.now();
  }

  #schedule(): void {
    if (this.#isStopped) return;
    const { clock, onTrouble } = this.#options;
    this.#callOff = clock.after(SECOND_MS + EARLY_MS - ((clock.now() + EARLY_MS) % SECOND_MS), () => {
      // A timer may come a little early, and long after a busy turn.
      const end = Math.floor((clock.now() + EARLY_MS) / SECOND_MS) * SECOND_MS;
      void this.#lookAt(end)
        .catch((error) => this.#isStopped || onTrouble(error))
        .finally(() => this.#schedule());
    });
  }

  /** @param end of the second that has just passed */
  async #lookAt(end: number): Promise<void> {
    const { nodes, onSecond } = this.#options;
    const second = end - SECOND_MS;
    await this.#turnTo(minuteOf(second));
    const there = nodes.nodes();
    const answers = await this.#asker.ask(there);
    if (this.#isStopped) return;
    const sample = this.#book.add(second, there, answers);
    if (end % MINUTE_MS === 0) await this.#turnTo(end);
    else if (end % WRITE_EVERY_MS === 0) this.#put(minuteOf(second));
    onSecond(sample);
  }

  /** Closes the minute before, if it is another one: also when its end was slept through or the clock was set. */
  async #turnTo(minute: number): Promise<void> {
    const before = this.#minute ?? minute;
    this.#minute = minute;
    if (before !== minute) {
      this.#put(before);
      this.#book.turn();
      this.#compact(minute);
    }
    const isWriter = this.#options.isWriter();
    const isNewWriter = isWriter && !this.#isWriter;
    const written = isNewWriter || minute < before ? await this.#readWritten(minute) : undefined;
    if (written !== undefined && minute < before) this.#book.carry(written, minute);
    else if (written !== undefined) this.#book.resumeNodes(written, minute);
    // Whoever has not read what another one wrote would write over it.
    this.#isWriter = isWriter && (!isNewWriter || written !== undefined);
  }

  async #readWritten(minute: number): Promise<MinuteSamples | undefined> {
    const { store, onTrouble } = this.#options;
    try {
      return await store.read(minute - RESUMED_MS, minute);
    } catch (error) {
      onTrouble(error);
      return undefined;
    }
  }

  #put(minute: number): void {
    const { nodes, reads } = this.#book.samples(minute);
    this.#writer.put(minute, { nodes: this.#isWriter ? nodes : [], reads });
  }

  #compact(now: number): void {
    if (!this.#isWriter || Math.abs(now - this.#compactedAt) < COMPACT_EVERY_MS) return;
    this.#compactedAt = now;
    const { store, onTrouble } = this.#options;
    void this.#writer.settled().then(async () => await store.compact(now).catch(onTrouble));
  }
}
