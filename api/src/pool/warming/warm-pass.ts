import { copyEntry } from './copy-entry.ts';
import { CopyLimit, type CopyClock } from './copy-limit.ts';
import { CopyWindow } from './copy-window.ts';
import { listEntries, type ListedEntry } from './entry-listing.ts';
import { Ring } from '../routing/ring.ts';
import { WarmMeter } from './warm-meter.ts';
import type { WarmNode } from './warm-node.ts';
import { WarmPlan } from './warm-plan.ts';
import type { WarmingTask } from './warming.ts';
import type { NodeSecret } from '../nodes/introduction.ts';

export interface WarmPassOptions {
  readonly silenceMs: number;
  readonly secret?: NodeSecret | undefined;
  readonly clock: CopyClock;
  /** A node failed and is left out from here on. */
  onLeftOut(label: string, reason: Error): void;
}

/** What is copied at a time, from all sources together. */
const WINDOW = { bytes: 8 * 2 ** 20, entries: 256 };
const PROGRESS_MS = 100;

/** One pass over the entries of all nodes: first they are counted, then those copied that should be, hottest first. */
export class WarmPass {
  readonly #task: WarmingTask;
  readonly #nodes: readonly WarmNode[];
  readonly #options: WarmPassOptions;
  readonly #plan: WarmPlan;
  readonly #window = new CopyWindow(WINDOW);
  readonly #limit: CopyLimit;
  readonly #meter = new WarmMeter();
  #reportedAt = -Infinity;

  constructor(task: WarmingTask, nodes: readonly WarmNode[], options: WarmPassOptions) {
    this.#task = task;
    this.#nodes = nodes;
    this.#options = options;
    this.#plan = new WarmPlan(new Ring(task.members), nodes);
    this.#limit = new CopyLimit(() => task.limitMiBps(), options.clock);
  }

  /** @throws the signal's reason when it aborts */
  async run() {
    await this.#eachNode((node) => this.#countAt(node));
    this.#meter.plan(this.#plan.settle());
    this.#report(true);
    await this.#eachNode((node) => this.#copyFrom(node));
    for (const { label, writing } of this.#nodes)
      if (!writing.isOpen) this.#options.onLeftOut(label, new Error('The node ceased to take entries.'));
    this.#meter.finish();
    this.#report(true);
    return this.#meter.progress;
  }

  /** A node that fails is left out. */
  async #eachNode(work: (node: WarmNode) => Promise<void>): Promise<void> {
    const workOn = async (node: WarmNode): Promise<void> => {
      try {
        await work(node);
      } catch (error) {
        if (!this.#task.signal.aborted) this.#options.onLeftOut(node.label, error as Error);
      }
    };
    await Promise.all(this.#nodes.filter(({ reading }) => reading.isOpen).map(workOn));
    this.#task.signal.throwIfAborted();
  }

  async #countAt(node: WarmNode): Promise<void> {
    for await (const entries of this.#list(node)) {
      for (const entry of entries) this.#plan.count(node, entry);
    }
  }

  async #copyFrom(source: WarmNode): Promise<void> {
    const copies = new Set<Promise<void>>();
    try {
      for await (const entries of this.#list(source)) {
        for (const entry of entries) {
          if (!source.reading.isOpen) throw new Error('The node ceased to answer while it was copied from.');
          const target = this.#plan.target(source, entry);
          if (target === undefined) continue;
          await this.#enter(entry);
          const copy = this.#copy(entry, source, target).finally(() => copies.delete(copy));
          copies.add(copy);
        }
      }
    } finally {
      await Promise.all(copies);
    }
  }

  async #enter({ sizeBytes }: ListedEntry): Promise<void> {
    await this.#window.enter(sizeBytes);
    try {
      await this.#limit.take(sizeBytes, this.#task.signal);
    } catch (error) {
      this.#window.leave(sizeBytes);
      throw error;
    }
  }

  /** Never rejects: connections that break show it by themselves. */
  async #copy({ name, sizeBytes }: ListedEntry, source: WarmNode, target: WarmNode): Promise<void> {
    const isCopied = await copyEntry(name, source, target.writing).catch(() => false);
    this.#window.leave(sizeBytes);
    if (isCopied) {
      this.#meter.copied(sizeBytes);
    } else {
      this.#meter.skipped(sizeBytes);
      this.#limit.giveBack(sizeBytes);
    }
    this.#report(false);
  }

  #list(node: WarmNode): AsyncGenerator<ListedEntry[]> {
    const { silenceMs, secret } = this.#options;
    return listEntries(node.address, { silenceMs, secret, signal: this.#task.signal });
  }

  #report(isDue: boolean): void {
    const now = this.#options.clock.now();
    if (!isDue && now - this.#reportedAt < PROGRESS_MS) return;
    this.#reportedAt = now;
    this.#task.onProgress(this.#meter.progress);
  }
}
