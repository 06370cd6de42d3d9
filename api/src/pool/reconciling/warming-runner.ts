import type { Clock } from './clock.ts';
import type { PoolState } from '../state/pool-state.ts';
import type { SeenPass } from './seen.ts';
import type { Troubles } from './troubles.ts';
import type { Warmer, WarmProgress } from '../warming/warming.ts';
import { isQuiet, servingNodes, type Pass } from './asked-pass.ts';

export interface WarmingRunnerOptions {
  readonly warmer: Warmer;
  readonly clock: Clock;
  readonly troubles: Troubles;
  /** Called when there is something to write down: at most twice a second, and at the end of a pass. */
  onProgress(): void;
}

const PROGRESS_MS = 500;
const RETRY_MS = 2_000;
const STALL_MS = 300_000;
/** Until then all processes have learned of the ring by which is trimmed. */
const TRIM_AFTER_MS = 5_000;
const NOTHING: WarmProgress = { entriesTotal: 0, bytesTotal: 0, entriesCopied: 0, bytesCopied: 0 };
const WARMING = 'Entries could not be copied to their owners';
const TRIMMING = 'Entries that have moved could not be deleted';

/** Has the warmer do the pass that the state asks for, one at a time, and trims the nodes a while after it. */
export class WarmingRunner {
  readonly #options: WarmingRunnerOptions;
  #pass: { readonly epoch: number; readonly abort: AbortController; movedAt: number } | undefined;
  #trimming: { readonly epoch: number; readonly dueAt: number; readonly abort: AbortController } | undefined;
  #isTrimming = false;
  #seen: SeenPass | undefined;
  #limitMiBps = 0;
  #notBefore = -Infinity;
  #writtenAt = -Infinity;

  constructor(options: WarmingRunnerOptions) {
    this.#options = options;
  }

  /** How far the latest pass has come. */
  get seen(): SeenPass | undefined {
    return this.#seen;
  }

  /** Begins, goes on with or ends what this state asks for. */
  follow(pass: Pass | undefined, state: PoolState): void {
    const now = this.#options.clock.now();
    const isPaused = state.resizes.some((resize) => resize.state === 'PAUSED');
    this.#limitMiBps = isPaused ? 0 : state.config.copyLimitMiBps;
    if (isPaused && this.#pass !== undefined) this.#pass.movedAt = now;
    if (this.#pass !== undefined && this.#pass.epoch !== pass?.epoch) this.#abortPass();
    else this.#endStalled(now);
    if (this.#trimming !== undefined && this.#trimming.epoch !== state.epoch) this.#abortTrim();
    const isDone = this.#seen?.isDone === true && this.#seen.epoch === pass?.epoch;
    if (pass !== undefined && this.#pass === undefined && !isDone && now >= this.#notBefore) this.#warm(pass);
    if (this.#trimming !== undefined && now >= this.#trimming.dueAt && isQuiet(state)) this.#trim(state);
  }

  /** Ends what is under way, and forgets what was done. */
  stop(): void {
    this.#abortPass();
    this.#abortTrim();
    this.#seen = undefined;
  }

  #abortPass(): void {
    this.#pass?.abort.abort();
    this.#pass = undefined;
  }

  /** A pass that stands still would keep a resize from ever ending. It is begun anew. */
  #endStalled(now: number): void {
    if (this.#pass === undefined || now - this.#pass.movedAt < STALL_MS) return;
    this.#options.troubles.report(WARMING, new Error(`nothing was copied for ${STALL_MS / 60_000} min`));
    this.#abortPass();
  }

  #abortTrim(): void {
    this.#trimming?.abort.abort();
    this.#trimming = undefined;
    this.#isTrimming = false;
  }

  #warm({ epoch, members, nodes }: Pass): void {
    const { warmer, clock, troubles, onProgress } = this.#options;
    const abort = new AbortController();
    const { signal } = abort;
    this.#pass = { epoch, abort, movedAt: clock.now() };
    this.#seen = { epoch, isDone: false, progress: NOTHING };
    const note = (progress: WarmProgress) => {
      if (!signal.aborted) this.#note(epoch, progress);
    };
    warmer
      .warm({ members, nodes, limitMiBps: () => this.#limitMiBps, onProgress: note, signal })
      .then((progress) => {
        if (signal.aborted) return;
        troubles.clear(WARMING);
        this.#pass = undefined;
        this.#seen = { epoch, isDone: true, progress };
        const dueAt = clock.now() + TRIM_AFTER_MS;
        this.#trimming = { epoch, dueAt, abort: new AbortController() };
        onProgress();
      })
      .catch((error: unknown) => {
        if (signal.aborted) return;
        troubles.report(WARMING, error);
        this.#pass = undefined;
        this.#notBefore = clock.now() + RETRY_MS;
      });
  }

  #note(epoch: number, progress: WarmProgress): void {
    const now = this.#options.clock.now();
    this.#seen = { epoch, isDone: false, progress };
    if (this.#pass !== undefined) this.#pass.movedAt = now;
    if (now - this.#writtenAt < PROGRESS_MS) return;
    this.#writtenAt = now;
    this.#options.onProgress();
  }

  #trim(state: PoolState): void {
    if (this.#isTrimming) return;
    this.#isTrimming = true;
    const { warmer, troubles } = this.#options;
    const { signal } = this.#trimming!.abort;
    warmer
      .trim({ members: state.members, nodes: servingNodes(state), signal })
      .then(() => troubles.clear(TRIMMING))
      .catch((error: unknown) => {
        if (!signal.aborted) troubles.report(TRIMMING, error);
      })
      .finally(() => {
        if (!signal.aborted) this.#abortTrim();
      });
  }
}
