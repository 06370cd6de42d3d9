import { gzipSync } from 'node:zlib';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { query, uploaded } from '../client.ts';
import { makePicture } from '../pictures.ts';
import { startSystem, type System } from '../system.ts';
import { eventually, hasChromium, openBrowser, openPage, type WatchedPage } from './browser.ts';

const MANY = 150;
/** Gzipped, at the first load. */
const MOST_SCRIPT_BYTES = 120_000;
/** Of the page's main thread, for each of 60 frames a second. */
const FRAME_MS = 1000 / 60;

let system: System;
let browser: Browser;
let watched: WatchedPage;
let page: Page;
let small: Buffer;

beforeAll(async () => {
  [system, browser] = await Promise.all([startSystem(), openBrowser()]);
  small = (await makePicture({ name: 'small.jpg', width: 120, height: 80 })).bytes;
  for (let number = 0; number < MANY; number++) await uploaded(system.url, keyOf(number), small);
});
afterAll(async () => {
  await browser.close();
  await system.stop();
});
beforeEach(async () => {
  watched = await openPage(browser, system.url);
  ({ page } = watched);
  await tile(keyOf(MANY - 1)).waitFor();
});
afterEach(async () => {
  await watched.close();
  expect(watched.faults).toEqual([]);
});

describe.skipIf(!hasChromium)('the gallery', () => {
  it('shows the newest first and loads the rest as one scrolls, with few tiles on the page', async () => {
    expect((await shownKeys()).slice(0, 2)).toEqual([keyOf(MANY - 1), keyOf(MANY - 2)]);
    await eventually(async () => {
      await page.mouse.wheel(0, 2000);
      return (await shownKeys()).at(-1);
    }).toBe(keyOf(0));
    expect((await shownKeys()).length).toBeLessThan(MANY);
  });

  it('does not shift while it loads', async () => {
    await page.addInitScript(() => {
      Object.assign(window, { shift: 0 });
      new PerformanceObserver((list) => {
        for (const entry of list.getEntries() as (PerformanceEntry & {
          value: number;
          hadRecentInput: boolean;
        })[]) {
          if (!entry.hadRecentInput) (window as unknown as { shift: number }).shift += entry.value;
        }
      }).observe({ type: 'layout-shift', buffered: true });
    });
    await page.reload();
    await tile(keyOf(MANY - 1))
      .locator('img')
      .waitFor();
    await page.waitForFunction(() =>
      [...document.querySelectorAll('main img')].every((image) => (image as HTMLImageElement).complete),
    );
    expect(await page.evaluate(() => (window as unknown as { shift: number }).shift)).toBeLessThan(0.02);
  });

  it('needs little JavaScript, all of it in files of its own', async () => {
    const addresses = await page.evaluate(() =>
      performance
        .getEntriesByType('resource')
        .map(({ name }) => name)
        .filter((name) => name.endsWith('.js')),
    );
    const bodies = await Promise.all(
      addresses.map(async (address) => await (await fetch(address)).arrayBuffer()),
    );
    const total = bodies.reduce((sum, body) => sum + gzipSync(body).length, 0);
    expect(total).toBeGreaterThan(20_000);
    expect(total).toBeLessThan(MOST_SCRIPT_BYTES);
    expect(await page.locator('script:not([src])').count()).toBe(0);
  });

  it('finds keys by their beginning as one types, and keeps it in the address', async () => {
    await page.keyboard.press('/');
    await page.keyboard.type('many/00');
    await eventually(shownKeys).toEqual(Array.from({ length: 10 }, (_, number) => keyOf(number)));
    expect(new URL(page.url()).searchParams.get('prefix')).toBe('many/00');
    await page.reload();
    await eventually(shownKeys).toHaveLength(10);
    await page.getByRole('textbox', { name: 'Show keys that begin with' }).fill('no such key');
    await page.getByText('No key begins with “no such key”').waitFor();
    await page.keyboard.press('Escape');
    await tile(keyOf(MANY - 1)).waitFor();
    expect(new URL(page.url()).search).toBe('');
  });

  it('orders by key on request', async () => {
    await page.getByText('By key').click();
    await tile(keyOf(0)).waitFor();
    expect(await shownKeys()).toEqual((await shownKeys()).toSorted());
  });

  it('can be walked with the arrow keys, and comes back to where one was', async () => {
    await tile(keyOf(MANY - 1)).focus();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowDown');
    const key = await page.evaluate(() => document.activeElement?.getAttribute('data-key'));
    expect([keyOf(MANY - 1), keyOf(MANY - 2)]).not.toContain(key);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: key! }).waitFor();
    await page.goBack();
    await eventually(() => page.evaluate(() => document.activeElement?.getAttribute('data-key'))).toBe(key);
  });

  it('selects many, copies their URLs and deletes them, unless that is taken back', async () => {
    await tile(keyOf(MANY - 1)).focus();
    await page.keyboard.press('Space');
    await page.keyboard.press('Shift+ArrowRight');
    await tile(keyOf(MANY - 4)).click({ modifiers: ['Shift'] });
    const bar = page.getByRole('toolbar', { name: 'Selected images' });
    await bar.getByText('4 selected').waitFor();
    await page.getByRole('checkbox', { name: `Select ${keyOf(MANY - 2)}` }).uncheck();
    await bar.getByRole('button', { name: 'Copy URLs' }).click();
    await page.getByText('3 URLs copied.').waitFor();
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(
      [1, 3, 4].map((back) => `${system.url}/images/${keyOf(MANY - back)}`).join('\n'),
    );
    await bar.getByRole('button', { name: 'Delete' }).click();
    await page.getByText('3 images deleted').waitFor();
    await bar.waitFor({ state: 'hidden' });
    expect((await shownKeys()).slice(0, 2)).toEqual([keyOf(MANY - 2), keyOf(MANY - 5)]);
    await page.getByRole('button', { name: 'Undo' }).click();
    await tile(keyOf(MANY - 4)).waitFor();
    expect((await shownKeys()).slice(0, 2)).toEqual([keyOf(MANY - 1), keyOf(MANY - 2)]);
  });

  it('scrolls 50,000 images with less than a sixtieth of a second of work for each frame', async () => {
    await page.addInitScript(multiplyImages, 50_000);
    // Live, the gallery would ask for what it may have missed and find fewer.
    await page.routeWebSocket(/graphql/, () => {});
    await page.reload();
    await tile('of-many/0').waitFor();
    expect(await page.evaluate(() => document.documentElement.scrollHeight)).toBeGreaterThan(1_000_000);
    // The time that other processes take from the thread is not counted, or the machine would be measured.
    const session = await page.context().newCDPSession(page);
    await session.send('Performance.enable', { timeDomain: 'threadTicks' });
    const workMs = async (): Promise<number> => {
      const { metrics } = await session.send('Performance.getMetrics');
      return 1000 * metrics.find(({ name }) => name === 'TaskDuration')!.value;
    };
    for (const where of [0, 500_000, 1_000_000]) {
      await page.evaluate((top) => scrollTo(0, top), where);
      const before = await workMs();
      await page.evaluate(async () => {
        for (let frame = 0; frame < 30; frame++) {
          await new Promise(requestAnimationFrame);
          scrollBy(0, 60);
        }
      });
      expect((await workMs()) - before).toBeLessThan(30 * FRAME_MS);
      expect((await shownKeys()).length).toBeLessThan(100);
    }
  });

  it('keeps its place when one comes back', async () => {
    await page.mouse.wheel(0, 1500);
    await eventually(() => page.evaluate(() => scrollY)).toBeGreaterThan(1000);
    const before = await page.evaluate(() => scrollY);
    await page.evaluate(() => {
      const links = [...document.querySelectorAll<HTMLElement>('main [data-key]')];
      links.find((link) => link.getBoundingClientRect().top > 200)?.click();
    });
    await page.getByRole('heading', { name: 'Facts', exact: true }).waitFor();
    await page.goBack();
    await eventually(() => page.evaluate(() => scrollY)).toBe(before);
  });
});

