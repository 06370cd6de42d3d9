import type { Browser, Page, WebSocketRoute } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { query, uploaded } from '../client.ts';
import { makePicture } from '../pictures.ts';
import { startSystem, type System } from '../system.ts';
import { eventually, hasChromium, openBrowser, openPage } from './browser.ts';
import { nodesIn, panel, settle, untilLive } from './pool-page.ts';

const SIZE = 2;
let system: System;
let browser: Browser;

beforeAll(async () => {
  const environment = { POOL_SIZE: String(SIZE), POOL_MAX_NODES: '4' };
  [system, browser] = await Promise.all([startSystem({ environment }), openBrowser()]);
});
afterEach(async () => await settle(system.url, SIZE));
afterAll(async () => {
  await browser.close();
  await system.stop();
});

describe.skipIf(!hasChromium)('the size of the pool', () => {
  it('grows and shrinks by one, and the page is told instead of asking', async () => {
    const { page, faults, close } = await openPage(browser, `${system.url}/pool`);
    await untilLive(page);
    const questions: string[] = [];
    page.on('request', (request) => {
      const text = request.postData() ?? '';
      if (/"query Pool\b/.test(text)) questions.push(text);
    });
    await page.getByRole('button', { name: 'One node more' }).click();
    await eventually(() => nodesIn(page, 'READY').count()).toBe(SIZE + 1);
    const finished = page.getByRole('list', { name: 'Finished resizes' });
    await finished.getByText('Growing from 2 to 3 nodes').waitFor();
    await page.getByRole('button', { name: 'One node less' }).click();
    await finished.getByText('Shrinking from 3 to 2 nodes').waitFor();
    await eventually(() => nodesIn(page, 'READY').count()).toBe(SIZE);
    await panel(page, 'History').getByText('node-2').first().waitFor();
    await close();
    expect(questions).toEqual([]);
    expect(faults).toEqual([]);
  });

  it('is set directly, and what the api has against it stands where it was typed', async () => {
    const { page, close } = await openPage(browser, `${system.url}/pool`);
    const size = panel(page, 'Size');
    await size.getByText('1 to 4').waitFor();
    const field = size.getByLabel('Set to');
    await field.fill('99');
    await field.press('Enter');
    await size.getByRole('alert').getByText('Size must be a whole number from 1 to 4').waitFor();
    await field.fill('3');
    expect(await size.getByRole('alert').count()).toBe(0);
    await size.getByRole('button', { name: 'Apply' }).click();
    await eventually(() => size.getByRole('group', { name: 'Desired size' }).innerText()).toContain('3');
    await close();
  });

  it('follows what somebody else does, and can’t be set while the autoscaler sets it', async () => {
    const { page, close } = await openPage(browser, `${system.url}/pool`);
    await untilLive(page);
    await query(system.url, 'mutation { resizePool(size: 1) { desiredSize } }');
    const size = panel(page, 'Size');
    await eventually(() => size.getByRole('group', { name: 'Desired size' }).innerText()).toContain('1');
    expect(await size.getByRole('button', { name: 'One node less' }).isDisabled()).toBe(true);

    await query(system.url, 'mutation { setPoolMode(input: { mode: AUTO }) { mode } }');
    await size.getByText('The autoscaler sets the size.').waitFor();
    await panel(page, 'Scaling').getByRole('link', { name: 'Mode, policy and decisions' }).waitFor();
    expect(await size.getByRole('button', { name: 'One node more' }).isDisabled()).toBe(true);
    await close();
  });
});

describe.skipIf(!hasChromium)('the settings of the pool', () => {
  it('reach every node', async () => {
    const { page, close } = await openPage(browser, `${system.url}/pool`);
    const form = panel(page, 'Cache configuration');
    await form.getByLabel('Capacity per node').fill('96');
    await form.getByLabel('Eviction policy').selectOption('SIEVE');
    await form.getByText('You want the simplest of the good ones').first().waitFor();
    await form.getByRole('button', { name: 'Save' }).click();
    await page.getByText('The cache configuration is saved.').waitFor();
    const told = nodesIn(page, 'READY').filter({ hasText: 'of 96.0 MiB' }).filter({ hasText: 'SIEVE' });
    await eventually(() => told.count()).toBe(SIZE);
    await eventually(() => form.getByText('not been told yet').count()).toBe(0);
    const { data } = await query(system.url, '{ cacheConfig { capacityMiB evictionPolicy pendingNodes } }');
    expect(data?.['cacheConfig']).toEqual({ capacityMiB: 96, evictionPolicy: 'SIEVE', pendingNodes: [] });
    await close();
  });

  it('show every fault at its field and keep what was typed', async () => {
    const { page, close } = await openPage(browser, `${system.url}/pool`);
    const cache = panel(page, 'Cache configuration');
    await cache.getByLabel('Capacity per node').fill('1');
    await cache.getByLabel('Copy limit').fill('0');
    await cache.getByRole('button', { name: 'Save' }).click();
    await cache.getByText('2 fields need another value').waitFor();
    await cache.getByText('Capacity per node must be a whole number from 16').waitFor();
    await cache.getByText('Copy limit must be a whole number from 1').waitFor();
    expect(await cache.getByLabel('Capacity per node').inputValue()).toBe('1');
    await close();
  });
});

describe.skipIf(!hasChromium)('what can’t be undone', () => {
  it('empties the cache after a question', async () => {
    await fill();
    const { page, close } = await openPage(browser, `${system.url}/pool`);
    await page.getByRole('button', { name: 'Clear cache…' }).click();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Clear the cache' }).click();
    await page.getByText('The cache is empty.').waitFor();
    await page.getByRole('alertdialog').waitFor({ state: 'hidden' });
    await eventually(() => itemsShown(page)).toBe('0');
    await close();
  });

  it('deletes all images once the words are typed', async () => {
    await fill();
    const { page, close } = await openPage(browser, `${system.url}/pool`);
    await page.getByRole('button', { name: 'Delete all images…' }).click();
    const question = page.getByRole('alertdialog');
    const button = question.getByRole('button', { name: 'Delete all images' });
    expect(await button.isDisabled()).toBe(true);
    await question.getByRole('textbox').fill('delete all images');
    await button.click();
    await page.getByText('All images are deleted.').waitFor();
    await panel(page, 'Danger zone').getByText('2 of 2 images deleted').waitFor();
    const { data } = await query(system.url, '{ images { edges { cursor } } }');
    expect(data?.['images']).toEqual({ edges: [] });
    await close();
  });
});

describe.skipIf(!hasChromium)('without live updates', () => {
  it('asks every few seconds, and says so', async () => {
    const { page, close } = await openPage(browser, system.url);
    await page.routeWebSocket(/graphql/, (socket) => socket.close());
    await page.goto(`${system.url}/pool`);
    await page.getByText('No live updates at the moment').waitFor();
    await query(system.url, 'mutation { resizePool(size: 3) { desiredSize } }');
    await eventually(() => nodesIn(page, 'READY').count()).toBe(3);
    await close();
  });

  it('says that its numbers are old where the server can’t be asked either, and is live again by itself', async () => {
    const { page, close } = await openPage(browser, system.url);
    let isAway = false;
    const sockets: WebSocketRoute[] = [];
    await page.routeWebSocket(/graphql/, async (socket) => {
      if (isAway) return await socket.close();
      socket.connectToServer();
      sockets.push(socket);
    });
    await page.route('**/graphql', (route) => (isAway ? route.abort() : route.continue()));
    await page.goto(`${system.url}/pool`);
    await untilLive(page);
    isAway = true;
    for (const socket of sockets) await socket.close();
    await page.getByText(/Old numbers, as of .* The server can’t be reached/).waitFor();
    expect(await nodesIn(page, 'READY').count()).toBe(SIZE);
    await page.getByRole('button', { name: 'One node more' }).click();
    await panel(page, 'Size').getByText('The size was not changed. The server can’t be reached.').waitFor();
    isAway = false;
    await untilLive(page);
    await close();
  });
});

/** Uploads two images and reads them, so that nodes hold entries. */
async function fill(): Promise<void> {
  for (const key of ['one.jpg', 'two.jpg']) {
    const { bytes } = await makePicture({ name: key, width: 120, height: 80 });
    await uploaded(system.url, key, bytes, true);
    await (await fetch(`${system.url}/images/${key}`)).arrayBuffer();
  }
}

function itemsShown(page: Page): Promise<string> {
  return page.locator('main dl > div', { hasText: 'Items' }).first().locator('dd').innerText();
}
