import { expect, test } from 'vitest';
import { isPolicyName, type PolicyName, policyNames } from './policies.ts';
import { describePolicy, type PinnedMisses } from './policy.suite.ts';

const pinnedMisses: Record<PolicyName, PinnedMisses> = {
  lru: { scans: 18_533, drift: 17_916, images: 37_194 },
  random: { scans: 20_562, drift: 20_223, images: 38_944 },
  fifo: { scans: 20_581, drift: 19_937, images: 38_839 },
  clock: { scans: 18_032, drift: 17_456, images: 36_632 },
  lfu: { scans: 16_027, drift: 24_488, images: 32_458 },
  sieve: { scans: 16_027, drift: 17_033, images: 32_451 },
  's3-fifo': { scans: 15_977, drift: 16_325, images: 31_822 },
  'w-tinylfu': { scans: 15_632, drift: 17_342, images: 31_906 },
  arc: { scans: 16_376, drift: 16_743, images: 33_106 },
};

for (const name of policyNames) describePolicy(name, pinnedMisses[name]);

test('a policy is known by its exact name', () => {
  expect(policyNames.every(isPolicyName)).toBe(true);
  expect(isPolicyName('LRU')).toBe(false);
  expect(isPolicyName('toString')).toBe(false);
});
