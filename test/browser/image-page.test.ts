import { createHash } from 'node:crypto';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { query, uploaded } from '../client.ts';
import { makePicture } from '../pictures.ts';
import { startSystem, type System } from '../system.ts';
import {
  eventually,
  expectAccessible,
  hasChromium,
  openBrowser,
  openPage,
  type WatchedPage,
} from './browser.ts';

let system: System;
let browser: Browser;
let watched: WatchedPage | undefined;
let bytes: Buffer;
let other: Buffer;

beforeAll(async () => {
  [system, browser] = await Promise.all([startSystem(), openBrowser()]);
  bytes = (await makePicture({ name: 'picture.jpg', width: 640, height: 480 })).bytes;
  other = (await makePicture({ name: 'other.jpg', width: 480, height: 640, seed: 5 })).bytes;
});
afterAll(async () => {
  await browser.close();
  await system.stop();
});
describe.skipIf(!hasChromium)('any key', () => {
  let page: Page;
  beforeAll(async () => {
    page = await open('/');
  });
  afterAll(async () => {
    await close();
  });

  it.each([
    'a/../b',
    '..',
    '.',
    '/',
    'a//b/',
    '%2e%2e/%2F',
    'what?is=this#part',
    'a+b & c;d',
    '🐟 ñandú/日本語.jpg',
    '"><script>alert(1)</script>',
    '__proto__',
    '🐟'.repeat(200),
    `${'long '.repeat(39)}name`,
  ])('opens by its address for the key %s', async (key) => {
    await uploaded(system.url, key, bytes);
    await page.goto(system.url + addressOf(key));
    await page.getByRole('heading', { name: 'Facts', exact: true }).waitFor();
    expect(await factOf(page, 'Key')).toBe(key);
    await expectShown(page, key);
    const plain = await page.getByLabel('URL of the newest version', { exact: true }).inputValue();
    expect(
      createHash('sha256')
        .update(await bodyOf(plain))
        .digest('hex'),
    ).toBe(await factOf(page, 'SHA-256'));
  });
});

