import { Readable } from 'node:stream';
import { expect, test } from 'vitest';
import { makeAnimation, makePicture } from '../../../test/pictures.ts';
import { isGifCutOff } from './gif-blocks.ts';

test.each([1, 7, 255, 65_536])('a whole GIF is whole, in pieces of %d bytes', async (size) => {
  for (const gif of [await makePicture('gif', 30, 20), await makeAnimation('gif', 3, 30, 20)]) {
    expect(await isGifCutOff(pieces(gif, size))).toBe(false);
    expect(await isGifCutOff(pieces(Buffer.concat([gif, Buffer.alloc(99)]), size))).toBe(false);
  }
});

test('without its trailer it is still whole', async () => {
  const gif = await makePicture('gif', 30, 20);
  expect(await isGifCutOff(pieces(gif.subarray(0, -1), 100))).toBe(false);
});

test('cut anywhere within a block it is not', async () => {
  const gif = await makePicture('gif', 8, 8);
  const whole: number[] = [];
  for (let length = 0; length < gif.length; length++) {
    if (!(await isGifCutOff(pieces(gif.subarray(0, length), 16)))) whole.push(length);
  }
  // The ends of the blocks: one extension or more, the picture.
  expect(whole.at(-1)).toBe(gif.length - 1);
  expect(whole.length).toBeLessThan(5);
});

function pieces(bytes: Buffer, size: number): Readable {
  const count = Math.ceil(bytes.length / size);
  return Readable.from(
    Array.from({ length: count }, (_, index) => bytes.subarray(index * size, (index + 1) * size)),
  );
}
