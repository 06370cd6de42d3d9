import type { WarmingTask } from '../src/pool/warming/warming.ts';
import { PoolWarmer } from '../src/pool/warming/pool-warmer.ts';
import { Ring } from '../src/pool/routing/ring.ts';
import { bytesOf, nameOf, type NodeCommand, put, type RunningWarmNode, WarmNodes } from './warm-nodes.ts';

export interface FillOptions {
  readonly size: number;
  readonly members?: number;
  readonly count?: number;
  readonly command?: NodeCommand;
  readonly capacityMiB?: number;
}

export const LOG = { warn: (): void => {} };

/** Nodes whose entries lie at their owners by the ring of the first `members` of them. */
export async function openFilledNodes(
  { size, members = size, count = 3_000, ...options }: FillOptions,
  sizeOf = (i: number): number => 100 + ((i * 7_919) % 9_000),
): Promise<{ nodes: WarmNodes; names: string[] }> {
  const nodes = await WarmNodes.open();
  try {
    await nodes.grow(size, options);
    const ring = ringOf(members);
    const names = Array.from({ length: count }, (_, i) => nameOf(i));
    const putOne = (name: string, i: number) =>
      put(nodes.ownerOf(ring, name).client, name, bytesOf(name, sizeOf(i)), 1 + (i % 4));
    await Promise.all(names.map(putOne));
    return { nodes, names };
  } catch (error) {
    await nodes.close();
    throw error;
  }
}

export function taskFor(
  nodes: WarmNodes,
  members: readonly string[],
  more: Partial<WarmingTask> = {},
): WarmingTask {
  return {
    members,
    nodes: nodes.nodes,
    limitMiBps: () => Infinity,
    onProgress: () => {},
    signal: new AbortController().signal,
    ...more,
  };
}

export function warmer({ silenceMs = 20_000, releaseMs = 20_000 } = {}): PoolWarmer {
  return new PoolWarmer({ mayBeRead: () => true, log: LOG, silenceMs, releaseMs });
}

export function ringOf(size: number): Ring {
  return new Ring(Array.from({ length: size }, (_, slot) => `node-${slot}`));
}

export function namesOwnedBy(ring: Ring, names: readonly string[], label: string): string[] {
  return names.filter((name) => ring.owner(name.slice(0, 32)) === label);
}

/** How many of the entries the node holds. */
export async function countOf({ client }: RunningWarmNode, names: readonly string[]): Promise<number> {
  const replies = await Promise.all(names.map((name) => client.ask(`mg ${name} u s\r\n`)));
  return replies.filter((reply) => reply.startsWith('HD') && reply !== 'HD s0').length;
}
