/// <reference lib="dom" />
import type { Page } from 'playwright-core';

/** Where a box lies: its left edge and its width as shares of the window's width, its top as a share of the window's height. */
export type Place = readonly [left: number, top: number, width: number];

/** Places by Playwright's selector of what lies there. */
export type Layout = Readonly<Record<string, Place>>;

/** How far off a place may be, so that no letter more or less counts. */
const SLACK: Place = [0.03, 0.08, 0.04];

const HEADER = 'role=banner';
const MAIN = 'role=main';
const NAVIGATION = 'role=navigation';
const panel = (name: string): string => `role=region[name="${name}"]`;

const ON_DESKTOP: Layout = {
  [HEADER]: [0, 0, 1],
  [MAIN]: [0, 0.07, 1],
  [NAVIGATION]: [0.11, 0.01, 0.27],
};
/** The navigation lies at the thumb. */
const ON_PHONE: Layout = {
  [HEADER]: [0, 0, 1],
  [MAIN]: [0, 0.07, 1],
  [NAVIGATION]: [0, 0.93, 1],
};

/** How the pages were drawn, in windows of the sizes that the tests use. */
export const LAYOUTS = {
  gallery: {
    desktop: {
      ...ON_DESKTOP,
      'role=list[name="Images"]': [0.02, 0.16, 0.96],
      'main img': [0.02, 0.16, 0.23],
    },
    phone: { ...ON_PHONE, 'role=list[name="Images"]': [0.04, 0.15, 0.92], 'main img': [0.04, 0.15, 0.45] },
  },
  image: {
    desktop: {
      ...ON_DESKTOP,
      'main img': [0.19, 0.38, 0.31],
      [panel('Where it lives')]: [0.7, 0.23, 0.28],
      [panel('Facts')]: [0.7, 0.34, 0.28],
      [panel('Use it')]: [0.7, 0.69, 0.28],
    },
    phone: {
      ...ON_PHONE,
      'main img': [0.06, 0.15, 0.88],
      [panel('Where it lives')]: [0.04, 0.56, 0.92],
      [panel('Facts')]: [0.04, 0.67, 0.92],
      [panel('Use it')]: [0.04, 1, 0.92],
    },
  },
  pool: {
    desktop: {
      ...ON_DESKTOP,
      [panel('Ring')]: [0.02, 0.15, 0.31],
      [panel('Size')]: [0.34, 0.27, 0.64],
      [panel('Resize')]: [0.34, 0.49, 0.64],
      [panel('Nodes')]: [0.02, 0.71, 0.96],
      [panel('History')]: [0.02, 1.08, 0.96],
    },
    phone: {
      ...ON_PHONE,
      [panel('Size')]: [0.04, 0.37, 0.92],
      [panel('Resize')]: [0.04, 0.64, 0.92],
      [panel('Ring')]: [0.04, 0.8, 0.92],
      [panel('Nodes')]: [0.04, 1.29, 0.92],
    },
  },
  stats: {
    desktop: {
      ...ON_DESKTOP,
      [panel('Nodes')]: [0.02, 0.16, 0.47],
      [panel('Hit rate and miss rate')]: [0.51, 0.16, 0.47],
      [panel('Items')]: [0.02, 0.5, 0.47],
      [panel('Total size')]: [0.51, 0.5, 0.47],
      [panel('Requests')]: [0.02, 0.84, 0.47],
      [panel('Object-store reads')]: [0.51, 0.84, 0.47],
      [panel('Latency of image reads')]: [0.02, 1.17, 0.47],
    },
    phone: {
      ...ON_PHONE,
      [panel('Nodes')]: [0.04, 0.2, 0.92],
      [panel('Hit rate and miss rate')]: [0.04, 0.52, 0.92],
      [panel('Items')]: [0.04, 0.85, 0.92],
    },
  },
  scaling: {
    desktop: {
      ...ON_DESKTOP,
      [panel('Mode and scaling policy')]: [0.02, 0.15, 0.33],
      [panel('Miss rate')]: [0.36, 0.15, 0.3],
      [panel('Nodes')]: [0.68, 0.15, 0.3],
      [panel('Decisions')]: [0.36, 0.54, 0.62],
    },
    phone: {
      ...ON_PHONE,
      [panel('Miss rate')]: [0.04, 0.14, 0.92],
      [panel('Nodes')]: [0.04, 0.5, 0.92],
      [panel('Mode and scaling policy')]: [0.04, 0.86, 0.92],
    },
  },
  settings: {
    desktop: {
      ...ON_DESKTOP,
      [panel('Cache configuration')]: [0.02, 0.15, 0.84],
      [panel('Clear the cache')]: [0.02, 0.89, 0.84],
      [panel('Tokens')]: [0.02, 1.06, 0.84],
    },
    phone: { ...ON_PHONE, [panel('Cache configuration')]: [0.04, 0.14, 0.92] },
  },
  nowhere: {
    desktop: { ...ON_DESKTOP, 'role=heading': [0.43, 0.19, 0.15] },
    phone: { ...ON_PHONE, 'role=heading': [0.26, 0.18, 0.48] },
  },
  'sign-in': {
    desktop: { 'role=heading': [0.38, 0.32, 0.25], form: [0.38, 0.47, 0.25] },
    phone: { 'role=heading': [0.11, 0.33, 0.79], form: [0.11, 0.47, 0.79] },
  },
} satisfies Record<string, { desktop: Layout; phone: Layout }>;

/** What does not lie where it was drawn, in words. */
export async function misplaced(page: Page, layout: Layout): Promise<string[]> {
  const window = page.viewportSize()!;
  const faults: string[] = [];
  for (const [selector, drawn] of Object.entries(layout)) {
    const box = await page.locator(selector).first().boundingBox();
    const place = box && [box.x / window.width, box.y / window.height, box.width / window.width];
    if (!place) faults.push(`${selector} is not there`);
    else if (place.some((share, side) => Math.abs(share - drawn[side]!) > SLACK[side]!))
      faults.push(`${selector} is at ${place.map((share) => share.toFixed(2)).join()}, not ${drawn.join()}`);
  }
  return faults;
}
