import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { uploaded } from '../client.ts';
import { makePicture } from '../pictures.ts';
import { startSystem, type System } from '../system.ts';
import {
  DESKTOP,
  eventually,
  expectAccessible,
  hasChromium,
  openBrowser,
  openPage,
  PHONE,
} from './browser.ts';
import { LAYOUTS, misplaced } from './layout.ts';

let system: System;
let browser: Browser;

const live = (page: Page): Promise<void> =>
  page.getByRole('status').getByText('Live', { exact: true }).waitFor();

/** Every page, each with what is there when it is complete. */
const PAGES: readonly {
  name: keyof typeof LAYOUTS;
  path: string;
  ready: (page: Page) => Promise<unknown>;
}[] = [
  { name: 'gallery', path: '/', ready: (page) => page.locator('main [data-key]').nth(3).waitFor() },
  {
    name: 'image',
    path: '/image?key=0.jpg',
    ready: (page) => page.getByRole('heading', { name: 'Facts', exact: true }).waitFor(),
  },
  {
    name: 'pool',
    path: '/pool',
    ready: (page) => page.locator('[data-node][data-state="READY"]').nth(1).waitFor(),
  },
  { name: 'stats', path: '/stats', ready: live },
  {
    name: 'scaling',
    path: '/scaling',
    ready: (page) => page.getByRole('spinbutton', { name: 'Cooldown' }).waitFor(),
  },
  {
    name: 'settings',
    path: '/settings',
    ready: (page) => page.getByRole('heading', { name: 'Tokens' }).waitFor(),
  },
  { name: 'nowhere', path: '/nowhere', ready: (page) => page.getByText('There is no such page').waitFor() },
];

const screens = [
  { name: 'light, on a desktop', size: 'desktop', theme: 'light', viewport: DESKTOP },
  { name: 'dark, on a phone', size: 'phone', theme: 'dark', viewport: PHONE },
] as const;

describe.skipIf(!hasChromium)('every page', () => {
  beforeAll(async () => {
    [system, browser] = await Promise.all([
      startSystem({ environment: { PUBLIC_READ: '', POOL_SIZE: '2' } }),
      openBrowser(),
    ]);
    for (const seed of [0, 1, 2, 3]) {
      const { bytes } = await makePicture({ name: 'p.jpg', width: 400, height: 300, seed });
      await uploaded(system.url, `${seed}.jpg`, bytes);
    }
  });
  afterAll(async () => {
    await browser?.close();
    await system?.stop();
  });

  describe.each(screens)('$name', ({ size, theme, viewport }) => {
    it('keeps to its policy, has no error, passes axe-core, and lies as it was drawn', async () => {
      const { page, faults, close } = await openPage(browser, system.url, { theme, viewport });
      for (const { name, path, ready } of PAGES) {
        const answer = await page.goto(system.url + path);
        expectStrict(answer?.headers()['content-security-policy']);
        await ready(page);
        await eventually(() => misplaced(page, LAYOUTS[name][size]), { message: name }).toEqual([]);
        await expectAccessible(page);
        expect(faults, name).toEqual([]);
      }
      const answer = await page.goto(`${system.url}/playground`);
      expectStrict(answer?.headers()['content-security-policy']);
      await page.getByRole('button', { name: /^Execute query/ }).waitFor();
      await page.getByText('query Images').first().waitFor();
      expect(faults, 'playground').toEqual([]);
      await close();
    });

    it('asks a stranger to sign in, by the same rules', async () => {
      const { page, faults, close } = await openPage(browser, `${system.url}/sign-in`, {
        theme,
        viewport,
        token: undefined,
      });
      await page.getByRole('heading', { name: 'Sign in to Shoal' }).waitFor();
      await eventually(() => misplaced(page, LAYOUTS['sign-in'][size])).toEqual([]);
      await expectAccessible(page);
      expect(faults).toEqual([]);
      await close();
    });
  });

  it('runs no script that somebody has written into it', async () => {
    const { page, faults, close } = await openPage(browser, `${system.url}/nowhere`);
    await page.getByText('There is no such page').waitFor();
    await page.evaluate(() => {
      const script = document.createElement('script');
      script.textContent = 'document.title = "taken over"';
      document.head.append(script);
    });
    await eventually(() => faults.join()).toContain('policy: script-src-elem');
    expect(await page.title()).not.toBe('taken over');
    await close();
  });
});

/** Expects a Content-Security-Policy by which only scripts of our own run: files of this host, or those named by their hashes. */
function expectStrict(policy: string | undefined): void {
  const directives = new Map(
    (policy ?? '').split(';').map((text) => {
      const [name = '', ...sources] = text.trim().split(' ');
      return [name, sources];
    }),
  );
  expect(directives.get('default-src')).toEqual(["'self'"]);
  const scripts = directives.get('script-src') ?? [];
  expect(scripts.filter((source) => !source.startsWith("'sha256-"))).toEqual(["'self'"]);
  expect(directives.get('object-src')).toEqual(["'none'"]);
}