describe.skipIf(!hasChromium)('what happens elsewhere', () => {
  it('appears by itself: uploads, new versions and deletions', async () => {
    await waitUntilLive();
    await uploaded(system.url, 'elsewhere.jpg', small);
    await tile('elsewhere.jpg').waitFor();
    const { bytes } = await makePicture({ name: 'other.jpg', width: 120, height: 80, seed: 3 });
    const replaced = await uploaded(system.url, 'elsewhere.jpg', bytes, true);
    await shows('elsewhere.jpg', replaced.version);
    await deleteImage('elsewhere.jpg');
    await tile('elsewhere.jpg').waitFor({ state: 'hidden' });
  });

  it('does not move what one looks at further down', async () => {
    await waitUntilLive();
    await page.mouse.wheel(0, 1200);
    await eventually(() => page.evaluate(() => scrollY)).toBeGreaterThan(1000);
    const looked = (await shownKeys()).at(-1)!;
    const before = await tile(looked).boundingBox();
    const late = await uploaded(system.url, 'late.jpg', small);
    const button = page.getByRole('button', { name: '1 new image' });
    await button.waitFor();
    expect(await tile(looked).boundingBox()).toEqual(before);
    await button.click();
    await shows('late.jpg', late.version);
    await eventually(() => page.evaluate(() => scrollY)).toBe(0);
    await deleteImage('late.jpg');
  });
});

