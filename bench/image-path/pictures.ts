import { randomBytes } from 'node:crypto';
import sharp from 'sharp';

export interface Picture {
  readonly name: '20 kB' | '100 kB' | '1 MB';
  readonly fileName: string;
  readonly bytes: Buffer;
}

const START_OF_IMAGE_BYTES = 2;
const SEGMENT_HEAD_BYTES = 4;
const MAX_SEGMENT_BYTES = 65_535 + 2;

/** JPEGs of exactly these sizes. */
export async function makePictures(): Promise<Picture[]> {
  const jpeg = await sharp({ create: { width: 320, height: 240, channels: 3, background: '#268' } })
    .jpeg()
    .toBuffer();
  return [
    { name: '20 kB', fileName: '20k.jpg', bytes: padded(jpeg, 20_000) },
    { name: '100 kB', fileName: '100k.jpg', bytes: padded(jpeg, 100_000) },
    { name: '1 MB', fileName: '1m.jpg', bytes: padded(jpeg, 1_000_000) },
  ];
}

/** Adds comment segments (ITU-T T.81, B.2.4.5) of random bytes. */
function padded(jpeg: Buffer, sizeBytes: number): Buffer {
  const segments: Buffer[] = [];
  for (let missing = sizeBytes - jpeg.length; missing > 0;) {
    let length = Math.min(missing, MAX_SEGMENT_BYTES);
    // What is left must be nothing, or enough for the head of a segment.
    if (missing - length > 0 && missing - length < SEGMENT_HEAD_BYTES) length -= SEGMENT_HEAD_BYTES;
    const segment = randomBytes(length);
    segment.writeUInt16BE(0xfffe, 0);
    segment.writeUInt16BE(length - 2, 2);
    segments.push(segment);
    missing -= length;
  }
  return Buffer.concat([
    jpeg.subarray(0, START_OF_IMAGE_BYTES),
    ...segments,
    jpeg.subarray(START_OF_IMAGE_BYTES),
  ]);
}
