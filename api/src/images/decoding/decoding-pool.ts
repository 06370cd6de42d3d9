import { ShoalError } from '../../errors.ts';
import { Turns } from '../../turns.ts';
import type { Variant } from '../variant.ts';
import { DecodingWorker, WorkerEnded, type WorkerAnswer } from './decoding-worker.ts';
import type { DecodingLimits, Overrun } from './overrun-watch.ts';
import type { InspectOptions, Picture, PictureDecoder, Rendering } from './picture-decoder.ts';
import type { WorkerRequest } from './worker-messages.ts';

export interface DecodingPoolOptions {
  /** The program of a worker. */
  readonly command: readonly [program: string, ...args: string[]];
  /** How many pictures are decoded at once, each in a process of its own. */
  readonly atOnce: number;
  /** How many wait for their turn. */
  readonly maxWaiting: number;
  /** For inspecting. Rendering, which also encodes, may take more time. */
  readonly limits: DecodingLimits;
  readonly maxWaitMs?: number;
  /** Workers but one end when nothing has come for so long. */
  readonly idleMs?: number;
  /** Monotonic, in milliseconds. */
  readonly clock: () => number;
  /** Told when a picture has ended a worker. */
  readonly onWorkerLost?: (error: Error) => void;
}

const MAX_WAIT_MS = 30_000;
const IDLE_MS = 60_000;
const RENDERING_FACTOR = 5;
/** A worker that gets no processor is not taken for one that hangs before this many times its time. */
const PATIENCE_FACTOR = 5;
const MAX_RETRY_AFTER_SECONDS = 60;
const ATTEMPTS = 2;

/** Decodes in processes of its own, so that what ends a decoder ends nothing else. They start when they are needed. */
export class DecodingPool implements PictureDecoder {
  readonly #options: DecodingPoolOptions;
  readonly #turns: Turns;
  readonly #workers = new Set<DecodingWorker>();
  /** The one used last is the next: the others may end. */
  readonly #idle: DecodingWorker[] = [];
  readonly #idleTimers = new Map<DecodingWorker, NodeJS.Timeout>();
  #meanMs = 100;
  #isClosed = false;

  constructor(options: DecodingPoolOptions) {
    this.#options = options;
    const { atOnce, maxWaiting, maxWaitMs = MAX_WAIT_MS } = options;
    this.#turns = new Turns({ atOnce, maxWaiting, maxWaitMs, refusal: () => this.#tooBusy() });
  }

