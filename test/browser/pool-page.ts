import type { Locator, Page } from 'playwright-core';
import { query } from '../client.ts';
import { eventually } from './browser.ts';

/** The panel with the given heading. */
export function panel(page: Page, name: string): Locator {
  return page.getByRole('region', { name, exact: true });
}

/** Cards of the nodes that are in a state. */
export function nodesIn(page: Page, state: string): Locator {
  return page.getByRole('list', { name: 'Nodes' }).locator(`[data-state="${state}"]`);
}

/** Waits until the page says that it is told of changes. */
export async function untilLive(page: Page): Promise<void> {
  await page.getByRole('status').getByText('Live', { exact: true }).waitFor();
}

/** Gives the size to a person, sets it, and waits until nothing is under way. */
export async function settle(url: string, size: number): Promise<void> {
  await query(url, 'mutation { setPoolMode(input: { mode: MANUAL }) { mode } }');
  const text = '{ pool { desiredSize resize { id } queuedResizes { id } nodes { state } } }';
  const resize = 'mutation ($size: Int!) { resizePool(size: $size) { desiredSize } }';
  await query(url, resize, { size });
  await eventually(async () => {
    const { data } = await query<{
      pool: { desiredSize: number; resize: unknown; queuedResizes: unknown[]; nodes: { state: string }[] };
    }>(url, text);
    if (!data) return undefined;
    const { desiredSize, resize, queuedResizes, nodes } = data.pool;
    const readyCount = nodes.filter(({ state }) => state === 'READY').length;
    return { desiredSize, readyCount, isCalm: resize === null && queuedResizes.length === 0 };
  }).toEqual({ desiredSize: size, readyCount: size, isCalm: true });
}
