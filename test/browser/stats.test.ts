import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { query, uploaded } from '../client.ts';
import { makePicture } from '../pictures.ts';
import { startSystem, type System } from '../system.ts';
import {
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
import { panel, untilLive } from './pool-page.ts';

const CHARTS = [
  'Nodes',
  'Hit rate and miss rate',
  'Items',
  'Total size',
  'Requests',
  'Object-store reads',
  'Latency of image reads',
];
const READ_EVERY_MS = 20;
let system: System;
let browser: Browser;

beforeAll(async () => {
  [system, browser] = await Promise.all([startSystem({ environment: { POOL_SIZE: '2' } }), openBrowser()]);
  const { bytes } = await makePicture({ name: 'one.jpg', width: 120, height: 80 });
  await uploaded(system.url, 'one.jpg', bytes);
});
afterAll(async () => {
  await browser.close();
  await system.stop();
});

describe.skipIf(!hasChromium)('the charts', () => {
  it('show one moment, that under the pointer, all together', async () => {
    const { page, close } = await openPage(browser, `${system.url}/stats`);
    await untilLive(page);
    await showSeconds(page);
    await eventually(() => figures(page, 'Nodes')).toMatch(/Ready\s+2/);
    const box = (await panel(page, 'Requests').getByRole('img').boundingBox())!;
    // Two minutes ago there was nothing yet.
    await page.mouse.move(box.x + 70, box.y + 60);
    await eventually(() => figures(page, 'Nodes')).toMatch(/Ready\s+–/);
    expect(await figures(page, 'Requests')).toMatch(/Per minute\s+–/);
    await page.mouse.move(0, 0);
    await eventually(() => figures(page, 'Nodes')).toMatch(/Ready\s+2/);
    await close();
  });

  it('show the present second as it ends', async () => {
    const { page, faults, close } = await openPage(browser, `${system.url}/stats`);
    await untilLive(page);
    for (const title of CHARTS) await panel(page, title).getByRole('img').waitFor();
    await showSeconds(page);
    await eventually(() => figures(page, 'Nodes')).toMatch(/^Ready\s+2$/);
    expect(await figures(page, 'Total size')).toMatch(/Capacity\s+128 MiB/);
    const stopReading = readAllTheTime();
    await eventually(() => figures(page, 'Requests')).toMatch(/Per minute\s+[1-9]/);
    await eventually(() => figures(page, 'Hit rate and miss rate')).toMatch(/Hits\s+100\.0 %/);
    await eventually(() => figures(page, 'Latency of image reads')).toMatch(/Median\s+[\d.]+ ms/);
    await stopReading();
    await eventually(() => figures(page, 'Hit rate and miss rate')).toMatch(/Hits\s+–/);
    const summary = await panel(page, 'Items').getByRole('img').getAttribute('aria-label');
    expect(summary).toMatch(/^Items, the last 120 seconds\. Held: 1 at the end, \d to 1 in all\.$/);
    await close();
    expect(faults).toEqual([]);
  });

  it('are drawn in the colours of the theme, also after a change', async () => {
    const { page, close } = await openPage(browser, `${system.url}/stats`, { theme: 'dark' });
    await untilLive(page);
    await showSeconds(page);
    await eventually(() => isDrawnIn(page, 'Nodes', '--color-metric-nodes')).toBe(true);
    await page.emulateMedia({ colorScheme: 'light' });
    await eventually(() => isDrawnIn(page, 'Nodes', '--color-metric-nodes')).toBe(true);
    await close();
  });

  it('catch up with what was missed without a connection, and say that they are old until then', async () => {
    const { page, close } = await openPage(browser, system.url);
    let isAway = false;
    const sockets: { close(): Promise<void> }[] = [];
    await page.routeWebSocket(/graphql/, async (socket) => {
      if (isAway) return await socket.close();
      socket.connectToServer();
      sockets.push(socket);
    });
    await page.route('**/graphql', (route) => (isAway ? route.abort() : route.continue()));
    await page.goto(`${system.url}/stats`);
    await untilLive(page);
    await showSeconds(page);
    await page.getByText('The numbers as a table').first().click();
    isAway = true;
    for (const socket of sockets) await socket.close();
    await page.getByText(/Old numbers, as of .* The server can’t be reached/).waitFor();
    const before = await latestRow(page).getByRole('rowheader').innerText();
    isAway = false;
    await untilLive(page);
    await eventually(() => latestRow(page).getByRole('rowheader').innerText()).not.toBe(before);
    await eventually(async () => {
      const rows = await page.getByRole('table').locator('tbody tr').allInnerTexts();
      const since = rows.slice(0, rows.findIndex((row) => row.startsWith(before)) + 1);
      return { isLonger: since.length > 1, gaps: since.filter((row) => /^\S+( [AP]M)?\s+–/.test(row)) };
    }).toEqual({ isLonger: true, gaps: [] });
    await close();
  });

  it('show each node, mark a resize, and are saved as they are shown', async () => {
    const { page, faults, close } = await openPage(browser, `${system.url}/stats`);
    await untilLive(page);
    await page.getByText('By node', { exact: true }).click();
    await showSeconds(page);
    await eventually(() => figures(page, 'Items')).toMatch(/^node-0\s+\d\s+node-1\s+\d$/);
    await query(system.url, 'mutation { resizePool(size: 3) { desiredSize } }');
    const marks = page.getByRole('list', { name: 'Resizes and decisions, the latest first' });
    await marks.getByText('Growing from 2 to 3 nodes').waitFor();
    await eventually(() => figures(page, 'Items')).toMatch(/node-2\s+\d$/);

    const download = page.waitForEvent('download');
    await page.getByRole('button', { name: 'CSV' }).click();
    const file = await (await download).path();
    const [head, ...rows] = readFileSync(file, 'utf8').trimEnd().split('\r\n');
    expect(head).toMatch(
      /^time,Hit rate: node-0 \(share\),Hit rate: node-1 \(share\),Hit rate: node-2 \(share\),/,
    );
    expect(rows).toHaveLength(120);
    expect(rows.at(-1)).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z(,[\d.]*)+$/);
    await close();
    expect(faults).toEqual([]);
  });

  it.each([
    { name: 'light', theme: 'light', viewport: DESKTOP },
    { name: 'dark', theme: 'dark', viewport: DESKTOP },
    { name: 'small', theme: 'light', viewport: PHONE },
  ] as const)('pass axe-core and fit on a screen, $name', async (screen) => {
    const { page, faults, close } = await openPage(browser, `${system.url}/stats`, screen);
    await untilLive(page);
    expect(await layoutShift(page)).toBeLessThan(MOST_SHIFT);
    await page.getByText('The numbers as a table').first().click();
    await page.getByRole('table').waitFor();
    await expectAccessible(page);
    expect(await overflow(page)).toBe(0);
    await close();
    expect(faults).toEqual([]);
  });
});

