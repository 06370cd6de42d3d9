import { EntryRead, readCommand, type EntryReceiver } from './entry-read.ts';
import type { MissedDeletions } from './missed-deletions.ts';
import type { NodeAddress } from './node-address.ts';
import { NodeConnection } from './node-connection.ts';
import type { SlabPool } from './slab.ts';

const READ_CONNECTIONS = 2;
/** For everything but reads: storing a large entry may take its time. */
const CONTROL_SILENCE_MS = 5_000;

export interface NodeSessionOptions {
  readonly address: NodeAddress;
  readonly slabs: SlabPool;
  readonly missedDeletions: MissedDeletions;
  readonly connectTimeoutMs: number;
  readonly readSilenceMs: number;
  /** The node answers and knows of all deletions. */
  onUp(): void;
  /** Called once: something went wrong and all connections were given up, or the session was closed. */
  onEnd(reason: Error): void;
}

/** The connections to a node from the first attempt until the first of them fails: all for one. */
export class NodeSession {
  readonly #options: NodeSessionOptions;
  /** For everything but reads, which must not wait behind a large entry on its way to the node. */
  readonly control: NodeConnection;
  readonly #opened: NodeConnection[] = [];
  readonly #reading: NodeConnection[] = [];
  #hasEnded = false;

  constructor(options: NodeSessionOptions) {
    this.#options = options;
    this.control = this.#open(CONTROL_SILENCE_MS, () => void this.#prepare());
  }

  /** The connection on which a read waits the least. Only while the node is up. */
  get forReading(): NodeConnection {
    let connection = this.#reading[0]!;
    for (const other of this.#reading) if (other.pendingCount < connection.pendingCount) connection = other;
    return connection;
  }

  read(name: string, receiver: EntryReceiver): void {
    this.forReading.send(readCommand(name), new EntryRead(receiver));
  }

  close(reason: Error): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    for (const connection of this.#opened) connection.close(reason);
    this.#options.onEnd(reason);
  }

  async #prepare(): Promise<void> {
    try {
      await this.#options.missedDeletions.tell(this.control);
    } catch (error) {
      this.close(error as Error);
    }
    if (this.#hasEnded) return;
    for (let i = 0; i < READ_CONNECTIONS; i++) {
      const connection = this.#open(this.#options.readSilenceMs, () => {
        if (this.#reading.push(connection) === 1) this.#options.onUp();
      });
    }
  }

  #open(silenceTimeoutMs: number, onReady: () => void): NodeConnection {
    const { address, slabs, connectTimeoutMs } = this.#options;
    const connection = new NodeConnection({
      address,
      slabs,
      connectTimeoutMs,
      silenceTimeoutMs,
      onReady,
      onClosed: (reason) => this.close(reason),
    });
    this.#opened.push(connection);
    return connection;
  }
}
