import type { EntryHeader } from './entry.ts';
import type { EntryReceiver } from './entry-read.ts';
import { MissedDeletions } from './missed-deletions.ts';
import type { NodeAddress } from './node-address.ts';
import {
  deleteEntries,
  fillEntry,
  flushEntries,
  probeEntry,
  readCounters,
  releaseLease,
  type EntryFacts,
  type NodeCounters,
} from './node-commands.ts';
import type { NodeConnection } from './node-connection.ts';
import { NodeSession } from './node-session.ts';
import type { SlabPool } from './slab.ts';

export interface NodeClientOptions {
  readonly address: NodeAddress;
  readonly slabs: SlabPool;
  /** From 0 to below 1: spreads the attempts of many clients to connect again. */
  readonly random: () => number;
  /** Called when the node begins to answer, and with the reason when it ceases to. */
  readonly onChange?: (isUp: boolean, reason?: Error) => void;
  readonly connectTimeoutMs?: number;
  /** A read is given up when the node is silent for this long. */
  readonly readSilenceMs?: number | undefined;
}

const CONNECT_TIMEOUT_MS = 1_000;
/** A busy machine makes a healthy node wait for a quarter of a second now and then. */
const READ_SILENCE_MS = 500;
const FIRST_RETRY_MS = 20;
const LAST_RETRY_MS = 2_000;

/**
 * Our end of one node, with a circuit: when the node fails in any way all connections are given up, and until it answers again
 * it costs a reader nothing, because every read is refused at once. Deletions that it did not hear of are told to it before
 * it is read again.
 */
export class NodeClient {
  readonly address: NodeAddress;
  readonly #options: NodeClientOptions;
  readonly #missedDeletions = new MissedDeletions();
  #session: NodeSession | undefined;
  #state: { readonly isUp: true } | { readonly isUp: false; readonly reason: Error };
  #failures = 0;
  #retryTimer: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(options: NodeClientOptions) {
    this.address = options.address;
    this.#options = options;
    this.#state = { isUp: false, reason: new Error('The node has not answered yet.') };
    this.#connect();
  }

  get isUp(): boolean {
    return this.#state.isUp;
  }

  read(name: string, receiver: EntryReceiver): void {
    if (this.#state.isUp) this.#session!.read(name, receiver);
    else receiver.miss({ lease: 'refused', reason: this.#state.reason });
  }

  async probe(name: string): Promise<EntryFacts | undefined> {
    return await probeEntry(this.#upSession().forReading, name);
  }

  async fill(name: string, entry: { cas: string; header: EntryHeader; payload: Buffer }): Promise<boolean> {
    return await fillEntry(this.#control(), name, entry);
  }

  async release(name: string, cas: string): Promise<void> {
    await releaseLease(this.#control(), name, cas);
  }

  /** Never rejects: a node that can't be reached is told later. */
  async delete(names: readonly string[]): Promise<void> {
    try {
      await deleteEntries(this.#control(), names);
    } catch {
      this.#missedDeletions.add(names);
    }
  }

  /** Never rejects: a node that can't be reached is told later. */
  async flush(): Promise<void> {
    try {
      await flushEntries(this.#control());
    } catch {
      this.#missedDeletions.addEverything();
    }
  }

  async counters(): Promise<NodeCounters> {
    return await readCounters(this.#control());
  }

  /** What is on its way is refused. */
  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#retryTimer);
    this.#session?.close(new Error('The pool is closed.'));
  }

  #control(): NodeConnection {
    return this.#upSession().control;
  }

  #upSession(): NodeSession {
    if (!this.#state.isUp) throw this.#state.reason;
    return this.#session!;
  }

  #connect(): void {
    this.#session = new NodeSession({
      address: this.address,
      slabs: this.#options.slabs,
      missedDeletions: this.#missedDeletions,
      connectTimeoutMs: this.#options.connectTimeoutMs ?? CONNECT_TIMEOUT_MS,
      readSilenceMs: this.#options.readSilenceMs ?? READ_SILENCE_MS,
      onUp: () => {
        this.#failures = 0;
        this.#state = { isUp: true };
        this.#options.onChange?.(true);
      },
      onEnd: (reason) => this.#onEnd(reason),
    });
  }

  #onEnd(reason: Error): void {
    const wasUp = this.#state.isUp;
    this.#state = { isUp: false, reason };
    if (!this.#isClosed) {
      const waitMs = Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** this.#failures++);
      this.#retryTimer = setTimeout(() => this.#connect(), waitMs * (0.5 + 0.5 * this.#options.random()));
    }
    if (wasUp) this.#options.onChange?.(false, reason);
  }
}
