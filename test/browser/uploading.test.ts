import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { query, uploaded } from '../client.ts';
import { makePicture } from '../pictures.ts';
import { startSystem, type System } from '../system.ts';
import {
  chooseFiles,
  eventually,
  hasChromium,
  openBrowser,
  openPage,
  sendFiles,
  type LocalFile,
  type WatchedPage,
} from './browser.ts';

let system: System;
let browser: Browser;
let watched: WatchedPage;
let page: Page;
let bytes: Buffer;

beforeAll(async () => {
  [system, browser, { bytes }] = await Promise.all([
    startSystem(),
    openBrowser(),
    makePicture({ name: 'picture.jpg' }),
  ]);
});
afterAll(async () => {
  await browser.close();
  await system.stop();
});
beforeEach(async () => {
  await query(system.url, 'mutation { deleteAllImages { deletedCount } }');
  watched = await openPage(browser, system.url);
  ({ page } = watched);
  await page.getByRole('heading', { name: 'Drop a picture here' }).waitFor();
});
afterEach(async () => {
  await watched.close();
  expect(watched.faults).toEqual([]);
});

describe.skipIf(!hasChromium)('files come in', () => {
  it('by the button, under keys that can be edited before sending', async () => {
    await chooseFiles(page, [file('one.jpg'), file('two.jpg')]);
    await keyOf('two.jpg').fill('holiday/2 & 3?.jpg');
    await page.getByRole('button', { name: 'Upload 2 images' }).click();
    await tray().getByRole('heading', { name: '2 images stored' }).waitFor();
    await eventually(shownKeys).toEqual(expect.arrayContaining(['one.jpg', 'holiday/2 & 3?.jpg']));
    expect(await storedKeys()).toEqual(['holiday/2 & 3?.jpg', 'one.jpg']);
  });

  it('by dropping anywhere, several at a time', async () => {
    await sendFiles(page, ['dragenter', 'dragover'], [file('a.jpg')]);
    await page.getByText('Drop to upload').waitFor();
    await sendFiles(page, ['drop'], [file('a.jpg'), file('b.jpg'), file('a.jpg')]);
    await page.getByText('Drop to upload').waitFor({ state: 'hidden' });
    await page.getByRole('button', { name: 'Upload 3 images' }).click();
    await tray().getByRole('heading', { name: '3 images stored' }).waitFor();
    expect(await storedKeys()).toEqual(['a-2.jpg', 'a.jpg', 'b.jpg']);
  });

  it('by pasting, named by the time', async () => {
    await sendFiles(page, ['paste'], [file('image.png')]);
    await page.getByRole('button', { name: 'Upload 1 image' }).click();
    await tray().getByRole('heading', { name: '1 image stored' }).waitFor();
    expect(await storedKeys()).toEqual([expect.stringMatching(/^pasted-\d{4}-\d\d-\d\d-\d{6}\.png$/)]);
  });
});

describe.skipIf(!hasChromium)('a key', () => {
  it('is checked in place and keeps only its own file back', async () => {
    await chooseFiles(page, [file('good.jpg'), file('bad.jpg')]);
    await keyOf('bad.jpg').fill(' bad');
    await page.getByText('The key begins or ends with a space.').waitFor();
    await page.getByRole('button', { name: 'Upload 2 images' }).click();
    await page.getByText(/Stored ·/).waitFor();
    expect(await keyOf('bad.jpg').evaluate((input) => input === document.activeElement)).toBe(true);
    await keyOf('bad.jpg').fill('mended');
    await page.keyboard.press('Enter');
    await tray().getByRole('heading', { name: '2 images stored' }).waitFor();
    expect(await storedKeys()).toEqual(['good.jpg', 'mended']);
  });

  it('that is taken is asked about: replace, rename or skip', async () => {
    for (const key of ['replace', 'rename', 'skip']) await uploaded(system.url, `${key}.jpg`, bytes);
    const { bytes: other } = await makePicture({ name: 'other.jpg', seed: 7 });
    await chooseFiles(
      page,
      ['replace', 'rename', 'skip'].map((name) => file(`${name}.jpg`, other)),
    );
    await page.getByRole('button', { name: 'Upload 3 images' }).click();
    await tray().getByRole('heading', { name: '3 uploads need you' }).waitFor();
    await page.getByRole('button', { name: 'Skip skip.jpg' }).click();
    await page.getByRole('button', { name: 'Replace replace.jpg' }).click();
    await page.getByText(/Stored ·/).waitFor();
    await page.getByRole('button', { name: 'Rename rename.jpg' }).click();
    expect(await keyOf('rename.jpg').inputValue()).toBe('rename-2.jpg');
    await keyOf('rename.jpg').press('Enter');
    await tray().getByRole('heading', { name: '2 images stored' }).waitFor();
    const { data } = await query<{ images: { edges: { node: { key: string; bytes: number } }[] } }>(
      system.url,
      '{ images { edges { node { key bytes } } } }',
    );
    expect(data?.images.edges.map(({ node }) => [node.key, node.bytes])).toEqual([
      ['rename-2.jpg', other.length],
      ['rename.jpg', bytes.length],
      ['replace.jpg', other.length],
      ['skip.jpg', bytes.length],
    ]);
  });
});

