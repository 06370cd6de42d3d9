import type { EntryRead } from './entry-read.ts';
import { Heartbeat } from './heartbeat.ts';
import type { NodeSecret } from './introduction.ts';
import type { NodeAddress } from './node-address.ts';
import { NodeConnection } from './node-connection.ts';
import type { SlabPool } from './slab.ts';

const READ_CONNECTIONS = 2;
/** For everything but reads: storing a large entry may take its time. */
const CONTROL_SILENCE_MS = 5_000;

export interface NodeSessionOptions {
  readonly address: NodeAddress;
  readonly slabs: SlabPool;
  readonly secret?: NodeSecret | undefined;
  readonly connectTimeoutMs: number;
  /** Readers go elsewhere when the node is silent for this long. */
  readonly readPatienceMs: number;
  /** The session ends when the node is silent to readers for this long, or twice as long to a heartbeat. */
  readonly readSilenceMs: number;
  /** The node answers on every kind of connection. */
  onReady(): void;
  /** Called once, before requests on their way are told: something went wrong, or the session was closed. */
  onEnd(reason: Error): void;
}

/** The connections to a node from the first attempt until the first of them fails: all for one. */
export class NodeSession {
  readonly #options: NodeSessionOptions;
  /** For everything but reads, which must not wait behind a large entry on its way to the node. */
  readonly control: NodeConnection;
  readonly #opened: NodeConnection[] = [];
  readonly #reading: NodeConnection[] = [];
  #heartbeat: Heartbeat | undefined;
  #hasEnded = false;

  constructor(options: NodeSessionOptions) {
    this.#options = options;
    this.control = this.#open(CONTROL_SILENCE_MS, () => this.#openOthers());
  }

  /** The node owes a reader a reply for too long: another one would wait too. */
  get isLate(): boolean {
    for (const connection of this.#reading) if (connection.isLate) return true;
    return false;
  }

  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** The connection on which a read waits the least. Only once the session is ready. */
  get forReading(): NodeConnection {
    let connection = this.#reading[0]!;
    for (const other of this.#reading) if (other.pendingCount < connection.pendingCount) connection = other;
    return connection;
  }

  read(command: string, read: EntryRead): void {
    this.forReading.send(command, read);
  }

  close(reason: Error): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#heartbeat?.stop();
    this.#options.onEnd(reason);
    for (const connection of this.#opened) connection.close(reason);
  }

  #openOthers(): void {
    const { readSilenceMs, readPatienceMs } = this.#options;
    const heart = this.#open(2 * readSilenceMs, () => {
      this.#heartbeat = new Heartbeat(heart);
      if (this.#reading.length > 0) this.#options.onReady();
    });
    for (let i = 0; i < READ_CONNECTIONS; i++) {
      const connection = this.#open(
        readSilenceMs,
        () => {
          const isFirst = this.#reading.push(connection) === 1;
          if (isFirst && this.#heartbeat !== undefined) this.#options.onReady();
        },
        readPatienceMs,
      );
    }
  }

  #open(silenceTimeoutMs: number, onReady: () => void, lateAfterMs?: number): NodeConnection {
    const { address, slabs, secret, connectTimeoutMs } = this.#options;
    const connection = new NodeConnection({
      address,
      slabs,
      secret,
      connectTimeoutMs,
      silenceTimeoutMs,
      ...(lateAfterMs !== undefined && { lateAfterMs }),
      onReady,
      onClosed: (reason) => this.close(reason),
    });
    this.#opened.push(connection);
    return connection;
  }
}
