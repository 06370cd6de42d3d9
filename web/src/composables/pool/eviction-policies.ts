import type { EvictionPolicy } from '../../graphql/generated/graphql.ts';

/** An eviction policy for a person who has to choose; after cache-node/POLICIES.md. */
export interface EvictionPolicyFacts {
  readonly value: EvictionPolicy;
  readonly name: string;
  /** When to choose it, in one line. */
  readonly advice: string;
}

export const EVICTION_POLICIES: readonly EvictionPolicyFacts[] = [
  {
    value: 'S3_FIFO',
    name: 'S3-FIFO',
    advice: 'When you don’t know yet: best or nearly best on every kind of traffic.',
  },
  {
    value: 'SIEVE',
    name: 'SIEVE',
    advice: 'When you want the simplest of the good ones; scans go straight through.',
  },
  {
    value: 'W_TINYLFU',
    name: 'W-TinyLFU',
    advice: 'When popularity lasts, and a node holds a large part of what is popular.',
  },
  {
    value: 'ARC',
    name: 'ARC',
    advice: 'When you have scans and changing tastes, and images of similar size.',
  },
  {
    value: 'LRU',
    name: 'LRU',
    advice: 'When you want to predict what happens. Scans and crawlers push everything out.',
  },
  { value: 'CLOCK', name: 'CLOCK', advice: 'When you want LRU at the price of one bit per hit.' },
  { value: 'LFU', name: 'LFU', advice: 'When popularity never changes. What was popular once never leaves.' },
  { value: 'FIFO', name: 'FIFO', advice: 'When entries are equally useful for a fixed time.' },
  { value: 'RANDOM', name: 'Random', advice: 'As a yardstick: what does worse than this is harmful.' },
];

export function policyFacts(policy: EvictionPolicy): EvictionPolicyFacts {
  return EVICTION_POLICIES.find(({ value }) => value === policy)!;
}