describe.skipIf(!hasChromium)('the image page', () => {
  afterEach(close);

  it('shows the picture and the facts, and copies what one needs', async () => {
    const image = await uploaded(system.url, 'facts/picture.jpg', bytes);
    const page = await openImage('facts/picture.jpg');
    expect(await page.title()).toBe('facts/picture.jpg · Shoal');
    expect(await factOf(page, 'Type')).toBe('JPEG');
    expect(await factOf(page, 'Dimensions')).toBe('640 × 480 px');
    expect(await factOf(page, 'SHA-256')).toBe(createHash('sha256').update(bytes).digest('hex'));
    expect(await factOf(page, 'Version')).toBe(image.version);
    await expectShown(page, 'facts/picture.jpg');

    const copied = async (label: string): Promise<string> => {
      await page.getByRole('button', { name: `Copy ${label}` }).click();
      await page.getByText(`${label} copied`).waitFor({ state: 'attached' });
      return await page.evaluate(() => navigator.clipboard.readText());
    };
    expect(await copied('URL of this version, for ever')).toBe(system.url + image.url);
    const plain = await copied('URL of the newest version');
    expect(plain).toBe(`${system.url}/images/facts/picture.jpg`);
    expect(await copied('HTML')).toBe(
      `<img src="${plain}" srcset="${plain}?w=320 320w, ${plain} 640w" sizes="100vw" width="640" height="480" alt="picture">`,
    );
    expect(await copied('Markdown')).toBe(`![picture](<${plain}>)`);
    const { data } = await query(system.url, await copied('GraphQL'));
    expect(data).toMatchObject({ image: { url: image.url, width: 640 } });
  });

  it('tells in which node it is, and lets one look closer', async () => {
    const image = await uploaded(system.url, 'closer.jpg', bytes);
    const page = await openImage('closer.jpg');
    const places = page.getByRole('list', { name: 'Nodes' });
    await places.getByText(/^node-\d · Owner · /).waitFor();
    await places.getByText('Miss').waitFor();
    await fetch(system.url + image.url);
    await places.getByText('Hit').waitFor();

    await page.getByRole('button', { name: 'Look closer' }).click();
    const dialog = page.getByRole('dialog', { name: 'closer.jpg, close up' });
    await dialog.getByText('100.0 %').waitFor();
    await page.keyboard.press('+');
    await dialog.getByText('150.0 %').waitFor();
    await expectAccessible(page);
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'hidden' });
  });

  it('replaces the picture', async () => {
    await uploaded(system.url, 'replace.jpg', bytes);
    const page = await openImage('replace.jpg');
    const chooser = page.waitForEvent('filechooser');
    await page.getByRole('button', { name: 'Replace' }).click();
    await (await chooser).setFiles({ name: 'whatever.jpg', mimeType: 'image/jpeg', buffer: other });
    await page.getByText('480 × 640 px').waitFor();
    expect(await factOf(page, 'SHA-256')).toBe(createHash('sha256').update(other).digest('hex'));
    await expectShown(page, 'replace.jpg');
  });

  it('deletes by keyboard, and not while it can be taken back', async () => {
    await uploaded(system.url, 'delete.jpg', bytes);
    await uploaded(system.url, 'other.jpg', bytes);
    const page = await openImage('delete.jpg');
    const remove = page.getByRole('button', { name: 'Delete' });
    await remove.focus();
    await page.keyboard.press('Enter');
    await page.getByText('delete.jpg deleted').waitFor();
    expect(new URL(page.url()).pathname).toBe('/');
    const tile = page.locator('main [data-key="delete.jpg"]');
    await page.locator('main [data-key]').first().waitFor();
    expect(await tile.count()).toBe(0);
    expect(await isThere('delete.jpg')).toBe(true);
    await page.keyboard.press('Control+z');
    await tile.click();
    await remove.click();
    await eventually(() => isThere('delete.jpg')).toBe(false);
    await page.getByText('delete.jpg deleted').waitFor({ state: 'hidden' });
  });

  it('says when the image is replaced or deleted elsewhere', async () => {
    await uploaded(system.url, 'elsewhere.jpg', bytes);
    const page = await openImage('elsewhere.jpg');
    await eventually(async () => {
      await uploaded(system.url, 'elsewhere.jpg', other, true);
      return await factOf(page, 'Dimensions');
    }).toBe('480 × 640 px');
    await query(system.url, 'mutation { deleteImage(key: "elsewhere.jpg") { key } }');
    await page.getByText('This image has been deleted').waitFor();
  });

  it('says when there is none', async () => {
    const page = await open('/image?key=never');
    await page.getByText('There is no image under this key').waitFor();
  });

  it('shows a failure where the image would be, and recovers', async () => {
    await uploaded(system.url, 'failure.jpg', bytes);
    const page = await open('/pool');
    // Before the app has come up, it would miss that the address has changed.
    await page.getByRole('heading', { name: 'Pool' }).waitFor();
    await page.route('**/graphql', (route) => route.fulfill({ status: 503, body: 'away' }));
    await page.evaluate(() => {
      history.pushState(null, '', '/image?key=failure.jpg');
      dispatchEvent(new PopStateEvent('popstate', { state: null }));
    });
    await page.getByText('The image can’t be shown').waitFor();
    await page.unroute('**/graphql');
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByText('640 × 480 px').waitFor();
    // The browser itself reports the refused requests.
    expect(watched!.faults.every((fault) => fault.includes('503'))).toBe(true);
    (watched!.faults as string[]).length = 0;
  });
});

async function open(path: string): Promise<Page> {
  watched = await openPage(browser, system.url + path);
  return watched.page;
}

async function close(): Promise<void> {
  await watched?.close();
  expect(watched?.faults).toEqual([]);
}

async function openImage(key: string): Promise<Page> {
  const page = await open(addressOf(key));
  await page.getByRole('heading', { name: 'Facts', exact: true }).waitFor();
  return page;
}

function addressOf(key: string): string {
  return `/image?key=${encodeURIComponent(key)}`;
}

async function factOf(page: Page, name: string): Promise<string | null> {
  return await page.locator(`dt:text-is("${name}") + dd`).textContent();
}

/** Expects the preview to be there in all its pixels. */
async function expectShown(page: Page, key: string): Promise<void> {
  const image = page.getByRole('img', { name: key, exact: true });
  await eventually(() =>
    image.evaluate(
      (element) => (element as HTMLImageElement).complete && (element as HTMLImageElement).naturalWidth,
    ),
  ).toBeGreaterThan(0);
}

async function isThere(key: string): Promise<boolean> {
  const { data } = await query(system.url, 'query ($key: String!) { image(key: $key) { key } }', { key });
  return data?.['image'] !== null;
}

async function bodyOf(address: string): Promise<Buffer> {
  const response = await fetch(address);
  expect(response.status).toBe(200);
  return Buffer.from(await response.arrayBuffer());
}
