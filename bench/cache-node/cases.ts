/** One comparison. `atLeast` is the share of memcached's speed that we want to reach. */
export interface Case {
  readonly name: string;
  readonly request: 'get' | 'mg' | 'set' | 'evict';
  readonly valueBytes: number;
  readonly connections: number;
  readonly depth: number;
  readonly keys: number;
  readonly atLeast?: number;
}

const sizes = [
  { label: '100 B', valueBytes: 100, keys: 2000, atLeast: 0.8 },
  { label: '10 kB', valueBytes: 10_000, keys: 2000, atLeast: 0.8 },
  { label: '100 kB', valueBytes: 100_000, keys: 1000, atLeast: 0.95 },
  { label: '1 MB', valueBytes: 1_000_000, keys: 100, atLeast: 1 },
];

const pipelined = { valueBytes: 100, connections: 32, depth: 32, keys: 2000, atLeast: 6 };

export const cases: readonly Case[] = [
  ...(['get', 'mg'] as const).flatMap((request) =>
    sizes.map(({ label, ...size }) => ({
      name: `${request} ${label}`,
      request,
      connections: 32,
      depth: 1,
      ...size,
    })),
  ),
  { name: 'get 100 B, 32 at a time', request: 'get', ...pipelined },
  { name: 'mg 100 B, 32 at a time', request: 'mg', ...pipelined },
  {
    name: 'set 100 kB',
    request: 'set',
    valueBytes: 100_000,
    connections: 8,
    depth: 1,
    keys: 2000,
    atLeast: 0.9,
  },
  { name: 'evicting 100 kB', request: 'evict', valueBytes: 100_000, connections: 16, depth: 1, keys: 3000 },
];
