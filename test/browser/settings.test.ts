import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { query, uploaded } from '../client.ts';
import { makePicture } from '../pictures.ts';
import { startSystem, type System } from '../system.ts';
import { eventually, expectAccessible, hasChromium, openBrowser, openPage } from './browser.ts';
import { nodesIn, panel } from './pool-page.ts';

const SIZE = 2;
let system: System;
let browser: Browser;

beforeAll(async () => {
  const environment = { POOL_SIZE: String(SIZE) };
  [system, browser] = await Promise.all([startSystem({ environment }), openBrowser()]);
});
afterAll(async () => {
  await browser.close();
  await system.stop();
});

describe.skipIf(!hasChromium)('the cache configuration', () => {
  it('reach every node', async () => {
    const { page, close } = await openPage(browser, `${system.url}/settings`);
    const form = panel(page, 'Cache configuration');
    await form.getByLabel('Capacity per node').fill('96');
    await form.getByRole('radio', { name: 'SIEVE When you want the simplest of the good ones' }).check();
    await form.getByRole('button', { name: 'Save' }).click();
    await page.getByText('The cache configuration is saved.').waitFor();
    await eventually(() => form.getByText('not been told yet').count()).toBe(0);
    await page.getByRole('link', { name: 'Pool', exact: true }).click();
    const told = nodesIn(page, 'READY').filter({ hasText: 'of 96.0 MiB' }).filter({ hasText: 'SIEVE' });
    await eventually(() => told.count()).toBe(SIZE);
    const { data } = await query(system.url, '{ cacheConfig { capacityMiB evictionPolicy pendingNodes } }');
    expect(data?.['cacheConfig']).toEqual({ capacityMiB: 96, evictionPolicy: 'SIEVE', pendingNodes: [] });
    await close();
  });

  it('show every fault at its field and keep what was typed', async () => {
    const { page, close } = await openPage(browser, `${system.url}/settings`);
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

describe.skipIf(!hasChromium)('tokens and sessions', () => {
  it('show a new token once, revoke it, and sign out everywhere', async () => {
    const { page, faults, close } = await openPage(browser, `${system.url}/settings`);
    const tokens = panel(page, 'Tokens');
    await tokens.getByLabel('Name').fill('the web team');
    await tokens.getByLabel('Role').selectOption('EDITOR');
    await tokens.getByRole('button', { name: 'Create token' }).click();
    const secret = await tokens.getByLabel('New token', { exact: true }).inputValue();
    const bearer = { authorization: `Bearer ${secret}` };
    const asked = await query(system.url, '{ viewer { name role } }', {}, bearer);
    expect(asked.data?.['viewer']).toEqual({ name: 'the web team', role: 'EDITOR' });
    await expectAccessible(page);
    await page.reload();
    const token = tokens.getByRole('listitem').filter({ hasText: 'the web team' });
    await token.getByText('Editor').waitFor();
    expect(await tokens.getByLabel('New token', { exact: true }).count()).toBe(0);
    await token.getByRole('button', { name: 'Revoke…' }).click();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Revoke the token' }).click();
    await token.waitFor({ state: 'hidden' });
    const refused = await query(system.url, '{ viewer { name } }', {}, bearer);
    expect(refused.data?.['viewer'] ?? null).toBeNull();

    const other = await openPage(browser, `${system.url}/settings`);
    await page.getByRole('button', { name: 'Sign out everywhere…' }).click();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Sign out everywhere' }).click();
    await page.getByRole('button', { name: 'Sign in' }).waitFor();
    await other.page.getByRole('button', { name: 'Sign in' }).waitFor();
    await other.close();
    await close();
    expect(faults.filter((fault) => !/401|4401/.test(fault))).toEqual([]);
  });
});

describe.skipIf(!hasChromium)('what can’t be undone', () => {
  it('empties the cache after a question', async () => {
    await fill();
    const { page, close } = await openPage(browser, `${system.url}/settings`);
    await page.getByRole('button', { name: 'Clear cache…' }).click();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Clear the cache' }).click();
    await page.getByText('The cache is empty.').waitFor();
    await page.getByRole('alertdialog').waitFor({ state: 'hidden' });
    await panel(page, 'Clear the cache').getByText('The nodes hold nothing.').waitFor();
    await close();
  });

  it('deletes all images once the words are typed', async () => {
    await fill();
    const { page, close } = await openPage(browser, `${system.url}/settings`);
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

/** Uploads two images and reads them, so that nodes hold entries. */
async function fill(): Promise<void> {
  for (const key of ['one.jpg', 'two.jpg']) {
    const { bytes } = await makePicture({ name: key, width: 120, height: 80 });
    await uploaded(system.url, key, bytes, true);
    await (await fetch(`${system.url}/images/${key}`)).arrayBuffer();
  }
}
