import type { CacheConfig } from '../state/pool-state.ts';

export interface NodeArguments {
  /** The flags that say where it listens, and to whom. */
  readonly listen: readonly string[];
  readonly config: CacheConfig;
  /** The largest entry that the node must take. */
  readonly maxEntryMiB: number;
  /** The node ends by itself when nobody has been connected to it for so long. */
  readonly orphanTimeoutSeconds: number;
  /** Lines of `name:password`: whom the node serves. Unless given, everybody who can reach it. */
  readonly secretFile?: string | undefined;
}

/** The most that a node lets itself be launched with. */
const MAX_MEMORY_MIB = 65_536;
const MAX_ENTRY_MIB = 1_024;

/**
 * The arguments of a node. The bound of its entries is for ever, and at most half of its memory at the launch: where the capacity
 * is less, it is launched with enough memory for the bound, and told its capacity (`cache_memlimit`) before it joins. It then takes no
 * entry of more than half of that, until it is made larger.
 */
export function nodeArguments({
  listen,
  config,
  maxEntryMiB,
  orphanTimeoutSeconds,
  secretFile,
}: NodeArguments): string[] {
  const entryMiB = Math.min(maxEntryMiB, MAX_ENTRY_MIB);
  const memoryMiB = Math.min(Math.max(config.capacityMiB, 2 * entryMiB), MAX_MEMORY_MIB);
  return [
    ...listen,
    ...['-m', `${memoryMiB}`],
    ...['-I', `${entryMiB}m`],
    ...['--policy', config.evictionPolicy],
    ...['-o', `orphan_timeout=${orphanTimeoutSeconds}`],
    ...(secretFile === undefined ? [] : ['-Y', secretFile]),
  ];
}
