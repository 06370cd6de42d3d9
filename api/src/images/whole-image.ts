import type { BodyBudget } from '../pool/nodes/body-budget.ts';
import type { ImageReader } from './image-reader.ts';
import type { ImageName } from './image-reading.ts';

/** An image in memory, charged to the budget until it is given back. */
export interface WholeImage {
  readonly bytes: Buffer;
  giveBack(): void;
}

/**
 * Reads all of an image. Undefined if there is none.
 * @throws ShoalError UNAVAILABLE
 */
export async function readWhole(
  reader: ImageReader,
  image: ImageName,
  budget: BodyBudget,
): Promise<WholeImage | undefined> {
  return await new Promise((resolve, reject) => {
    let bytes = Buffer.alloc(0);
    let filledBytes = 0;
    const giveBack = () => budget.give(bytes.length);
    reader.read(image, {
      begin(_reading, { sizeBytes }) {
        budget.take(sizeBytes);
        bytes = Buffer.allocUnsafeSlow(sizeBytes);
      },
      payload(piece) {
        filledBytes += piece.copy(bytes, filledBytes);
        return true;
      },
      end: () => resolve({ bytes, giveBack }),
      fail(error) {
        giveBack();
        if (error.code === 'NOT_FOUND') resolve(undefined);
        else reject(error);
      },
    });
  });
}
