import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { startSystem, type System } from '../system.ts';
import { expectAccessible, hasChromium, openBrowser, openPage } from './browser.ts';
import { nodesIn, panel, untilLive } from './pool-page.ts';

const MEMCACHED = '/usr/bin/memcached';
const folder = mkdtempSync(join(tmpdir(), 'shoal-given-'));
const socketPath = join(folder, 'cache.sock');
const canRun = hasChromium && existsSync(MEMCACHED);
let memcached: ChildProcess | undefined;
let system: System;
let browser: Browser;

beforeAll(async () => {
  if (!canRun) return;
  const user = process.getuid?.() === 0 ? ['-u', 'root'] : [];
  memcached = spawn(MEMCACHED, ['-s', socketPath, ...user], { stdio: 'ignore' });
  await vi.waitUntil(() => existsSync(socketPath), { timeout: 15_000, interval: 10 });
  const environment = { CACHE_NODES: `unix:${socketPath}` };
  [system, browser] = await Promise.all([startSystem({ environment }), openBrowser()]);
});
afterAll(async () => {
  await browser?.close();
  await system?.stop();
  if (memcached) {
    const exit = once(memcached, 'exit');
    memcached.kill('SIGKILL');
    await exit;
  }
  rmSync(folder, { recursive: true });
});

it.skipIf(!canRun)(
  'says why a pool of given nodes can’t be resized, and what a memcached lacks',
  async () => {
    const { page, faults, close } = await openPage(browser, `${system.url}/pool`);
    await untilLive(page);
    const size = panel(page, 'Size');
    await size.getByText('given by CACHE_NODES').waitFor();
    for (const name of ['One node less', 'One node more', 'Apply'])
      expect(await size.getByRole('button', { name }).isDisabled()).toBe(true);
    expect(await size.getByLabel('Set to').isDisabled()).toBe(true);
    const node = nodesIn(page, 'READY').filter({ hasText: socketPath });
    await node.getByText('First seen').waitFor();
    await node.getByText('its own').waitFor();

    await expectAccessible(page);
    await page.getByRole('link', { name: 'Settings' }).click();
    const form = panel(page, 'Cache configuration');
    await form.getByRole('radio', { name: /^SIEVE/ }).check();
    await form.getByRole('button', { name: 'Save' }).click();
    await form.getByText('Eviction policy can not be set').waitFor();
    await expectAccessible(page);
    await close();
    expect(faults).toEqual([]);
  },
);
