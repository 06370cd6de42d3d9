import { Lru } from './lru.ts';
import type { Policy, PolicyEntry } from './policy.ts';

/** What a policy may need to begin with. `random` gives numbers from 0 up to, not including, 1. */
export interface PolicyOptions {
  capacityBytes: number;
  random: () => number;
}

export const policyNames = ['lru'] as const;

export type PolicyName = (typeof policyNames)[number];

export function isPolicyName(name: string): name is PolicyName {
  return (policyNames as readonly string[]).includes(name);
}

export function createPolicy<E extends PolicyEntry>(name: PolicyName, options: PolicyOptions): Policy<E> {
  return new constructors[name]<E>(options);
}

/**
 * Hands all entries of one policy to another, which is empty, so that it values them in the same order. Takes time in proportion
 * to their number; if the new capacity is smaller, call `evict` until they fit.
 */
export function migrate<E extends PolicyEntry>(from: Policy<E>, to: Policy<E>): void {
  const entries = [...from.entries()];
  for (const entry of entries) from.remove(entry);
  for (const entry of entries.reverse()) to.insert(entry);
}

type PolicyConstructor = new <E extends PolicyEntry>(options: PolicyOptions) => Policy<E>;

const constructors: Record<PolicyName, PolicyConstructor> = {
  lru: Lru,
};
