import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { query, uploaded } from '../client.ts';
import { photographs, type Picture } from '../pictures.ts';
import { startSystem, type System } from '../system.ts';
import {
  chooseFiles,
  DESKTOP,
  eventually,
  expectAccessible,
  hasChromium,
  layoutShift,
  MOST_SHIFT,
  openBrowser,
  openPage,
  overflow,
  PHONE,
} from './browser.ts';

let system: System;
let browser: Browser;
let pictures: Picture[];

beforeAll(async () => {
  [system, browser, pictures] = await Promise.all([startSystem(), openBrowser(), photographs()]);
});
afterAll(async () => {
  await browser.close();
  await system.stop();
});

const screens = [
  { name: 'light', theme: 'light', viewport: DESKTOP },
  { name: 'dark', theme: 'dark', viewport: DESKTOP },
  { name: 'small and light', theme: 'light', viewport: PHONE },
] as const;

describe.skipIf(!hasChromium).each(screens)('on a screen $name', (screen) => {
  it.each<[string, { path: string; isEmpty?: boolean; act: (page: Page) => Promise<unknown> }]>([
    [
      'an empty gallery',
      { path: '/', isEmpty: true, act: (page) => page.getByRole('heading', { level: 2 }).waitFor() },
    ],
    ['a full gallery', { path: '/', act: (page) => page.locator('main li').first().waitFor() }],
    [
      'a search without a find',
      { path: '/?prefix=nothing', act: (page) => page.getByText('No key begins').waitFor() },
    ],
    [
      'an image',
      {
        path: '/image?key=first',
        act: (page) => page.getByRole('heading', { name: 'Facts', exact: true }).waitFor(),
      },
    ],
    [
      'an image that is not there',
      { path: '/image?key=none', act: (page) => page.getByText('There is no').waitFor() },
    ],
    ['a selection and a deletion that can be undone', { path: '/', act: selectAndDelete }],
    ['the uploads with a fault and a conflict', { path: '/', act: makeConflict }],
  ])('%s passes axe-core and fits', async (_name, { path, isEmpty = false, act }) => {
    await fill(isEmpty);
    const { page, faults, close } = await openPage(browser, system.url + path, screen);
    await act(page);
    expect(await layoutShift(page)).toBeLessThan(MOST_SHIFT);
    await expectAccessible(page);
    expect(await overflow(page)).toBe(0);
    await close();
    expect(faults).toEqual([]);
  });
});

describe.skipIf(!hasChromium)('the keyboard alone', () => {
  it('goes to every page, sets the size, and back', async () => {
    const { page, close } = await openPage(browser, system.url);
    await page.getByRole('link', { name: 'Settings' }).waitFor();
    for (const name of ['Settings', 'Scaling', 'Stats', 'Pool']) {
      await tabTo(page, page.getByRole('navigation').getByRole('link', { name }));
      await page.keyboard.press('Enter');
      await page.getByRole('heading', { level: 1, name }).waitFor();
      expect(await page.title()).toBe(`${name} · Shoal`);
    }
    const more = page.getByRole('button', { name: 'One node more' });
    await more.waitFor();
    const size = page.getByRole('group', { name: 'Desired size' });
    const before = await size.innerText();
    await tabTo(page, more);
    await page.keyboard.press('Space');
    await eventually(() => size.innerText()).not.toBe(before);
    await page.goBack();
    await page.getByRole('heading', { level: 1, name: 'Stats' }).waitFor();
    await page.reload();
    await page.getByRole('heading', { level: 1, name: 'Stats' }).waitFor();
    await close();
  });
});

describe.skipIf(!hasChromium)('the theme', () => {
  it('follows the system until one chooses, and remembers the choice', async () => {
    const { page, close } = await openPage(browser, system.url, { theme: 'dark' });
    const scheme = (): Promise<string> =>
      page.evaluate(() => getComputedStyle(document.documentElement).colorScheme);
    expect(await scheme()).toBe('light dark');
    await page.getByRole('button', { name: 'Theme: as the system. Change' }).click();
    expect(await scheme()).toBe('light');
    await page.reload();
    expect(await scheme()).toBe('light');
    await close();
  });
});

/** Presses Tab until an element has the focus. */
async function tabTo(page: Page, target: Locator): Promise<void> {
  for (let presses = 0; presses < 60; presses++) {
    if (await target.evaluate((element) => element === document.activeElement)) return;
    await page.keyboard.press('Tab');
  }
  throw new Error('The Tab key does not lead there.');
}

async function fill(isEmpty: boolean): Promise<void> {
  if (isEmpty) {
    await query(system.url, 'mutation { deleteAllImages { deletedCount } }');
    return;
  }
  const { data } = await query(system.url, '{ image(key: "first") { key } }');
  if (data?.['image']) return;
  for (const [place, { name, bytes }] of pictures.entries())
    await uploaded(system.url, place === 0 ? 'first' : name, bytes);
}

async function selectAndDelete(page: Page): Promise<void> {
  await page.locator('main [data-key]').last().focus();
  await page.keyboard.press('Delete');
  await page.getByRole('button', { name: 'Undo' }).waitFor();
  await page.locator('main [data-key]').first().focus();
  await page.keyboard.press('Space');
  await page.getByRole('toolbar', { name: 'Selected images' }).waitFor();
}

async function makeConflict(page: Page): Promise<void> {
  const buffer = pictures[1]!.bytes;
  await chooseFiles(page, [
    { name: 'first', mimeType: 'image/png', buffer },
    { name: 'faulty', mimeType: 'image/png', buffer },
  ]);
  await page.getByRole('textbox', { name: 'Key for faulty' }).fill('');
  await page.getByRole('button', { name: 'Upload 2 images' }).click();
  await page.getByRole('group', { name: 'Conflict over first' }).waitFor();
}
