import type { BodyBudget } from './body-budget.ts';
import type { EntryHeader } from './entry.ts';
import type { NodeClient } from './node-client.ts';

/** An entry in memory, charged to the budget. */
export interface WholeEntry {
  readonly header: EntryHeader;
  readonly bytes: Buffer;
}

/**
 * Reads all of an entry from a node, without a lease. A node can't be told to wait, so there has to be memory for all of it.
 * Undefined if the node has none, fails, or the budget is used up.
 */
export async function readWholeEntry(
  node: NodeClient,
  name: string,
  budget: BodyBudget,
): Promise<WholeEntry | undefined> {
  return await new Promise((resolve) => {
    let entry: WholeEntry | undefined;
    let filledBytes = 0;
    node.peek(name, {
      hit(header, sizeBytes) {
        if (budget.tryTake(sizeBytes)) entry = { header, bytes: Buffer.allocUnsafeSlow(sizeBytes) };
      },
      payload(bytes) {
        if (entry !== undefined) filledBytes += bytes.copy(entry.bytes, filledBytes);
      },
      end: () => resolve(entry),
      miss: () => resolve(undefined),
      broken() {
        if (entry !== undefined) budget.give(entry.bytes.length);
        resolve(undefined);
      },
    });
  });
}
