import type { Socket } from 'node:net';
import type { Sender } from './sender.ts';

const NOTHING = Buffer.alloc(0);

/** Sends by the socket's own methods, for sockets that have nothing faster: those with TLS. */
export class SocketSender implements Sender {
  readonly #socket: Socket;

  constructor(socket: Socket) {
    this.#socket = socket;
  }

  get unsentBytes(): number {
    return this.#socket.writableLength;
  }

  send(bytes: Buffer): void {
    this.#socket.write(bytes);
  }

  sendAll(parts: Buffer[]): void {
    this.#socket.cork();
    for (const part of parts) this.#socket.write(part);
    this.#socket.uncork();
  }

  /** Most writes are done when they return, and a callback with each would cost a tick each: a write of nothing brings one. */
  whenSent(sent: () => void): void {
    this.#socket.write(NOTHING, () => {
      if (this.#socket.writableLength === 0) sent();
    });
  }
}
