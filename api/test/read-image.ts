import type { ShoalError } from '../src/errors.ts';
import type { ImageReader } from '../src/images/image-reader.ts';
import type { BodyFacts, ImageName, ImageReading } from '../src/images/image-reading.ts';

export interface Outcome {
  readonly facts: BodyFacts | undefined;
  readonly isHit: boolean | undefined;
  readonly bytes: Buffer;
  readonly error: ShoalError | undefined;
}

/** Makes a reader stand still until it is released. */
export class Pace {
  reading: ImageReading | undefined;
  isWaiting = false;
  #isReleased = false;

  wait(reading: ImageReading): boolean {
    this.reading = reading;
    this.isWaiting ||= !this.#isReleased;
    return this.#isReleased;
  }

  release(): void {
    this.#isReleased = true;
    this.reading?.resume();
  }
}

/** Is passed once it has been opened. */
export class Gate {
  open: () => void = () => {};
  readonly passed = new Promise<void>((resolve) => (this.open = resolve));
}

/** Reads to the end. `rewindAt` throws everything from the first piece that reaches that byte on away, once. */
export async function readImage(
  reader: ImageReader,
  image: ImageName,
  {
    pace,
    rewindAt = Infinity,
    onBegin = () => {},
  }: { pace?: Pace; rewindAt?: number; onBegin?: () => void } = {},
): Promise<Outcome> {
  return await new Promise((resolve) => {
    const pieces: Buffer[] = [];
    let facts: BodyFacts | undefined;
    let isHit: boolean | undefined;
    let reading: ImageReading;
    let takenBytes = 0;
    const finish = (error?: ShoalError) => resolve({ facts, isHit, bytes: Buffer.concat(pieces), error });
    reader.read(image, {
      begin(begun, knownFacts, cameFromPool) {
        [reading, facts, isHit] = [begun, knownFacts, cameFromPool];
        onBegin();
      },
      payload(bytes) {
        if (takenBytes + bytes.length > rewindAt) {
          rewindAt = Infinity;
          reading.rewind(takenBytes);
          setImmediate(() => reading.resume());
          return false;
        }
        takenBytes += bytes.length;
        pieces.push(Buffer.from(bytes));
        return pace?.wait(reading) ?? true;
      },
      end: () => finish(),
      fail: finish,
    });
  });
}
