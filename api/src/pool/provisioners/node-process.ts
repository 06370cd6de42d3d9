import type { ChildProcess } from 'node:child_process';
import { setTimeout } from 'node:timers/promises';
import { endOfLog, removeNodeFiles, type NodeFiles } from './node-files.ts';
import { isEnding, isRunning } from './process-table.ts';

/** How often one that is not our child is looked after. */
const WATCH_INTERVAL_MS = 100;
const MAX_ERROR_BYTES = 500;

/** The process of a node: our child, or found running. */
export class NodeProcess {
  readonly files: NodeFiles;
  readonly processId: number;
  /** Resolves with the reason in words when it has ended, asked to or not, and its files are removed. Never rejects. */
  readonly ended: Promise<string>;
  /** Whether it was asked to end. */
  isStopping = false;
  readonly #child: ChildProcess | undefined;

  constructor(files: NodeFiles, processId: number, child?: ChildProcess) {
    this.files = files;
    this.processId = processId;
    this.#child = child;
    this.ended = (child === undefined ? this.#watch() : endOfChild(child)).then((how) => this.#bury(how));
  }

  get isRunning(): boolean {
    const child = this.#child;
    if (child === undefined) return isRunning(this.processId, this.files.socket);
    // Its number stays its own until we have heard of its end; and its arguments can't be seen at its very beginning.
    return child.exitCode === null && child.signalCode === null && !isEnding(this.processId);
  }

  /** Asks it to end, makes it end after a deadline, and resolves when it has ended. */
  async stop(timeoutMs: number): Promise<void> {
    this.isStopping = true;
    this.#signal('SIGTERM');
    const deadline = new AbortController();
    await Promise.race([this.ended, setTimeout(timeoutMs, undefined, { signal: deadline.signal })]);
    deadline.abort();
    this.#signal('SIGKILL');
    await this.ended;
  }

  #signal(signal: NodeJS.Signals): void {
    // Its number may be another's by now.
    if (!this.isRunning) return;
    try {
      process.kill(this.processId, signal);
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
    }
  }

  async #watch(): Promise<string> {
    while (this.isRunning) await setTimeout(WATCH_INTERVAL_MS, undefined, { ref: false });
    return 'has ended, how is not known';
  }

  async #bury(how: string): Promise<string> {
    const errors = await endOfLog(this.files, MAX_ERROR_BYTES).catch(() => '');
    await removeNodeFiles(this.files).catch(() => {}); // They are removed with the next look into the folder.
    return errors === '' ? how : `${how}: ${errors}`;
  }
}

async function endOfChild(child: ChildProcess): Promise<string> {
  return await new Promise((resolve) => {
    child.once('exit', (code, signal) => {
      resolve(signal === null ? `ended with code ${code}` : `was ended by ${signal}`);
    });
  });
}