async function showSeconds(page: Page): Promise<void> {
  await page.getByText('2 minutes, live').click();
}

/** What stands beside a chart's title. */
async function figures(page: Page, title: string): Promise<string> {
  return (await panel(page, title).locator('dl').innerText()).trim();
}

function latestRow(page: Page): Locator {
  return page.getByRole('table').locator('tbody tr').first();
}

/** Whether a chart has pixels of a token's colour. */
async function isDrawnIn(page: Page, title: string, token: string): Promise<boolean> {
  return await panel(page, title)
    .locator('canvas')
    .evaluate((canvas: HTMLCanvasElement, token) => {
      const probe = document.body.appendChild(document.createElement('i'));
      probe.style.color = `var(${token})`;
      const one = new OffscreenCanvas(1, 1).getContext('2d')!;
      one.fillStyle = getComputedStyle(probe).color;
      probe.remove();
      one.fillRect(0, 0, 1, 1);
      const [red, green, blue] = one.getImageData(0, 0, 1, 1).data;
      const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
      for (let at = 0; at < data.length; at += 4) {
        if (data[at] === red && data[at + 1] === green && data[at + 2] === blue && data[at + 3] === 255)
          return true;
      }
      return false;
    }, token);
}

/** Reads the image again and again until it is stopped. */
function readAllTheTime(): () => Promise<void> {
  let isStopped = false;
  const reading = (async () => {
    while (!isStopped) {
      await (await fetch(`${system.url}/images/one.jpg`)).arrayBuffer();
      await sleep(READ_EVERY_MS);
    }
  })();
  return async () => {
    isStopped = true;
    await reading;
  };
}
