import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { query } from '../client.ts';
import { startSystem, type System } from '../system.ts';
import {
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

let system: System;
let browser: Browser;
/** The minute decided on next: each decision has one of its own. */
let minute = Date.now() - 3_600_000;

beforeAll(async () => {
  [system, browser] = await Promise.all([startSystem({ environment: { POOL_SIZE: '1' } }), openBrowser()]);
});
afterAll(async () => {
  await browser.close();
  await system.stop();
});

describe.skipIf(!hasChromium)('the scaling policy', () => {
  it('shows every fault at its field, keeps what was typed, and is saved', async () => {
    const { page, faults, close } = await openPage(browser, `${system.url}/scaling`);
    const policy = panel(page, 'Mode and scaling policy');
    await policy.getByLabel('Max miss rate', { exact: true }).fill('0.1');
    await policy.getByLabel('Min miss rate', { exact: true }).fill('0.5');
    await policy.getByLabel('Expand ratio', { exact: true }).fill('0.5');
    await policy.getByLabel('Cooldown', { exact: true }).fill('-1');
    await policy.getByRole('button', { name: 'Save' }).click();
    await policy.getByText('3 fields need another value').waitFor();
    expect(await policy.getByLabel('Cooldown', { exact: true }).inputValue()).toBe('-1');
    await policy.getByRole('button', { name: 'Discard' }).click();
    expect(await policy.getByLabel('Cooldown', { exact: true }).inputValue()).toBe('180');

    await policy.getByText('Auto', { exact: true }).click();
    await policy.getByLabel('Max miss rate', { exact: true }).fill('0.35');
    await policy.getByText('Grow when more than 35.0 % of the reads miss.').waitFor();
    const band = () => bandHeight(page);
    const before = await band();
    await policy.getByLabel('Slide: Max miss rate').fill('0.6');
    expect(await policy.getByLabel('Max miss rate', { exact: true }).inputValue()).toBe('0.6');
    await eventually(band).toBeGreaterThan(before * 1.5);
    await policy.getByLabel('Slide: Max miss rate').press('ArrowRight');
    expect(await policy.getByLabel('Max miss rate', { exact: true }).inputValue()).toBe('0.61');
    await policy.getByLabel('Max miss rate', { exact: true }).fill('0.35');
    await policy.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Mode and scaling policy are saved.').waitFor();
    const { data } = await query(system.url, '{ scalingPolicy { mode maxMissRate } }');
    expect(data?.['scalingPolicy']).toEqual({ mode: 'AUTO', maxMissRate: 0.35 });
    await close();
    expect(faults).toEqual([]);
  });

  it('follows what somebody else sets', async () => {
    const { page, close } = await openPage(browser, `${system.url}/scaling`);
    await untilLive(page);
    await query(
      system.url,
      'mutation { setPoolMode(input: { mode: MANUAL, cooldownSeconds: 77 }) { mode } }',
    );
    const cooldown = panel(page, 'Mode and scaling policy').getByLabel('Cooldown', { exact: true });
    await eventually(() => cooldown.inputValue()).toBe('77');
    await close();
  });
});

describe.skipIf(!hasChromium)('the decisions', () => {
  it('come up as they are made, with verdict and reason, and older ones on demand', async () => {
    for (let count = 0; count < 34; count++) await decide({ reason: `held at 1: for reason ${count}` });
    const { page, faults, close } = await openPage(browser, `${system.url}/scaling`);
    await untilLive(page);
    await eventually(() => decisionsOn(page).count()).toBe(30);
    await decide({
      verdict: 'EXPAND',
      newSize: 2,
      applied: true,
      missRate: 0.314,
      gets: 1200,
      reason: 'expand from 1 to 2: miss rate 31.4 % is above 20 %',
    });
    const first = decisionsOn(page).first();
    await first.getByText('Expand from 1 to 2: miss rate 31.4 % is above 20 %').waitFor();
    expect(await first.innerText()).toMatch(
      /31\.4 % missed · 1,200 reads · 1 node ready · Auto mode[^]*Applied/,
    );

    await page.getByRole('button', { name: 'Load more' }).click();
    await eventually(() => decisionsOn(page).count()).toBe(35);
    await decisionsOn(page).last().getByText('for reason 0').waitFor();
    expect(await page.getByRole('button', { name: 'Load more' }).count()).toBe(0);

    await panel(page, 'Decisions').getByText('Applied', { exact: true }).first().click();
    await eventually(() => decisionsOn(page).count()).toBe(1);
    await expectAccessible(page);
    await close();
    expect(faults).toEqual([]);
  });

  it('that were missed are there once the connection is', async () => {
    const { page, close } = await openPage(browser, system.url);
    let isAway = false;
    const sockets: { close(): Promise<void> }[] = [];
    await page.routeWebSocket(/graphql/, async (socket) => {
      if (isAway) return await socket.close();
      socket.connectToServer();
      sockets.push(socket);
    });
    await page.route('**/graphql', (route) => (isAway ? route.abort() : route.continue()));
    await page.goto(`${system.url}/scaling`);
    await untilLive(page);
    isAway = true;
    for (const socket of sockets) await socket.close();
    await page.getByText('Old numbers, as of').waitFor();
    await decide({ reason: 'held at 1: nobody looked' });
    isAway = false;
    await decisionsOn(page).getByText('Held at 1: nobody looked').waitFor();
    await close();
  });

  it.each(['light', 'dark'] as const)('fit on a small screen, %s', async (theme) => {
    const { page, faults, close } = await openPage(browser, `${system.url}/scaling`, {
      theme,
      viewport: PHONE,
    });
    await decisionsOn(page).first().waitFor();
    expect(await layoutShift(page)).toBeLessThan(MOST_SHIFT);
    await expectAccessible(page);
    expect(await overflow(page)).toBe(0);
    await close();
    expect(faults).toEqual([]);
  });
});

/** Pixels of the band in the chart of the miss rate, in the middle from top to bottom. */
async function bandHeight(page: Page): Promise<number> {
  const canvas = panel(page, 'Miss rate').locator('canvas');
  return await canvas.evaluate((canvas: HTMLCanvasElement) => {
    const probe = document.body.appendChild(document.createElement('i'));
    probe.style.color = 'var(--color-accent-soft)';
    const one = new OffscreenCanvas(1, 1).getContext('2d')!;
    one.fillStyle = getComputedStyle(probe).color;
    probe.remove();
    one.fillRect(0, 0, 1, 1);
    const wanted = one.getImageData(0, 0, 1, 1).data.join();
    const column = canvas
      .getContext('2d')!
      .getImageData(Math.floor(canvas.width / 2), 0, 1, canvas.height).data;
    return Array.from({ length: canvas.height }, (_, y) => column.slice(4 * y, 4 * y + 4).join()).filter(
      (pixel) => pixel === wanted,
    ).length;
  });
}

function decisionsOn(page: Page): Locator {
  return page.getByRole('list', { name: 'Decisions, the latest first' }).getByRole('listitem');
}

/** Records a decision as the autoscaler does. */
async function decide(decision: Record<string, unknown>): Promise<void> {
  const token = readFileSync(join(system.dataDir, 'autoscaler.token'), 'utf8').trim();
  minute += 60_000;
  const tick = new Date(minute).toISOString();
  const input = {
    tick,
    mode: 'AUTO',
    verdict: 'HOLD',
    size: 1,
    newSize: 1,
    applied: false,
    nodesReady: 1,
    ...decision,
  };
  const answer = await query(
    system.url,
    'mutation ($input: RecordDecisionInput!) { recordDecision(input: $input) { id } }',
    { input },
    { authorization: `Bearer ${token}` },
  );
  expect(answer.errors).toBeUndefined();
}
