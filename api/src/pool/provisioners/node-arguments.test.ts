import { expect, it } from 'vitest';
import { nodeArguments } from './node-arguments.ts';

it.each([
  ['with its capacity', 256, 33, '-m 256 -I 33m'],
  ['with twice the largest entry, where its capacity is less', 16, 33, '-m 66 -I 33m'],
  ['with what a node can be launched with at most', 1_048_576, 1_025, '-m 65536 -I 1024m'],
])('a node is launched %s', (_, capacityMiB, maxEntryMiB, memory) => {
  const config = { capacityMiB, evictionPolicy: 'w-tinylfu', copyLimitMiBps: 50, version: 3 } as const;
  const listen = ['-s', '/run/a b.sock'];
  expect(nodeArguments({ listen, config, maxEntryMiB, orphanTimeoutSeconds: 60 }).join(' ')).toBe(
    `-s /run/a b.sock ${memory} --policy w-tinylfu -o orphan_timeout=60`,
  );
});
