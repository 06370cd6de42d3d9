import type { Browser, WebSocketRoute } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { query } from '../client.ts';
import { childrenOf, startSystem, type System } from '../system.ts';
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
    await size.getByRole('link', { name: 'Mode: Auto' }).waitFor();
    expect(await size.getByRole('button', { name: 'One node more' }).isDisabled()).toBe(true);
    await close();
  });
});

describe.skipIf(!hasChromium)('the ring', () => {
  it('is drawn as it is, and a node that is lost is named until another has taken its place', async () => {
    const { page, faults, close } = await openPage(browser, `${system.url}/pool`);
    await untilLive(page);
    const ring = panel(page, 'Ring');
    const drawing = ring.getByRole('img');
    const { data } = await query<{ pool: { nodes: { name: string; state: string; ringShare: number }[] } }>(
      system.url,
      '{ pool { nodes { name state ringShare } } }',
    );
    const members = data!.pool.nodes.filter(({ state }) => state === 'READY');
    const shares = members.map(({ name, ringShare }) => `${name} ${(ringShare * 100).toFixed(1)} %`);
    await eventually(() => drawing.getAttribute('aria-label')).toContain(`keys: ${shares.join(', ')}.`);
    expect(await ring.locator('path').count()).toBe(SIZE);
    const epoch = Number(/epoch (\d+)/.exec((await drawing.getAttribute('aria-label'))!)![1]);

    const trouble = page.getByRole('alert').filter({ hasText: 'node-' });
    const isNamed = trouble.waitFor();
    process.kill(childrenOf(system.api.pid!)[0]!, 'SIGKILL');
    await isNamed;
    await eventually(() => drawing.getAttribute('aria-label')).toContain(`epoch ${epoch + 2}`);
    await trouble.waitFor({ state: 'hidden' });
    await panel(page, 'History').getByText('was ended by SIGKILL').first().waitFor();
    await nodesIn(page, 'GONE').filter({ hasText: 'SIGKILL' }).first().waitFor();
    await close();
    expect(faults).toEqual([]);
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
