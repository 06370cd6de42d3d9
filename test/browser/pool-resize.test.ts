import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { query, uploaded } from '../client.ts';
import { makePicture } from '../pictures.ts';
import { startSystem, type System } from '../system.ts';
import { eventually, hasChromium, openBrowser, openPage } from './browser.ts';
import { nodesIn, panel, untilLive } from './pool-page.ts';

const PICTURES = 16;
const PICTURE_BYTES = 3 * 1024 ** 2;
let system: System;
let browser: Browser;

beforeAll(async () => {
  const environment = { POOL_SIZE: '2', POOL_MAX_NODES: '4' };
  [system, browser] = await Promise.all([startSystem({ environment }), openBrowser()]);
  await query(system.url, 'mutation { setCacheConfig(input: { copyLimitMiBps: 1 }) { copyLimitMiBps } }');
  // What follows a picture's end is stored with it and costs no time to look at. Of 48 MiB a third moves to a third node: a quarter of a
  // minute at this limit, for a machine on which the page is slow.
  const { bytes } = await makePicture({ name: 'small.png', width: 120, height: 80 });
  const large = Buffer.concat([bytes, Buffer.alloc(PICTURE_BYTES)]);
  for (let i = 0; i < PICTURES; i++) {
    await uploaded(system.url, `large-${i}.png`, large);
    await (await fetch(`${system.url}/images/large-${i}.png`)).arrayBuffer();
  }
});
afterAll(async () => {
  await browser.close();
  await system.stop();
});

it.skipIf(!hasChromium)(
  'pauses, resumes and cancels a resize, and takes others out of the queue',
  async () => {
    const { page, faults, close } = await openPage(browser, `${system.url}/pool`);
    await untilLive(page);
    await page.getByRole('button', { name: 'One node more' }).click();
    const resize = panel(page, 'Resize');
    await resize.getByRole('heading', { name: 'Growing from 2 to 3 nodes' }).waitFor();
    await resize.getByText(/ of \d+ entries$/).waitFor();
    await resize.getByRole('button', { name: 'Pause' }).click();
    await resize.getByRole('heading', { name: 'Growing from 2 to 3 nodes, paused' }).waitFor();

    await page.getByRole('button', { name: 'One node less' }).click();
    const queue = resize.getByRole('list', { name: 'Queued resizes' });
    await queue.getByText('Shrinking from 3 to 2 nodes').waitFor();
    await queue.getByRole('button', { name: 'Cancel: Shrinking from 3 to 2 nodes' }).click();
    await queue.waitFor({ state: 'hidden' });

    await resize.getByRole('button', { name: 'Resume' }).click();
    await resize.getByRole('button', { name: 'Pause' }).waitFor();
    await resize.getByRole('button', { name: 'Cancel…' }).click();
    const question = page.getByRole('alertdialog', { name: 'Cancel this resize?' });
    await question.getByRole('button', { name: 'Go on with it' }).click();
    await question.waitFor({ state: 'hidden' });
    await resize.getByRole('button', { name: 'Cancel…' }).click();
    await question.getByRole('button', { name: 'Cancel the resize' }).click();
    await resize.getByRole('button', { name: 'Cancel…' }).waitFor({ state: 'hidden' });

    const outcome = page.getByRole('list', { name: 'Finished resizes' }).getByRole('listitem').first();
    await outcome.filter({ hasText: 'Growing from 2 to 3 nodes' }).filter({ hasText: 'Cancelled' }).waitFor();
    await eventually(() => nodesIn(page, 'READY').count()).toBe(2);
    await close();
    expect(faults).toEqual([]);
  },
);
