import { createHash } from 'node:crypto';
import sharp from 'sharp';
import { normal } from './randomness.ts';

export interface Picture {
  readonly bytes: Buffer;
  readonly sha256: string;
}

const FORMATS = ['jpeg', 'jpeg', 'jpeg', 'jpeg', 'webp', 'png'] as const;
const SHAPES = [4 / 3, 3 / 2, 1, 2 / 3, 16 / 9];
const MEDIAN_BYTES = 60_000;
const SPREAD = 1.1;
const MIN_BYTES = 5_000;
const MAX_BYTES = 4_000_000;
/** About what a pixel of the noise below takes. */
const BYTES_PER_PIXEL = { jpeg: 0.36, webp: 0.27, png: 2.1 };

/** Pictures of sizes as on the web: log-normal around 60 kB. The same for the same random numbers. */
export async function makePictures(count: number, random: () => number): Promise<Picture[]> {
  const pictures: Picture[] = [];
  for (let index = 0; index < count; index++) {
    const bytes = await makePicture(FORMATS[index % FORMATS.length]!, random);
    pictures.push({ bytes, sha256: createHash('sha256').update(bytes).digest('hex') });
  }
  return pictures;
}

async function makePicture(format: (typeof FORMATS)[number], random: () => number): Promise<Buffer> {
  const wantedBytes = Math.min(
    MAX_BYTES,
    Math.max(MIN_BYTES, MEDIAN_BYTES * Math.exp(SPREAD * normal(random))),
  );
  const shape = SHAPES[Math.floor(random() * SHAPES.length)]!;
  const height = Math.max(16, Math.round(Math.sqrt(wantedBytes / BYTES_PER_PIXEL[format] / shape)));
  const width = Math.round(height * shape);
  return await sharp(pixels(width, height, random), { raw: { width, height, channels: 3 } })
    .toFormat(format, format === 'png' ? { compressionLevel: 6 } : { quality: 80 })
    .toBuffer();
}

/** Soft colours that change over the picture, under a grain like a camera's. */
function pixels(width: number, height: number, random: () => number): Buffer {
  const bytes = Buffer.allocUnsafe(width * height * 3);
  const [red, green, blue] = [random(), random(), random()].map((share) => 40 + share * 150);
  const tilt = random() * 60;
  let grain = Math.floor(random() * 2 ** 32);
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      grain = (Math.imul(grain, 1_664_525) + 1_013_904_223) >>> 0;
      const light = (tilt * x) / width + (40 * y) / height + (grain >>> 28);
      bytes[at++] = red! + light;
      bytes[at++] = green! + light;
      bytes[at++] = blue! + light;
    }
  }
  return bytes;
}
