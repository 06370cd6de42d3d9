import { MessageChannel } from 'node:worker_threads';

/** A large run of memory that an arena has taken from the system, to be cut into blocks. */
export class Region {
  readonly bytes: Buffer;
  readonly words: Int32Array;
  readonly granules: number;
  usedGranules = 0;
  /** Whether it is to be given back: nothing more is put into it. */
  isRetired = false;

  constructor(bytes: number, granuleLog2: number) {
    // A fresh ArrayBuffer is pages that the system gives on first touch.
    const buffer = new ArrayBuffer(bytes);
    this.bytes = Buffer.from(buffer);
    this.words = new Int32Array(buffer);
    this.granules = bytes >> granuleLog2;
  }

  /** Gives the memory back to the system at once; the collector would do it when it gets round to it. Nobody may still use it. */
  free(): void {
    const memory = this.bytes.buffer as ArrayBuffer;
    // What is sent into a closed port is gone when the call returns.
    closedPort().postMessage(undefined, [memory]);
  }
}

let port: MessagePort | undefined;

function closedPort(): MessagePort {
  if (port === undefined) {
    ({ port1: port } = new MessageChannel());
    port.close();
  }
  return port;
}

type MessagePort = MessageChannel['port1'];