async function waitUntilLive(): Promise<void> {
  // A first change is repeated until it is seen: nothing on the page says that the subscription has reached the server.
  let version = '';
  await eventually(async () => {
    ({ version } = await uploaded(system.url, 'first.jpg', small, true));
    return await tile('first.jpg').count();
  }).toBe(1);
  await shows('first.jpg', version);
  await deleteImage('first.jpg');
  await tile('first.jpg').waitFor({ state: 'hidden' });
}

/** Waits until a tile has loaded this version: deleted any earlier, the browser would report that it is not found. */
async function shows(key: string, version: string): Promise<void> {
  const picture = tile(key).locator('img');
  await eventually(() =>
    picture.evaluate((image: HTMLImageElement) => (image.complete ? image.currentSrc : 'loading')),
  ).toContain(version);
}

/** Runs in the page: its list of images becomes this long, by repeating those that there are under other keys. */
function multiplyImages(count: number): void {
  const ask = window.fetch;
  window.fetch = async (input, init) => {
    const response = await ask(input, init);
    if (typeof init?.body !== 'string' || !init.body.includes('query Images')) return response;
    const answer = (await response.json()) as {
      data: { images: { edges: { node: object }[]; pageInfo: { hasNextPage: boolean } } };
    };
    const { images } = answer.data;
    const { edges } = images;
    images.edges = Array.from({ length: count }, (_, number) => {
      const edge = edges[number % edges.length]!;
      return { ...edge, node: { ...edge.node, key: `of-many/${number}` } };
    });
    images.pageInfo.hasNextPage = false;
    return Response.json(answer);
  };
}

function keyOf(number: number): string {
  return `many/${String(number).padStart(3, '0')}.jpg`;
}

function tile(key: string): ReturnType<Page['locator']> {
  return page.locator(`main [data-key="${key}"]`);
}

async function shownKeys(): Promise<string[]> {
  return await page
    .locator('main [data-key]')
    .evaluateAll((links) => links.map((link) => link.getAttribute('data-key')!));
}

async function deleteImage(key: string): Promise<void> {
  await query(system.url, 'mutation ($key: String!) { deleteImage(key: $key) { key } }', { key });
}