  /** Starts one worker ahead of the first picture. */
  prepare(): void {
    if (this.#workers.size === 0 && !this.#isClosed) this.#rest(this.#start());
  }

  async inspect(path: string, { maxPixels, signal }: InspectOptions): Promise<Picture> {
    const { limits } = this.#options;
    const request = { kind: 'inspect', path, maxPixels, limits } as const;
    const { reply } = await this.#do(request, undefined, signal);
    if (reply.kind !== 'picture') throw new Error('A worker has answered with something else.');
    return reply.picture;
  }

  async render(original: Buffer, variant: Variant): Promise<Rendering> {
    const { cpuSeconds, memoryBytes } = this.#options.limits;
    const limits = { cpuSeconds: cpuSeconds * RENDERING_FACTOR, memoryBytes };
    const { reply, payload } = await this.#do({ kind: 'render', variant, limits }, original);
    if (reply.kind !== 'rendering') throw new Error('A worker has answered with something else.');
    return { bytes: payload, contentType: reply.contentType };
  }

  /** Ends all workers; what they work on fails. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all([...this.#workers].map((worker) => worker.stop()));
  }

  /** Their process ids. */
  get workers(): readonly number[] {
    return [...this.#workers].flatMap(({ processId }) => processId ?? []);
  }

  async #do(request: WorkerRequest, payload?: Buffer, signal?: AbortSignal): Promise<WorkerAnswer> {
    const leave = await this.#turns.take();
    try {
      if (signal?.aborted) throw new ShoalError('BAD_USER_INPUT', 'The upload was aborted.');
      const startedAt = this.#options.clock();
      try {
        return await this.#ask(request, payload);
      } finally {
        this.#meanMs += (this.#options.clock() - startedAt - this.#meanMs) / 8;
      }
    } finally {
      leave();
    }
  }

  /** Twice, if need be: somebody else may have ended the worker. */
  async #ask(request: WorkerRequest, payload: Buffer | undefined): Promise<WorkerAnswer> {
    for (let attempt = 1; ; attempt++) {
      if (this.#isClosed) throw unavailable();
      const worker = this.#wake() ?? this.#start();
      try {
        const deadlineMs = request.limits.cpuSeconds * 1_000 * PATIENCE_FACTOR;
        const answer = await worker.ask(request, payload, deadlineMs);
        return this.#accept(answer);
      } catch (error) {
        if (!(error instanceof WorkerEnded)) throw error;
        if (error.how === 'stopped') throw unavailable(error);
        this.#options.onWorkerLost?.(error);
        if (error.how === 'late') throw refusalOf('time', this.#options.limits);
        if (attempt < ATTEMPTS) continue;
        if (error.how === 'never began') throw unavailable(error);
        throw new ShoalError(
          'BAD_USER_INPUT',
          "The picture can't be decoded: it makes the decoder fail. Save it anew with another program and send that.",
          { cause: error },
        );
      } finally {
        if (worker.isUsable) this.#rest(worker);
      }
    }
  }

  #accept(answer: WorkerAnswer): WorkerAnswer {
    const { reply } = answer;
    switch (reply.kind) {
      case 'refusal':
        throw new ShoalError(reply.code, reply.message);
      case 'overrun':
        throw refusalOf(reply.of, this.#options.limits);
      case 'broken':
        throw new Error(`A picture could not be decoded: ${reply.message}`);
      case 'picture':
      case 'rendering':
        return answer;
    }
  }

  #start(): DecodingWorker {
    const worker = new DecodingWorker(this.#options.command);
    this.#workers.add(worker);
    void worker.ended.then(() => {
      this.#workers.delete(worker);
      this.#forget(worker);
    });
    return worker;
  }

  #wake(): DecodingWorker | undefined {
    for (let worker = this.#idle.at(-1); worker !== undefined; worker = this.#idle.at(-1)) {
      this.#forget(worker);
      if (worker.isUsable) return worker;
    }
    return undefined;
  }

  #rest(worker: DecodingWorker): void {
    this.#idle.push(worker);
    const timer = setTimeout(() => {
      if (this.#idle.length > 1) void worker.stop();
    }, this.#options.idleMs ?? IDLE_MS);
    this.#idleTimers.set(worker, timer.unref());
  }

  #forget(worker: DecodingWorker): void {
    const at = this.#idle.indexOf(worker);
    if (at >= 0) this.#idle.splice(at, 1);
    clearTimeout(this.#idleTimers.get(worker));
    this.#idleTimers.delete(worker);
  }

  #tooBusy(): ShoalError {
    const { atOnce, maxWaiting } = this.#options;
    const seconds = Math.ceil((maxWaiting * this.#meanMs) / atOnce / 1_000);
    return new ShoalError('TOO_BUSY', 'Too many pictures are being worked on. Try again in a moment.', {
      retryAfterSeconds: Math.min(Math.max(seconds, 1), MAX_RETRY_AFTER_SECONDS),
    });
  }
}

/** The command line of our own worker. */
export function decodingWorkerCommand(mainFile: string): [string, ...string[]] {
  // Run from source, as while it is developed, a worker needs what makes the source run.
  const ours = mainFile.endsWith('.ts') ? process.execArgv : [];
  return [process.execPath, ...ours, '--max-old-space-size=64', mainFile];
}

function refusalOf(of: Overrun, { memoryBytes }: DecodingLimits): ShoalError {
  if (of === 'time') {
    return new ShoalError('BAD_USER_INPUT', 'The picture takes too long to decode. Send a smaller one.');
  }
  const mib = Math.floor(memoryBytes / 2 ** 20);
  return new ShoalError(
    'PAYLOAD_TOO_LARGE',
    `The picture takes more than ${mib} MiB of memory to decode. Send a smaller one.`,
  );
}

function unavailable(cause?: Error): ShoalError {
  return new ShoalError('UNAVAILABLE', "Pictures can't be decoded at the moment. Try again.", { cause });
}
