import { CopyConnection } from './copy-connection.ts';
import type { CopySource } from './copy-entry.ts';
import type { WarmingNode } from './warming.ts';
import type { NodeSecret } from '../nodes/introduction.ts';

/** A node as a pass knows it: connections of its own, on which no reader waits. */
export interface WarmNode extends CopySource, WarmingNode {
  readonly writing: CopyConnection;
  readonly capacityBytes: number;
  /** Seconds since 1970 by the node's clock, when it was connected to. Ages of entries are counted from then. */
  readonly openedAt: number;
}

/** @throws the reason when the node can't be connected to or does not answer */
export async function openWarmNode(
  { label, address }: WarmingNode,
  {
    silenceMs,
    secret,
    mayBeRead,
  }: {
    silenceMs: number;
    secret?: NodeSecret | undefined;
    mayBeRead: (label: string, name: string) => boolean;
  },
): Promise<WarmNode> {
  const [reading, writing] = await openBoth(address, silenceMs, secret);
  try {
    const lines = await writing.askForLines('stats\r\n', (line) => line === 'END');
    const stats = new Map(lines.map((line) => line.split(' ').slice(1, 3) as [string, string]));
    return {
      label,
      address,
      reading,
      writing,
      mayBeRead: (name) => mayBeRead(label, name),
      capacityBytes: Number(stats.get('limit_maxbytes') ?? 0),
      openedAt: Number(stats.get('time') ?? 0),
    };
  } catch (error) {
    for (const connection of [reading, writing]) connection.close(error as Error);
    throw error;
  }
}

async function openBoth(
  address: string,
  silenceMs: number,
  secret: NodeSecret | undefined,
): Promise<[CopyConnection, CopyConnection]> {
  const reading = await CopyConnection.open(address, silenceMs, secret);
  try {
    return [reading, await CopyConnection.open(address, silenceMs, secret)];
  } catch (error) {
    reading.close(error as Error);
    throw error;
  }
}
