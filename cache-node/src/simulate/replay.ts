import { createPolicy, type PolicyName } from '../policies/policies.ts';
import { type Policy, PolicyEntry } from '../policies/policy.ts';
import type { Access } from './trace.ts';

/** What became of a trace under one policy and capacity. */
export interface ReplayResult {
  policy: PolicyName;
  capacityBytes: number;
  requests: number;
  misses: number;
  bytes: number;
  missedBytes: number;
}

/**
 * A cache without values: every access is a read, a miss is followed by a write of what was missed. An entry costs what the trace
 * says, without overhead, and keeps the size that it was inserted with. What is larger than the capacity is never inserted.
 */
export class Replay {
  readonly #entries = new Map<string, Entry>();
  readonly #policy: Policy<Entry>;
  readonly #result: ReplayResult;

  constructor(policy: PolicyName, capacityBytes: number, random: () => number) {
    this.#policy = createPolicy<Entry>(policy, { capacityBytes, random });
    this.#result = { policy, capacityBytes, requests: 0, misses: 0, bytes: 0, missedBytes: 0 };
  }

  get result(): Readonly<ReplayResult> {
    return this.#result;
  }

  access(access: Access): void {
    this.#result.requests++;
    this.#result.bytes += access.sizeBytes;
    const entry = this.#entries.get(access.key);
    if (entry !== undefined) {
      this.#policy.hit(entry);
    } else {
      this.#result.misses++;
      this.#result.missedBytes += access.sizeBytes;
      if (access.sizeBytes <= this.#result.capacityBytes) this.#insert(access);
    }
  }

  #insert(access: Access): void {
    while (this.#policy.sizeBytes + access.sizeBytes > this.#result.capacityBytes) {
      const evicted = this.#policy.evict(access);
      if (evicted !== undefined) this.#entries.delete(evicted.key);
    }
    const entry = new Entry(access.key, access.sizeBytes);
    this.#entries.set(access.key, entry);
    this.#policy.insert(entry);
  }
}

class Entry extends PolicyEntry {}