describe.skipIf(!hasChromium)('an upload under way', () => {
  it('shows its progress, can be cancelled and sent again', async () => {
    const limits = { offline: false, latency: 0, downloadThroughput: -1 };
    const network = await page.context().newCDPSession(page);
    await network.send('Network.emulateNetworkConditions', { ...limits, uploadThroughput: 100_000 });
    const { bytes: large } = await makePicture({ name: 'large.png', width: 1000, height: 1000 });
    await chooseFiles(page, [file('large.png', large)]);
    await page.getByRole('button', { name: 'Upload 1 image' }).click();
    const progress = page.getByRole('progressbar', { name: 'large.png' });
    await eventually(async () => Number(await progress.getAttribute('aria-valuenow'))).toBeGreaterThan(3);
    expect(Number(await progress.getAttribute('aria-valuenow'))).toBeLessThan(100);
    await page.getByRole('button', { name: 'Cancel large.png' }).click();
    await tray().getByText('Cancelled').waitFor();
    expect(await storedKeys()).toEqual([]);

    await network.send('Network.emulateNetworkConditions', { ...limits, uploadThroughput: -1 });
    await page.getByRole('button', { name: 'Send large.png again' }).click();
    await tray().getByRole('heading', { name: '1 image stored' }).waitFor();
    expect(await storedKeys()).toEqual(['large.png']);
  });

  it('is pointed out when it is stored already, named by a pattern, paused, and survives a reload', async () => {
    await uploaded(system.url, 'known.jpg', bytes);
    const { bytes: large } = await makePicture({ name: 'large.png', width: 1000, height: 1000 });
    await chooseFiles(page, [file('large.png', large), file('again.jpg')]);
    await tray().getByText('Already stored as known.jpg').waitFor();
    await page.getByRole('button', { name: 'Leave out the known one' }).click();
    await page.getByRole('textbox', { name: 'Keys are made of' }).fill('sea/{name}');
    expect(await keyOf('large.png').inputValue()).toBe('sea/large.png');

    const limits = { offline: false, latency: 0, downloadThroughput: -1 };
    const network = await page.context().newCDPSession(page);
    await network.send('Network.emulateNetworkConditions', { ...limits, uploadThroughput: 100_000 });
    await page.getByRole('button', { name: 'Upload 1 image' }).click();
    await tray()
      .getByText(/KiB\/s · \d+ (s|min) left/)
      .waitFor();
    await page.getByRole('button', { name: 'Pause the uploads' }).click();
    await tray()
      .getByText(/^Paused · /)
      .waitFor();
    await page.getByRole('button', { name: 'Go on with the uploads' }).click();
    const progress = page.getByRole('progressbar', { name: 'large.png' });
    await eventually(async () => Number(await progress.getAttribute('aria-valuenow'))).toBeGreaterThan(3);
    expect(await storedKeys()).toEqual(['known.jpg']);

    await page.reload();
    await network.send('Network.emulateNetworkConditions', { ...limits, uploadThroughput: -1 });
    await eventually(storedKeys).toEqual(['known.jpg', 'sea/large.png']);
    await tray().getByRole('heading', { name: '1 image stored' }).waitFor();
    await page.reload();
    await page.locator('main [data-key="sea/large.png"]').waitFor();
    expect(await tray().count()).toBe(0);
  });

  it('that is refused says why', async () => {
    await chooseFiles(page, [
      { name: 'fake.png', mimeType: 'image/png', buffer: Buffer.from('not a picture') },
    ]);
    await page.getByRole('button', { name: 'Upload 1 image' }).click();
    await tray().getByRole('heading', { name: '1 upload needs you' }).waitFor();
    await tray()
      .getByText(/JPEG, PNG, GIF, WebP/)
      .waitFor();
    expect(await page.getByRole('button', { name: 'Send fake.png again' }).count()).toBe(0);
  });

  it('goes on while one looks at other pages', async () => {
    await chooseFiles(page, [file('kept.jpg')]);
    await page.getByRole('link', { name: 'Pool' }).click();
    await page.getByRole('button', { name: 'Upload 1 image' }).click();
    await tray().getByRole('link', { name: 'kept.jpg' }).click();
    await page.getByRole('heading', { name: 'kept.jpg' }).waitFor();
  });
});

function file(name: string, buffer = bytes): LocalFile {
  return { name, mimeType: name.endsWith('.png') ? 'image/png' : 'image/jpeg', buffer };
}

function tray(): ReturnType<Page['getByRole']> {
  return page.getByRole('region', { name: 'Uploads' });
}

function keyOf(name: string): ReturnType<Page['getByRole']> {
  return page.getByRole('textbox', { name: `Key for ${name}` });
}

async function shownKeys(): Promise<(string | null)[]> {
  return await page
    .locator('main [data-key]')
    .evaluateAll((links) => links.map((link) => link.getAttribute('data-key')));
}

async function storedKeys(): Promise<string[]> {
  const { data } = await query<{ images: { edges: { node: { key: string } }[] } }>(
    system.url,
    '{ images { edges { node { key } } } }',
  );
  return data?.images.edges.map(({ node }) => node.key) ?? [];
}
