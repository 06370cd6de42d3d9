import type { Socket } from 'node:net';
import { findWrites, handleOf, type Handle, type WriteRequest, type Writes } from './node-handle.ts';
import type { Sender } from './sender.ts';

/** Sends by the handle below a socket, past the stream that would keep account of each write. */
export class HandleSender implements Sender {
  readonly #socket: Socket;
  readonly #handle: Handle;
  readonly #writes: Writes;
  /** Serves again and again, until a write takes it that can't be done at once. */
  #request: WriteRequest;
  #unsentBytes = 0;
  #sent: (() => void) | undefined;

  private constructor(socket: Socket, handle: Handle, writes: Writes) {
    this.#socket = socket;
    this.#handle = handle;
    this.#writes = writes;
    this.#request = this.#newRequest();
  }

  /** `undefined` where this Node or this socket has no handle of the kind that is known. */
  static over(socket: Socket): HandleSender | undefined {
    const handle = handleOf(socket);
    const writes = findWrites();
    return handle && writes && new HandleSender(socket, handle, writes);
  }

  get unsentBytes(): number {
    return this.#unsentBytes;
  }

  send(bytes: Buffer): void {
    this.#settle(this.#handle.writeBuffer(this.#request, bytes), bytes);
  }

  sendAll(parts: Buffer[]): void {
    this.#settle(this.#handle.writev(this.#request, parts, true), parts);
  }

  whenSent(sent: () => void): void {
    this.#sent = sent;
  }

  #settle(error: number, bytes: Buffer | Buffer[]): void {
    const { streamBaseState, kLastWriteWasAsync, kBytesWritten } = this.#writes;
    if (error !== 0) {
      this.#socket.destroy();
    } else if (streamBaseState[kLastWriteWasAsync] !== 0) {
      const request = this.#request;
      request.bytes = bytes;
      request.length = streamBaseState[kBytesWritten] ?? 0;
      this.#unsentBytes += request.length;
      this.#request = this.#newRequest();
    }
  }

  #newRequest(): WriteRequest {
    const request = new this.#writes.WriteWrap();
    request.handle = this.#handle;
    request.oncomplete = (status) => this.#complete(request, status);
    return request;
  }

  #complete(request: WriteRequest, status: number): void {
    this.#unsentBytes -= request.length;
    request.bytes = undefined;
    if (status < 0) {
      this.#socket.destroy();
    } else if (this.#unsentBytes === 0) {
      const sent = this.#sent;
      this.#sent = undefined;
      sent?.();
    }
  }
}
