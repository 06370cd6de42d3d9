import type { EntryHeader } from './entry.ts';
import { EntryRead, peekCommand, readCommand, type EntryReceiver, type LeaseGiver } from './entry-read.ts';
import { MissedDeletions, type MissedDeletionsOptions } from './missed-deletions.ts';
import type { NodeAddress } from './node-address.ts';
import {
  configureNode,
  deleteEntries,
  fillEntry,
  flushEntries,
  listHeld,
  probeEntry,
  readCounters,
  readPolicy,
  releaseLease,
  type EntryFacts,
  type NodeCounters,
} from './node-commands.ts';
import type { NodeConnection } from './node-connection.ts';
import { NodeSession } from './node-session.ts';
import type { CacheConfig } from '../state/pool-state.ts';
import type { NodeSecret } from './introduction.ts';
import type { SlabPool } from './slab.ts';
import { StrayLeases } from './stray-leases.ts';

export interface NodeClientOptions extends MissedDeletionsOptions {
  readonly address: NodeAddress;
  readonly slabs: SlabPool;
  /** What the node wants to be shown first. Undefined where it asks nobody. */
  readonly secret?: NodeSecret | undefined;
  /** From 0 to below 1: spreads the attempts of many clients to connect again. */
  readonly random: () => number;
  /** Called when the node begins to answer, and with the reason when it ceases to. */
  readonly onChange?: (isUp: boolean, reason?: Error) => void;
  readonly connectTimeoutMs?: number;
  /** A read goes elsewhere when the node is silent for this long; the connection is kept. */
  readonly readPatienceMs?: number | undefined;
  /** The node is given up when it is silent to readers for this long, or to heartbeats for twice as long. */
  readonly readSilenceMs?: number | undefined;
}

const CONNECT_TIMEOUT_MS = 1_000;
const READ_PATIENCE_MS = 150;
/** A busy machine makes a healthy node wait for a quarter of a second now and then. */
const READ_SILENCE_MS = 500;
const FIRST_RETRY_MS = 20;
const LAST_RETRY_MS = 2_000;

/**
 * Our end of one node, with a circuit: when the node fails in any way all connections are given up, and until it answers again
 * it costs a reader nothing, because every read is refused at once. Deletions that it did not hear of are told to it before
 * it is read again.
 */
export class NodeClient implements LeaseGiver {
  readonly address: NodeAddress;
  readonly #options: NodeClientOptions;
  readonly #missedDeletions: MissedDeletions;
  readonly #strayLeases = new StrayLeases();
  #session: NodeSession | undefined;
  #state: { readonly isUp: true } | { readonly isUp: false; readonly reason: Error };
  #failures = 0;
  #retryTimer: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(options: NodeClientOptions) {
    this.address = options.address;
    this.#options = options;
    this.#missedDeletions = new MissedDeletions(options);
    this.#state = { isUp: false, reason: new Error('The node has not answered yet.') };
    this.#connect();
  }

  get isUp(): boolean {
    return this.#state.isUp;
  }

  /** It is up and owes no reader a reply for too long. */
  get takesReads(): boolean {
    return this.#state.isUp && !this.#session!.isLate;
  }

  read(name: string, receiver: EntryReceiver): void {
    this.send(new EntryRead(name, receiver, this));
  }

  /** Reads the entry if it is there, takes no lease otherwise, and leaves no trace in the order of eviction. */
  peek(name: string, receiver: EntryReceiver): void {
    this.send(new EntryRead(name, receiver, this), peekCommand(name));
  }

  send(read: EntryRead, command = readCommand(read.name)): void {
    if (this.#state.isUp) this.#session!.read(command, read);
    else read.refuse(this.#state.reason);
  }

  async probe(name: string): Promise<EntryFacts | undefined> {
    return await probeEntry(this.#upSession().forReading, name);
  }

  /** Which of these entries it has, without a trace of having been asked. */
  async held(names: readonly string[]): Promise<string[]> {
    return await listHeld(this.#control(), names);
  }

  async fill(name: string, entry: { cas: string; header: EntryHeader; payload: Buffer }): Promise<boolean> {
    const control = this.#control();
    try {
      return await fillEntry(control, name, entry);
    } catch (error) {
      this.mayHaveLeased(name);
      throw error;
    }
  }

  async release(name: string, cas: string): Promise<void> {
    const control = this.#control();
    try {
      await releaseLease(control, name, cas);
    } catch (error) {
      this.mayHaveLeased(name);
      throw error;
    }
  }

  mayHaveLeased(name: string): void {
    this.#strayLeases.add(name);
  }

  /**
   * A node that can't be reached is told before it is read again.
   * @throws only what `onMissed` throws: the deletion must not be acknowledged then
   */
  async delete(names: readonly string[]): Promise<void> {
    try {
      await deleteEntries(this.#control(), names);
    } catch {
      await this.#missedDeletions.add(names);
    }
  }

  /** Deletes every entry, as `delete` does. */
  async flush(): Promise<void> {
    try {
      await this.empty();
    } catch {
      await this.#missedDeletions.addEverything();
    }
  }

  /** @throws with the reason when the node can't be emptied now */
  async empty(): Promise<void> {
    await flushEntries(this.#control());
  }

  /** @throws with the reason when the node can't be told now, or refuses */
  async configure(config: Pick<CacheConfig, 'capacityMiB' | 'evictionPolicy'>): Promise<void> {
    await configureNode(this.#control(), config);
  }

  async counters(): Promise<NodeCounters> {
    return await readCounters(this.#control());
  }

  /** The name of the node's eviction policy. Undefined for a plain memcached. */
  async policyName(): Promise<string | undefined> {
    return await readPolicy(this.#control());
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
    const session = new NodeSession({
      address: this.address,
      slabs: this.#options.slabs,
      secret: this.#options.secret,
      connectTimeoutMs: this.#options.connectTimeoutMs ?? CONNECT_TIMEOUT_MS,
      readPatienceMs: this.#options.readPatienceMs ?? READ_PATIENCE_MS,
      readSilenceMs: this.#options.readSilenceMs ?? READ_SILENCE_MS,
      onReady: () => void this.#prepare(session),
      onEnd: (reason) => this.#onEnd(reason),
    });
    this.#session = session;
  }

  async #prepare(session: NodeSession): Promise<void> {
    try {
      await this.#strayLeases.giveBack(session.control);
      // Between the last look and the node being up no other deletion can come.
      do await this.#missedDeletions.tell(session.control);
      while (!this.#missedDeletions.isEmpty);
    } catch (error) {
      session.close(error as Error);
    }
    if (session.hasEnded) return;
    this.#failures = 0;
    this.#state = { isUp: true };
    this.#options.onChange?.(true);
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
