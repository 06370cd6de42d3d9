import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { openDecodingPool } from '../../../test/decoding-workers.ts';
import { mutate, seededRandom } from '../../../test/mutations.ts';
import { makeAnimation, PHOTO_SIZES, type Photo, readPhoto } from '../../../test/pictures.ts';
import { ShoalError } from '../../errors.ts';
import { sharp } from './sharp-settings.ts';

const PICTURES = 5_000;
const LINES = 4;
const MAX_WORKER_KIB = 300 * 1024;

test('5,000 mutated pictures cost refusals, no worker and no memory', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'shoal-mutated-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const onWorkerLost = vi.fn();
  const pool = openDecodingPool({ onWorkerLost });
  const seeds = await makeSeeds();
  const handles = (await readdir('/proc/self/fd')).length;
  const outcomes = new Map<string, number>();
  let next = 0;
  await Promise.all(
    Array.from({ length: LINES }, async (_, line) => {
      const path = join(folder, String(line));
      for (let number = next++; number < PICTURES; number = next++) {
        const bytes = mutate(seeds[number % seeds.length]!, seededRandom(number), seeds);
        await writeFile(path, bytes);
        const outcome = await codeOf(async () => {
          await pool.inspect(path, { maxPixels: 1_000_000 });
          await pool.render(bytes, { width: 64, format: number % 2 ? 'original' : 'webp' });
        });
        outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
      }
    }),
  );
  expect([...outcomes.keys()].sort()).toEqual([
    'BAD_USER_INPUT',
    'PAYLOAD_TOO_LARGE',
    'UNSUPPORTED_MEDIA_TYPE',
    'taken',
  ]);
  expect(onWorkerLost).not.toHaveBeenCalled();
  for (const processId of pool.workers) expect(await residentKiB(processId)).toBeLessThan(MAX_WORKER_KIB);
  await pool.close();
  expect((await readdir('/proc/self/fd')).length).toBeLessThanOrEqual(handles);
}, 120_000);

/** The photographs, small, in every type and in the odder kinds of each. */
async function makeSeeds(): Promise<Buffer[]> {
  const photos = await Promise.all(
    (Object.keys(PHOTO_SIZES) as Photo[]).map(async (photo, index) => {
      const small = await sharp(await readPhoto(photo))
        .resize(40)
        .png()
        .toBuffer();
      return await Promise.all([
        sharp(small)
          .jpeg({ progressive: index % 2 === 0 })
          .withMetadata({ orientation: 6 })
          .toBuffer(),
        sharp(small)
          .png({ progressive: index % 2 === 0, palette: index % 3 === 0 })
          .toBuffer(),
        sharp(small)
          .webp({ lossless: index % 2 === 0 })
          .toBuffer(),
        sharp(small)
          .avif({ effort: 0, chromaSubsampling: index % 2 === 0 ? '4:4:4' : '4:2:0' })
          .toBuffer(),
        sharp(small).gif().toBuffer(),
      ]);
    }),
  );
  const animations = await Promise.all([makeAnimation('gif', 3, 30, 20), makeAnimation('webp', 3, 30, 20)]);
  return [...photos.flat(), ...animations];
}

async function codeOf(work: () => Promise<void>): Promise<string> {
  try {
    await work();
    return 'taken';
  } catch (error) {
    return error instanceof ShoalError ? error.code : String(error);
  }
}

async function residentKiB(processId: number): Promise<number> {
  const [, kib] = /^VmRSS:\s+(\d+) kB/m.exec(await readFile(`/proc/${processId}/status`, 'utf8')) ?? [];
  return Number(kib);
}
