import { type ChildProcess, spawn } from 'node:child_process';
import type { Duplex } from 'node:stream';
import { type Frame, FrameReader, writeFrame } from './worker-frames.ts';
import {
  MAX_RENDERING_BYTES,
  type WorkerReply,
  workerReplySchema,
  type WorkerRequest,
} from './worker-messages.ts';

export interface WorkerAnswer {
  readonly reply: WorkerReply;
  readonly payload: Buffer;
}

/** The worker has ended without an answer, or was ended. */
export class WorkerEnded extends Error {
  override readonly name = 'WorkerEnded';

  constructor(
    message: string,
    /** `late`: it was ended because it took too long. `never began`: it could not be started. */
    readonly how: 'died' | 'late' | 'never began' | 'stopped',
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** What a worker is told of our environment: no secret is among it. */
const PASSED_ON = ['PATH', 'LD_LIBRARY_PATH', 'TMPDIR', 'NODE_COMPILE_CACHE'];

interface Asked {
  resolve(answer: WorkerAnswer): void;
  reject(error: WorkerEnded): void;
  readonly timer: NodeJS.Timeout;
}

/** Our end of a process that decodes one picture at a time. It is of no use any more once it has failed in any way. */
export class DecodingWorker {
  readonly #child: ChildProcess;
  readonly #channel: Duplex;
  readonly #frames: FrameReader;
  /** Resolves when the process has ended. */
  readonly ended: Promise<void>;
  #asked: Asked | undefined;
  #isUsable = true;

  constructor([program, ...args]: readonly [string, ...string[]]) {
    const passedOn = PASSED_ON.flatMap((name) => {
      const value = process.env[name];
      return value === undefined ? [] : [[name, value] as const];
    });
    this.#child = spawn(program, args, {
      // The channel closes with this process, however that ends, and the worker with the channel.
      stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
      // Few arenas: each would keep what large pictures have left.
      env: { ...Object.fromEntries(passedOn), MALLOC_ARENA_MAX: '2' },
    });
    this.#channel = this.#child.stdio[3] as Duplex;
    this.#frames = new FrameReader({ maxPayloadBytes: MAX_RENDERING_BYTES }, (frame) => this.#onFrame(frame));
    this.#channel.on('data', (chunk: Buffer) => this.#onData(chunk));
    this.#channel.on('error', () => {}); // The end of the process tells more.
    this.ended = new Promise((resolve) => {
      this.#child.once('error', (cause) => {
        this.#giveUp(new WorkerEnded('A worker could not be started.', 'never began', { cause }));
        resolve();
      });
      this.#child.once('close', (code, signal) => {
        this.#giveUp(new WorkerEnded(`A worker has ended by itself (${signal ?? code}).`, 'died'));
        resolve();
      });
    });
  }

  get isUsable(): boolean {
    return this.#isUsable;
  }

  get processId(): number | undefined {
    return this.#child.pid;
  }

  /**
   * Asks for one thing; the next may be asked for after the answer.
   * @throws WorkerEnded
   */
  async ask(request: WorkerRequest, payload: Buffer | undefined, deadlineMs: number): Promise<WorkerAnswer> {
    return await new Promise((resolve, reject) => {
      if (!this.#isUsable) return reject(new WorkerEnded('The worker has ended before.', 'died'));
      const timer = setTimeout(() => {
        this.#giveUp(new WorkerEnded(`A worker took longer than ${deadlineMs} ms.`, 'late'));
      }, deadlineMs);
      this.#asked = { resolve, reject, timer };
      writeFrame(this.#channel, request, payload);
    });
  }

  async stop(): Promise<void> {
    this.#giveUp(new WorkerEnded('The worker was stopped.', 'stopped'));
    await this.ended;
  }

  #onData(chunk: Buffer): void {
    try {
      this.#frames.push(chunk);
    } catch (cause) {
      this.#giveUp(new WorkerEnded('A worker has sent what it must not.', 'died', { cause }));
    }
  }

  #onFrame({ head, payload }: Frame): void {
    const reply = workerReplySchema.parse(head);
    if (this.#asked === undefined) throw new Error('Nothing was asked.');
    const { resolve, timer } = this.#asked;
    this.#asked = undefined;
    clearTimeout(timer);
    if (reply.kind === 'overrun') this.#giveUp(new WorkerEnded('The worker ends.', 'died'));
    resolve({ reply, payload });
  }

  #giveUp(reason: WorkerEnded): void {
    this.#isUsable = false;
    this.#child.kill('SIGKILL');
    const asked = this.#asked;
    this.#asked = undefined;
    clearTimeout(asked?.timer);
    asked?.reject(reason);
  }
}
