import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';

const PHOTOS = process.env['SHOAL_PHOTOS'] ?? join(import.meta.dirname, '../../shared/photos');

export interface Picture {
  readonly name: string;
  readonly bytes: Buffer;
}

/** Real photographs where the folder `shared/photos` lies beside the repository or SHOAL_PHOTOS names another, else pictures made here in the same formats. */
export async function photographs(): Promise<Picture[]> {
  if (existsSync(PHOTOS)) {
    return readdirSync(PHOTOS)
      .filter((name) => /\.(jpg|png)$/.test(name))
      .map((name) => ({ name, bytes: readFileSync(join(PHOTOS, name)) }));
  }
  return await Promise.all([
    makePicture({ name: 'landscape.jpg', width: 1411, height: 900, orientation: 6 }),
    makePicture({ name: 'portrait.png', width: 512, height: 700 }),
    makePicture({ name: 'square.webp', width: 600, height: 600 }),
  ]);
}

/** A picture of noise over a gradient, which compresses about as badly as a photograph. The name's extension is its format. */
export async function makePicture({
  name,
  width = 640,
  height = 480,
  orientation = 1,
  seed = 1,
}: {
  name: string;
  width?: number;
  height?: number;
  orientation?: number;
  seed?: number;
}): Promise<Picture> {
  const pixels = Buffer.alloc(width * height * 3);
  let state = seed;
  for (let i = 0; i < pixels.length; i++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    pixels[i] = Math.floor((i / pixels.length) * 200 + (state >>> 26));
  }
  const bytes = await sharp(pixels, { raw: { width, height, channels: 3 } })
    .withMetadata({ orientation })
    .toFormat((name.split('.').at(-1) ?? 'png') as 'png')
    .toBuffer();
  return { name, bytes };
}
