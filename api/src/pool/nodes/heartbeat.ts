import type { NodeConnection, NodeRequest } from './node-connection.ts';
import { ReplyError } from './reply-parser.ts';

const BEAT_MS = 500;

/**
 * Asks a node now and then whether it is there, on a connection that nothing else uses: what is silent then is the node. The
 * connection itself gives it up.
 */
export class Heartbeat implements NodeRequest {
  readonly #connection: NodeConnection;
  readonly #timer: NodeJS.Timeout;

  constructor(connection: NodeConnection) {
    this.#connection = connection;
    this.#timer = setInterval(() => this.#beat(), BEAT_MS);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  line(text: string): boolean {
    if (text !== 'MN') throw new ReplyError(`The node answers "${text}" to a heartbeat.`);
    return true;
  }

  value(): void {
    throw new ReplyError('The node answers a heartbeat with a value.');
  }

  data(): void {}

  valueEnd(): void {}

  failed(): void {
    this.stop();
  }

  #beat(): void {
    if (this.#connection.pendingCount === 0) this.#connection.send('mn\r\n', this);
  }
}
