import type { CacheNode } from '../cache-node.ts';

/** What `stats conns` shows: one group per open connection. */
export function connectionStats(node: CacheNode): [string, string | number][] {
  return node.connections
    .describe()
    .flatMap(({ id, address, listenAddress, state, idleSeconds }) => [
      [`${id}:addr`, address] as [string, string],
      ...(listenAddress === undefined ? [] : [[`${id}:listen_addr`, listenAddress] as [string, string]]),
      [`${id}:state`, state] as [string, string],
      [`${id}:secs_since_last_cmd`, idleSeconds] as [string, number],
    ]);
}
