import type { Browser, Locator } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ADMIN_TOKEN, query, uploaded } from '../client.ts';
import { makePicture } from '../pictures.ts';
import { startSystem, type System } from '../system.ts';
import { chooseFiles, expectAccessible, hasChromium, openBrowser, openPage, sendFiles } from './browser.ts';

let system: System;
let browser: Browser;
let bytes: Buffer;

describe.skipIf(!hasChromium)('the sign-in', () => {
  beforeAll(async () => {
    browser = await openBrowser();
    // Without a token of the settings, so that there is a link.
    system = await startSystem({ environment: { PUBLIC_READ: '' } });
    ({ bytes } = await makePicture({ name: 'small.jpg', width: 120, height: 80 }));
    await uploaded(system.url, 'seen.jpg', bytes);
  });
  afterAll(async () => {
    await browser?.close();
    await system?.stop();
  });

  it('is all that a stranger sees, says what is wrong, and leads to where one wanted to go', async () => {
    const { page, close } = await openPage(browser, `${system.url}/image?key=seen.jpg`, { token: undefined });
    await page.getByRole('heading', { name: 'Sign in to Shoal' }).waitFor();
    expect(await page.getByRole('navigation').count()).toBe(0);
    await expectAccessible(page);
    await page.getByLabel('Token').fill('wrong');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByText('There is no such token.').waitFor();
    await page.getByLabel('Token').fill(ADMIN_TOKEN);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('heading', { name: 'seen.jpg' }).waitFor();
    await page.waitForFunction(() =>
      [...document.querySelectorAll('main img')].some(
        (image) => (image as HTMLImageElement).naturalWidth > 0,
      ),
    );
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('heading', { name: 'Sign in to Shoal' }).waitFor();
    await close();
  });

  it('is asked for in place when the session has ended, and what was under way goes on', async () => {
    const { page, close } = await openPage(browser, system.url);
    await page.locator('main [data-key="seen.jpg"]').waitFor();
    await chooseFiles(page, [{ name: 'kept.jpg', mimeType: 'image/jpeg', buffer: bytes }]);
    // Another tab signs out.
    expect((await page.context().request.delete(`${system.url}/session`)).status()).toBe(204);
    const dialog = page.getByRole('alertdialog', { name: 'Sign in again' });
    await dialog.waitFor();
    await expectAccessible(page);
    await dialog.getByLabel('Token').fill(ADMIN_TOKEN);
    await dialog.getByRole('button', { name: 'Sign in' }).click();
    await dialog.waitFor({ state: 'hidden' });
    await page.getByRole('button', { name: 'Upload 1 image' }).click();
    await page.locator('main [data-key="kept.jpg"]').waitFor();
    await close();
  });

  it('offers a viewer nothing that its role may not do, and says why', async () => {
    const { data } = await query<{ createToken: { secret: string } }>(
      system.url,
      'mutation { createToken(input: { name: "seer", role: VIEWER }) { secret } }',
    );
    const { page, faults, close } = await openPage(browser, system.url, { token: data!.createToken.secret });
    const press = (name: RegExp): Locator => page.getByRole('button', { name });
    const refusal = (deed: string): Locator => page.getByText(`Your role, Viewer, may not ${deed}`);
    await page.locator('main [data-key="seen.jpg"]').focus();
    expect(await press(/Upload/).count()).toBe(0);
    await page.keyboard.press('Space');
    await press(/Copy URLs/).waitFor();
    expect(await press(/Delete/).count()).toBe(0);
    await page.keyboard.press('Delete');
    await refusal('delete images').waitFor();
    await sendFiles(page, ['dragenter', 'drop'], [{ name: 'a.jpg', mimeType: 'image/jpeg', buffer: bytes }]);
    await refusal('upload images').waitFor();

    await page.goto(`${system.url}/image?key=seen.jpg`);
    await page.getByRole('heading', { name: 'Facts', exact: true }).waitFor();
    expect(await press(/Replace|Delete/).count()).toBe(0);

    await page.goto(`${system.url}/pool`);
    await refusal('set the size').waitFor();
    expect(
      await press(/Apply|One node/)
        .and(page.locator(':not([aria-disabled="true"])'))
        .count(),
    ).toBe(0);

    await page.goto(`${system.url}/scaling`);
    await refusal('change mode and policy').waitFor();
    expect(await page.locator('form :is(input, button):enabled').count()).toBe(0);

    await page.goto(`${system.url}/settings`);
    await refusal('change the cache configuration').waitFor();
    expect(await page.locator('form :is(input, button):enabled').count()).toBe(0);
    expect(await page.getByRole('region').allInnerTexts()).toHaveLength(2);
    await expectAccessible(page);
    expect(faults).toEqual([]);
    await close();
  });
});
