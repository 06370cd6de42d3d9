import { setMaxListeners } from 'node:events';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import type { CopyClock } from './copy-limit.ts';
import { trimNode } from './trim-node.ts';
import { openWarmNode, type WarmNode } from './warm-node.ts';
import { WarmPass } from './warm-pass.ts';
import type { TrimmingTask, Warmer, WarmingNode, WarmingTask, WarmProgress } from './warming.ts';
import type { NodeSecret } from '../nodes/introduction.ts';

export interface PoolWarmerOptions {
  /**
   * Whether the node answers and knows of all deletions. Asked before each entry is read, since a node that was away may hold what has
   * been deleted meanwhile.
   */
  readonly mayBeRead: (label: string, name: string) => boolean;
  /** Takes what an operator should know, as pino's logger does. */
  readonly log: { warn(fields: object, message: string): void };
  readonly clock?: CopyClock;
  /** A node that owes an answer and is silent for this long is left out. */
  readonly silenceMs?: number;
  /** How long leases may take to be given back when a pass is aborted. */
  readonly releaseMs?: number;
  /** What the nodes want to be shown first. Undefined where they ask nobody. */
  readonly secret?: NodeSecret | undefined;
}

const SILENCE_MS = 1_500;
const RELEASE_MS = 1_000;

const CLOCK: CopyClock = {
  now: () => performance.now(),
  sleep: (ms, signal) => sleep(ms, undefined, { signal }),
};

/**
 * Copies entries to their owners, from node to node through this process, a window at a time.
 *
 * Copies are made hottest first, so that most reads are served by their owner soon. A node that keeps its entries by recency then takes
 * what was copied last for the most recent; that does little harm, since WarmCutoff has let nothing come that is colder than what it
 * displaces, and the first reads put the hottest to the front again.
 */
export class PoolWarmer implements Warmer {
  readonly #mayBeRead: (label: string, name: string) => boolean;
  readonly #log: PoolWarmerOptions['log'];
  readonly #clock: CopyClock;
  readonly #silenceMs: number;
  readonly #releaseMs: number;
  readonly #secret: NodeSecret | undefined;

  constructor({
    mayBeRead,
    log,
    clock = CLOCK,
    silenceMs = SILENCE_MS,
    releaseMs = RELEASE_MS,
    secret,
  }: PoolWarmerOptions) {
    this.#mayBeRead = mayBeRead;
    this.#log = log;
    this.#clock = clock;
    this.#silenceMs = silenceMs;
    this.#releaseMs = releaseMs;
    this.#secret = secret;
  }

  /** @throws the signal's reason when it aborts */
  async warm(task: WarmingTask): Promise<WarmProgress> {
    task.signal.throwIfAborted();
    setMaxListeners(0, task.signal); // Each node has some.
    const nodes = await this.#open(task.nodes);
    const abort = (): void => {
      const reason = task.signal.reason as Error;
      for (const { reading } of nodes) reading.close(reason);
      // What has been begun at the targets is ended there, but nobody waits long for that.
      setTimeout(() => nodes.forEach(({ writing }) => writing.close(reason)), this.#releaseMs).unref();
    };
    task.signal.addEventListener('abort', abort, { once: true });
    try {
      if (task.signal.aborted) abort();
      return await new WarmPass(task, nodes, {
        silenceMs: this.#silenceMs,
        secret: this.#secret,
        clock: this.#clock,
        onLeftOut: (label, reason) => this.#leaveOut(label, reason),
      }).run();
    } finally {
      task.signal.removeEventListener('abort', abort);
      for (const node of nodes) close(node);
    }
  }

  /** @throws the signal's reason when it aborts */
  async trim({ members, nodes, signal }: TrimmingTask): Promise<void> {
    setMaxListeners(0, signal);
    const options = {
      members,
      signal,
      silenceMs: this.#silenceMs,
      secret: this.#secret,
      clock: this.#clock,
    };
    const trim = async (node: WarmingNode): Promise<void> => {
      await trimNode(node, options).catch((error: Error) => {
        if (!signal.aborted) this.#leaveOut(node.label, error);
      });
    };
    await Promise.all(nodes.map(trim));
    signal.throwIfAborted();
  }

  /** Those that answer. */
  async #open(nodes: readonly WarmingNode[]): Promise<WarmNode[]> {
    const options = { silenceMs: this.#silenceMs, secret: this.#secret, mayBeRead: this.#mayBeRead };
    const open = async (node: WarmingNode): Promise<WarmNode[]> => {
      try {
        return [await openWarmNode(node, options)];
      } catch (error) {
        this.#leaveOut(node.label, error as Error);
        return [];
      }
    };
    return (await Promise.all(nodes.map(open))).flat();
  }

  #leaveOut(label: string, error: Error): void {
    this.#log.warn({ node: label, reason: error.message }, 'A cache node is left out of warming.');
  }
}

function close({ reading, writing }: WarmNode): void {
  const reason = new Error('The pass is over.');
  reading.close(reason);
  writing.close(reason);
}
