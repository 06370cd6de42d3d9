/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { chromium, type Browser, type Page } from 'playwright-core';
import sharp from 'sharp';
import { ADMIN_TOKEN, query, uploaded } from './client.ts';
import { photographs } from './pictures.ts';
import { startSystem, type System } from './system.ts';

/**
 * Makes the pictures of docs/pictures: runs the built product with real photographs, puts a load on it for some minutes in which the
 * pool grows, and takes every page in both themes. Needs Chromium, as the tests do.
 */

const OUTPUT = join(import.meta.dirname, '../docs/pictures');
const AUTOSCALER = join(import.meta.dirname, '../autoscaler/dist/main.js');
const SCREEN = { width: 1280, height: 800 };
const WIDTHS = [160, 320, 640, 960];
const LOAD_MINUTES = 4;
const READ_EVERY_MS = 25;
const MINUTE_MS = 60_000;

interface Shot {
  readonly name: string;
  readonly path: string;
  /** What is there when there is something to see. */
  readonly ready: (page: Page) => Promise<unknown>;
}

const live = (page: Page): Promise<void> =>
  page.getByRole('status').getByText('Live', { exact: true }).waitFor();

await makePictures();

async function makePictures(): Promise<void> {
  const executablePath = process.env['CHROMIUM'] ?? '/usr/bin/chromium';
  if (!existsSync(executablePath))
    throw new Error('There is no Chromium. Install it, or name one by CHROMIUM.');
  const system = await startSystem({ environment: { POOL_SIZE: '3', NODE_CAPACITY_MIB: '16' } });
  const autoscaler = spawn(process.execPath, [AUTOSCALER], {
    env: { SHOAL_URL: system.url, DATA_DIR: system.dataDir, AUTOSCALER_INTERVAL_S: '20' },
    stdio: 'ignore',
  });
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
  try {
    const keys = await uploadPhotographs(system.url);
    const stopReading = readAllTheTime(system.url, keys);
    await query(system.url, 'mutation { setCacheConfig(input: { copyLimitMiBps: 1 }) { copyLimitMiBps } }');
    await sleep((LOAD_MINUTES / 2) * MINUTE_MS);
    await query(system.url, 'mutation { resizePool(size: 4) { desiredSize } }');
    await sleep((LOAD_MINUTES / 2) * MINUTE_MS);
    for (const theme of ['light', 'dark'] as const)
      for (const shot of shotsOf(keys)) await take(browser, system, theme, shot);
    await stopReading();
  } finally {
    await browser.close();
    autoscaler.kill();
    await system.stop();
  }
}

function shotsOf(keys: readonly string[]): readonly Shot[] {
  const loaded = (page: Page): Promise<void> => page.locator('main img').last().waitFor();
  return [
    { name: 'gallery', path: '/', ready: loaded },
    { name: 'image', path: `/image?key=${encodeURIComponent(keys.at(-1) ?? '')}`, ready: loaded },
    { name: 'pool', path: '/pool', ready: live },
    { name: 'stats', path: '/stats', ready: live },
    { name: 'scaling', path: '/scaling', ready: live },
    { name: 'settings', path: '/settings', ready: live },
  ];
}

async function take(
  browser: Browser,
  system: System,
  theme: 'light' | 'dark',
  { name, path, ready }: Shot,
): Promise<void> {
  const context = await browser.newContext({ viewport: SCREEN, colorScheme: theme, reducedMotion: 'reduce' });
  await context.request.post(`${system.url}/session`, { data: { token: ADMIN_TOKEN } });
  const page = await context.newPage();
  await page.goto(system.url + path, { waitUntil: 'networkidle' });
  await ready(page);
  await page.evaluate(async () => {
    await document.fonts.ready;
    await Promise.all(Array.from(document.images, async (image) => await image.decode().catch(() => {})));
  });
  const bytes = await page.screenshot();
  await sharp(bytes)
    .png({ palette: true, quality: 90, effort: 10 })
    .toFile(join(OUTPUT, `${name}-${theme}.png`));
  console.log(`docs/pictures/${name}-${theme}.png`);
  await context.close();
}

async function uploadPhotographs(url: string): Promise<readonly string[]> {
  const pictures = await photographs();
  const keys = pictures.map(({ name }) => `photos/${name}`);
  for (const [place, { bytes }] of pictures.entries()) await uploaded(url, keys[place]!, bytes);
  return keys;
}

/** Reads renderings of the images until it is stopped, the first far more often than the last. */
function readAllTheTime(url: string, keys: readonly string[]): () => Promise<void> {
  let isStopped = false;
  const reading = (async () => {
    for (let count = 0; !isStopped; count++) {
      const key = keys[Math.floor(keys.length * Math.random() ** 2)]!;
      const width = WIDTHS[count % WIDTHS.length]!;
      await (await fetch(`${url}/images/${key}?w=${width}`)).arrayBuffer();
      await sleep(READ_EVERY_MS);
    }
  })();
  return async () => {
    isStopped = true;
    await reading;
  };
}
