import { Arc } from './arc.ts';
import { Clock } from './clock.ts';
import { Fifo } from './fifo.ts';
import { Lfu } from './lfu.ts';
import { Lru } from './lru.ts';
import type { Policy, PolicyEntry } from './policy.ts';
import { Random } from './random.ts';
import { S3Fifo } from './s3-fifo.ts';
import { Sieve } from './sieve.ts';
import { WTinyLfu } from './w-tinylfu.ts';

/** What a policy may need to begin with. `random` gives numbers from 0 up to, not including, 1. */
export interface PolicyOptions {
  capacityBytes: number;
  random: () => number;
}

export const policyNames = [
  'lru',
  'random',
  'fifo',
  'clock',
  'lfu',
  'sieve',
  's3-fifo',
  'w-tinylfu',
  'arc',
] as const;

export type PolicyName = (typeof policyNames)[number];

export function isPolicyName(name: string): name is PolicyName {
  return (policyNames as readonly string[]).includes(name);
}

export function createPolicy<E extends PolicyEntry>(name: PolicyName, options: PolicyOptions): Policy<E> {
  return new constructors[name]<E>(options);
}

type PolicyConstructor = new <E extends PolicyEntry>(options: PolicyOptions) => Policy<E>;

const constructors: Record<PolicyName, PolicyConstructor> = {
  lru: Lru,
  random: Random,
  fifo: Fifo,
  clock: Clock,
  lfu: Lfu,
  sieve: Sieve,
  's3-fifo': S3Fifo,
  'w-tinylfu': WTinyLfu,
  arc: Arc,
};
