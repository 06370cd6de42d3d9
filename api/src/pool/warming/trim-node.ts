import { CopyConnection } from './copy-connection.ts';
import type { CopyClock } from './copy-limit.ts';
import { listEntries } from './entry-listing.ts';
import { Ring } from '../routing/ring.ts';
import type { WarmingNode } from './warming.ts';
import type { NodeSecret } from '../nodes/introduction.ts';

export interface TrimNodeOptions {
  readonly members: readonly string[];
  readonly signal: AbortSignal;
  readonly silenceMs: number;
  readonly secret?: NodeSecret | undefined;
  readonly clock: CopyClock;
}

const BATCH_NAMES = 500;
/** So that the node's readers hardly notice. */
const PAUSE_MS = 5;

/**
 * Deletes at a node the entries that it does not own.
 * @throws what broke the connection, or the signal's reason when it aborts
 */
export async function trimNode(
  { label, address }: WarmingNode,
  { members, signal, silenceMs, secret, clock }: TrimNodeOptions,
): Promise<void> {
  const ring = new Ring(members);
  if (members.length === 0) return;
  const connection = await CopyConnection.open(address, silenceMs, secret);
  const trim = async (names: readonly string[]): Promise<void> => {
    const commands = names.map((name) => `md ${name} q\r\n`).join('');
    await connection.askForLines(`${commands}mn\r\n`, (line) => line === 'MN');
    await clock.sleep(PAUSE_MS, signal);
  };
  try {
    let names: string[] = [];
    for await (const entries of listEntries(address, { silenceMs, secret, signal })) {
      names.push(...entries.filter(({ keyHash }) => ring.owner(keyHash) !== label).map(({ name }) => name));
      for (; names.length >= BATCH_NAMES; names = names.slice(BATCH_NAMES))
        await trim(names.slice(0, BATCH_NAMES));
    }
    await trim(names);
  } finally {
    connection.close(new Error('The node is trimmed.'));
  }
}
