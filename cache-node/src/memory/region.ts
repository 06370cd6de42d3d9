import { giveBack } from './give-back.ts';

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

  /** Gives the memory back to the system. Nobody may still use it. */
  free(): void {
    giveBack(this.bytes.buffer as ArrayBuffer);
  }
}
