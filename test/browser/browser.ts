/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type Axe from 'axe-core';
import { chromium, type Browser, type Page } from 'playwright-core';
import { expect, vi } from 'vitest';
import { ADMIN_TOKEN } from '../client.ts';

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What a page may take for one thing on a busy machine, in milliseconds. */
const PATIENCE_MS = 20_000;

// A test waits for many things, one after the other.
vi.setConfig({ testTimeout: 90_000, hookTimeout: 90_000 });

export const DESKTOP = { width: 1280, height: 800 };
export const PHONE = { width: 390, height: 844 };

/** A page in a browser context of its own, with an eye on what must never happen. */
export interface WatchedPage {
  readonly page: Page;
  /** Errors on the console, uncaught exceptions, breaches of the Content-Security-Policy and requests to other hosts so far, in words. */
  readonly faults: readonly string[];
  close(): Promise<void>;
}

export interface PageOptions {
  readonly theme?: 'light' | 'dark';
  readonly viewport?: { width: number; height: number };
  /** The token to sign in with: that of the ADMIN unless given, none for a stranger. */
  readonly token?: string | undefined;
}

const chromiumPath = process.env['CHROMIUM'] ?? '/usr/bin/chromium';

/** Whether there is a browser to test with: `apt-get install chromium`, or CHROMIUM names one. */
export const hasChromium = existsSync(chromiumPath);

/** Starts the Chromium of the system. */
export async function openBrowser(): Promise<Browser> {
  return await chromium.launch({
    executablePath: chromiumPath,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

/** Signs in and opens a path of the system. Motion is reduced, so that nothing is looked at half-way. */
export async function openPage(
  browser: Browser,
  address: string,
  options: PageOptions = {},
): Promise<WatchedPage> {
  const context = await browser.newContext({
    viewport: options.viewport ?? DESKTOP,
    colorScheme: options.theme ?? 'light',
    reducedMotion: 'reduce',
    permissions: ['clipboard-read', 'clipboard-write'],
  });
  const { token = ADMIN_TOKEN } = options;
  if (!('token' in options) || options.token !== undefined) {
    const answer = await context.request.post(new URL('/session', address).href, { data: { token } });
    if (!answer.ok()) throw new Error(`Nobody was signed in: ${await answer.text()}`);
  }
  await context.addInitScript(() =>
    document.addEventListener('securitypolicyviolation', ({ effectiveDirective, blockedURI, sourceFile }) =>
      console.error(`policy: ${effectiveDirective} ${blockedURI} ${sourceFile}`),
    ),
  );
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  const faults: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') faults.push(`console: ${message.text()} ${message.location().url}`);
  });
  page.on('pageerror', (error) => faults.push(`exception: ${error.message}`));
  page.on('request', (request) => {
    const url = new URL(request.url());
    if (['http:', 'https:', 'ws:', 'wss:'].includes(url.protocol) && url.host !== new URL(address).host) {
      faults.push(`request to another host: ${url.href}`);
    }
  });
  await page.goto(address);
  return { page, faults, close: () => context.close() };
}

/** Like `expect.poll`, with the patience of the page's own waits. */
export const eventually: typeof expect.poll = (probe, options) =>
  expect.poll(probe, { timeout: PATIENCE_MS, ...options });

/** Expects axe-core to find nothing against WCAG 2.2 AA on the page as it is. */
export async function expectAccessible(page: Page): Promise<void> {
  await page.evaluate(axeSource);
  const findings = await page.evaluate(async () => {
    const { axe } = window as unknown as { axe: typeof Axe };
    const { violations } = await axe.run(document, {
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
    });
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join('\n')}`);
  });
  expect(findings).toEqual([]);
}

/** How much of the page has moved without being asked to, as Chromium counts it (Cumulative Layout Shift). */
export async function layoutShift(page: Page): Promise<number> {
  return await page.evaluate(
    async () =>
      await new Promise<number>((resolve) => {
        let total = 0;
        const observer = new PerformanceObserver((list) => {
          for (const entry of list.getEntries() as (PerformanceEntry & {
            value: number;
            hadRecentInput: boolean;
          })[])
            if (!entry.hadRecentInput) total += entry.value;
        });
        observer.observe({ type: 'layout-shift', buffered: true });
        // Buffered entries are told before the next frame but one.
        requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(() => resolve(total))));
      }),
  );
}

/** The most that a page may move by itself. */
export const MOST_SHIFT = 0.02;

/** How many pixels wider than the window the page is. */
export async function overflow(page: Page): Promise<number> {
  return await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  );
}

/** A file as Playwright hands it to a page. */
export interface LocalFile {
  readonly name: string;
  readonly mimeType: string;
  readonly buffer: Buffer;
}

/** Chooses files by the button in the page's head. */
export async function chooseFiles(page: Page, files: LocalFile[]): Promise<void> {
  const chooser = page.waitForEvent('filechooser');
  await page.getByRole('banner').getByRole('button', { name: 'Upload' }).click();
  await (await chooser).setFiles(files);
}

/** Lets the page see files as dragged in, dropped or pasted. */
export async function sendFiles(
  page: Page,
  kinds: readonly ('dragenter' | 'dragover' | 'drop' | 'paste')[],
  files: readonly LocalFile[],
): Promise<void> {
  const plain = files.map(({ name, mimeType, buffer }) => ({
    name,
    mimeType,
    base64: buffer.toString('base64'),
  }));
  await page.evaluate(
    ({ kinds, plain }) => {
      const data = new DataTransfer();
      for (const { name, mimeType, base64 } of plain) {
        const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
        data.items.add(new File([bytes], name, { type: mimeType }));
      }
      for (const kind of kinds) {
        const event =
          kind === 'paste'
            ? new ClipboardEvent(kind, { clipboardData: data, bubbles: true, cancelable: true })
            : new DragEvent(kind, { dataTransfer: data, bubbles: true, cancelable: true });
        document.body.dispatchEvent(event);
      }
    },
    { kinds, plain },
  );
}
