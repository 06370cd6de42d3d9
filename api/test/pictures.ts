import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import sharp, { type Sharp } from 'sharp';

/** Real photographs, where they lie beside the repository. */
const PHOTOS = fileURLToPath(new URL('../../../shared/photos/', import.meta.url));

/** The photographs that tests ask for, and the size that each is shown at. */
const SIZES = {
  'chelsea.png': { width: 451, height: 300 },
  'coffee.png': { width: 600, height: 400 },
  'camera.png': { width: 512, height: 512 },
  'rocket.jpg': { width: 640, height: 427 },
  'hubble_deep_field.jpg': { width: 1000, height: 872 },
  'exif-orientation-1.jpg': { width: 1800, height: 1200 },
  'exif-orientation-3.jpg': { width: 1800, height: 1200 },
  'exif-orientation-6.jpg': { width: 1800, height: 1200 },
  'exif-orientation-8.jpg': { width: 1800, height: 1200 },
};
export type Photo = keyof typeof SIZES;
export const PHOTO_SIZES: Readonly<Record<Photo, { width: number; height: number }>> = SIZES;

export type PictureFormat = 'jpeg' | 'png' | 'gif' | 'webp' | 'avif';

/** A photograph; where there is none, a drawn picture of the same size, type and orientation. */
export async function readPhoto(name: Photo): Promise<Buffer> {
  if (existsSync(PHOTOS + name)) return await readFile(PHOTOS + name);
  const { width, height } = SIZES[name];
  if (name.endsWith('.png')) {
    const picture = draw(width, height).png();
    return await (name === 'camera.png' ? picture.toColourspace('b-w') : picture).toBuffer();
  }
  const orientation = Number(/orientation-(\d)/.exec(name)?.[1] ?? 1);
  const degrees = { 3: 180, 6: -90, 8: 90 }[orientation] ?? 0;
  const upright = await draw(width, height).png().toBuffer();
  return await sharp(upright).rotate(degrees).withMetadata({ orientation }).jpeg({ quality: 90 }).toBuffer();
}

/** A picture without symmetry, so that turning it shows. The same arguments make the same bytes. */
export async function makePicture(format: PictureFormat, width = 120, height = 80): Promise<Buffer> {
  return await draw(width, height).toFormat(format).toBuffer();
}

export async function makeAnimation(
  format: 'gif' | 'webp',
  frames = 4,
  width = 80,
  height = 60,
): Promise<Buffer> {
  const rolls = await Promise.all(
    Array.from({ length: frames }, (_, index) => draw(width, height, index).raw().toBuffer()),
  );
  const raw = { width, height: height * frames, channels: 3, pageHeight: height } as const;
  const picture = sharp(Buffer.concat(rolls), { raw });
  return await picture.toFormat(format, { delay: rolls.map(() => 50), loop: 0 }).toBuffer();
}

function draw(width: number, height: number, shift = 0): Sharp {
  const pixels = Buffer.alloc(width * height * 3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = (y * width + x) * 3;
      pixels[at] = (255 * x) / width;
      pixels[at + 1] = (255 * y) / height;
      pixels[at + 2] = x < width / 3 && y < height / 2 ? 255 - shift * 40 : (x * y + shift * 25) % 60;
    }
  }
  return sharp(pixels, { raw: { width, height, channels: 3 } });
}
