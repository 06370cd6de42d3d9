import type { Pool } from './use-pool.ts';

export type CacheNode = Pool['nodes'][number];

/** A node's numbers as the screen needs them; undefined where there is no data, which is not 0. */
export interface NodeFigures {
  readonly items: number | undefined;
  readonly bytes: number | undefined;
  readonly capacityBytes: number | undefined;
  /** Reads answered from memory of all reads since the node's start, 0 to 1. */
  readonly hitRate: number | undefined;
}

export function nodeFigures(node: CacheNode): NodeFigures {
  return {
    items: node.items ?? undefined,
    bytes: node.bytes ?? undefined,
    capacityBytes: node.capacityBytes ?? undefined,
    hitRate: rate(node.hits ?? 0, node.misses ?? 0),
  };
}

/** The pool as one: sums over the nodes that answer, the hit rate from the sums. */
export function poolFigures(nodes: readonly CacheNode[]): NodeFigures {
  const answering = nodes.filter((node) => node.items !== null);
  const sum = (of: (node: CacheNode) => number | null): number =>
    answering.reduce((total, node) => total + (of(node) ?? 0), 0);
  if (answering.length === 0)
    return { items: undefined, bytes: undefined, capacityBytes: undefined, hitRate: undefined };
  return {
    items: sum((node) => node.items),
    bytes: sum((node) => node.bytes),
    capacityBytes: sum((node) => node.capacityBytes),
    hitRate: rate(
      sum((node) => node.hits),
      sum((node) => node.misses),
    ),
  };
}

/** What tells that the settings may have to be asked for again: the pool without its counters. */
export function poolSign(pool: Pool | undefined): string {
  if (!pool) return '';
  const nodes = pool.nodes.map(({ id, state, capacityBytes, evictionPolicy }) => [
    id,
    state,
    capacityBytes,
    evictionPolicy,
  ]);
  return JSON.stringify([pool.mode, pool.history[0]?.id, nodes]);
}

function rate(hits: number, misses: number): number | undefined {
  return hits + misses === 0 ? undefined : hits / (hits + misses);
}
