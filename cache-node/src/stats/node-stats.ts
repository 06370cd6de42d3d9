import type { CacheNode } from '../cache-node.ts';

/** What `stats node` shows: what memcached has no names for. */
export function nodeStats({ cache, config }: CacheNode): [string, string | number][] {
  const { rss, heapUsed } = process.memoryUsage();
  return [
    ['policy', cache.policyName],
    ['max_items', config.maxItems ?? 0],
    ['capacity_bytes', cache.capacityBytes],
    ['cost_bytes', cache.sizeBytes],
    ['payload_bytes', cache.payloadBytes],
    ['arena_committed_bytes', cache.arena.committedBytes],
    ['arena_used_bytes', cache.arena.usedBytes],
    ['heap_used_bytes', heapUsed],
    ['resident_bytes', rss],
  ];
}
