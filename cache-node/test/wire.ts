import { connect, type Socket } from 'node:net';

const TAIL_CHARACTERS = 64;

/** A client that sends bytes and sees every byte that comes back. */
export class Wire {
  readonly #socket: Socket;
  #received: string[] = [];
  /** The end of what was received, all that is looked at while more may come. */
  #tail = '';
  #isClosed = false;
  #wake: () => void = () => {};

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (bytes: Buffer) => {
      const text = bytes.toString('latin1');
      this.#received.push(text);
      this.#tail = (this.#tail + text).slice(-TAIL_CHARACTERS);
      this.#wake();
    });
    socket.on('close', () => {
      this.#isClosed = true;
      this.#wake();
    });
    socket.on('error', () => {});
  }

  /** `address` is `host:port` or `unix:path`. */
  static async open(address: string): Promise<Wire> {
    const socket = address.startsWith('unix:')
      ? connect(address.slice(5))
      : connect(Number(address.slice(address.lastIndexOf(':') + 1)), '127.0.0.1');
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('error', reject);
    });
    socket.setNoDelay(true);
    return new Wire(socket);
  }

  /** Over a socket that is connected. */
  static over(socket: Socket): Wire {
    return new Wire(socket);
  }

  get socket(): Socket {
    return this.#socket;
  }

  send(text: string): void {
    this.#socket.write(text, 'latin1');
  }

  /** Takes what has come once the end of it is as wanted or the connection has closed. */
  async receive(isEnough: (tail: string) => boolean): Promise<string> {
    while (!isEnough(this.#tail) && !this.#isClosed) {
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
    const received = this.#received.join('');
    this.#received = [];
    this.#tail = '';
    return received;
  }

  /** Everything that requests are answered with, or what came until the connection closed, and then `(closed)`. */
  async ask(requests: string): Promise<string> {
    this.send(`${requests}mn\r\n`);
    const replies = await this.receive((tail) => /(^|\n)MN\r\n$/.test(tail));
    return replies.endsWith('MN\r\n') ? replies.slice(0, -4) : `${replies}(closed)\r\n`;
  }

  async closed(): Promise<string> {
    return await this.receive(() => this.#isClosed);
  }

  close(): void {
    this.#socket.destroy();
  }
}
