import type { Browser, Page } from 'playwright-core';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { query, uploaded } from '../client.ts';
import { makePicture } from '../pictures.ts';
import { startSystem } from '../system.ts';
import { hasChromium, openBrowser, openPage } from './browser.ts';

let browser: Browser;
const dataDir = mkdtempSync(join(tmpdir(), 'shoal-connection-'));

beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(async () => {
  await browser.close();
  rmSync(dataDir, { recursive: true, force: true });
});

it.skipIf(!hasChromium)(
  'says that the connection is lost, recovers by itself and shows what was missed',
  async () => {
    const { bytes } = await makePicture({ name: 'small.jpg', width: 120, height: 80 });
    const first = await startSystem({ dataDir });
    await uploaded(first.url, 'before.jpg', bytes);
    await uploaded(first.url, 'deleted-meanwhile.jpg', bytes);
    const { page, close } = await openPage(browser, first.url);
    await tile(page, 'before.jpg').waitFor();
    await first.stop();
    await page.getByText('Connection lost.').waitFor();
    await tile(page, 'before.jpg').waitFor();

    const second = await startSystem({ dataDir, environment: { PORT: new URL(first.url).port } });
    await uploaded(second.url, 'meanwhile.jpg', bytes);
    await query(second.url, 'mutation { deleteImage(key: "deleted-meanwhile.jpg") { key } }');
    await tile(page, 'meanwhile.jpg').waitFor();
    await tile(page, 'deleted-meanwhile.jpg').waitFor({ state: 'hidden' });
    await page.getByText('Connection lost.').waitFor({ state: 'hidden' });
    await page.getByText('Connected again.').waitFor();
    await close();
    expect(await second.stop()).toBe(0);
  },
);

function tile(page: Page, key: string): ReturnType<Page['locator']> {
  return page.locator(`main [data-key="${key}"]`);
}
