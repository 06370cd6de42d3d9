import { beforeEach, describe, expect, test } from 'vitest';
import { Replay } from '../simulate/replay.ts';
import { seededRandom } from '../simulate/seeded-random.ts';
import { syntheticNames, type SyntheticName, synthesize } from '../simulate/synthetic.ts';
import { Handover } from './handover.ts';
import { createPolicy, type PolicyName, policyNames } from './policies.ts';
import { type Policy, PolicyEntry } from './policy.ts';

/** Misses of 50,000 requests to 5,000 keys, seed 1, at 20 MB. */
export type PinnedMisses = Record<SyntheticName, number>;

/** The behaviour that every policy must show, and the misses that are this one's own. */
export function describePolicy(name: PolicyName, pinned: PinnedMisses): void {
  describe(name, () => {
    let holder: Holder;

    beforeEach(() => {
      holder = new Holder(name, 10_000);
    });

    test('goes by its name and begins empty', () => {
      expect(holder.policy.name).toBe(name);
      expect(holder.policy.evict()).toBeUndefined();
      expect(holder.policy.evict({ key: 'new', sizeBytes: 1 })).toBeUndefined();
      holder.checkInvariants();
    });

    test('balances bytes through inserts, resizes and removals', () => {
      const [first, second] = [holder.set('first', 100), holder.set('second', 200)];
      expect(holder.policy.sizeBytes).toBe(300);
      holder.policy.resize(first, 50);
      expect(first.sizeBytes).toBe(50);
      expect(holder.policy.sizeBytes).toBe(250);
      holder.remove(second);
      expect(holder.policy.sizeBytes).toBe(50);
      holder.remove(first);
      holder.checkInvariants();
    });

    test('gives up everything that it holds, each entry once', () => {
      for (let index = 0; index < 200; index++) holder.set(`key-${index}`, 1 + (index % 40));
      const count = holder.policy.count;
      for (let evicted = 0; evicted < count; evicted++) holder.evict();
      expect(holder.policy.evict()).toBeUndefined();
      expect(holder.policy.count).toBe(0);
      holder.checkInvariants();
    });

    test('takes an entry of exactly the capacity', () => {
      for (let index = 0; index < 100; index++) holder.set(`key-${index}`, 100);
      holder.set('large', 10_000);
      expect(holder.listed().map((entry) => entry.key)).toEqual(['large']);
      holder.set('small', 1);
      expect(holder.listed().map((entry) => entry.key)).toEqual(['small']);
    });

    test('shrinks and grows with the capacity', () => {
      for (let index = 0; index < 2000; index++) holder.access(`key-${index % 130}`, 100);
      holder.setCapacity(1_000);
      expect(holder.policy.sizeBytes).toBeLessThanOrEqual(1_000);
      for (let index = 0; index < 2000; index++) holder.access(`key-${index % 13}`, 100);
      holder.checkInvariants();
      holder.setCapacity(20_000);
      for (let index = 0; index < 2000; index++) holder.access(`key-${index % 200}`, 100);
      expect(holder.policy.count).toBe(200);
      holder.checkInvariants();
    });

    test('stays whole through 100,000 random operations', () => {
      const random = seededRandom(7);
      for (let operation = 1; operation <= 100_000; operation++) {
        holder.doAnything(random);
        if (operation % 2000 === 0) holder.checkInvariants();
      }
    });

    test('lists every entry that stays, in pieces between other operations', () => {
      for (let index = 0; index < 60; index++) holder.access(`stays-${index}`, 100);
      for (let index = 0; index < 30; index++) holder.access(`goes-${index}`, 100);
      for (let index = 0; index < 90; index += 7) holder.access(`stays-${index % 60}`, 100);
      const seen = new Set<string>();
      let index = 0;
      for (const entry of holder.policy.walk()) {
        if (entry === undefined) continue;
        expect(holder.entries.get(entry.key)).toBe(entry);
        seen.add(entry.key);
        const gone = holder.entries.get(`goes-${index}`);
        if (gone !== undefined) holder.remove(gone);
        if (index < 20) holder.access(`comes-${index}`, 10);
        index++;
      }
      for (let kept = 0; kept < 60; kept++) expect(seen).toContain(`stays-${kept}`);
    });

    test('a hit touches as few entries among a million as among a hundred', () => {
      const few = touchesPerHit(name, 100);
      const many = touchesPerHit(name, 1_000_000);
      expect(Math.max(...many)).toBeLessThanOrEqual(Math.max(...few, 8));
    });

    test.each(policyNames.filter((other) => other !== name))('hands its entries over to %s', (other) => {
      const random = seededRandom(3);
      for (let operation = 0; operation < 3000; operation++) holder.doAnything(random);
      const before = holder.listed();
      holder.migrateTo(other);
      holder.checkInvariants();
      const after = holder.listed();
      expect(after).toHaveLength(before.length);
      if (other === 'lru') expect(after.every((entry, index) => entry === before[index])).toBe(true);
      for (let operation = 0; operation < 3000; operation++) holder.doAnything(random);
      holder.checkInvariants();
    });

    test.each(policyNames.filter((other) => other !== name))('hands over to %s while it is used', (other) => {
      const random = seededRandom(5);
      for (let operation = 0; operation < 3000; operation++) holder.doAnything(random);
      holder.migrateTo(other, () => {
        holder.checkInvariants();
        for (let operation = 0; operation < 20; operation++) holder.doAnything(random);
      });
      holder.checkInvariants();
      for (let operation = 0; operation < 1000; operation++) holder.doAnything(random);
      holder.checkInvariants();
    });

    test.each(syntheticNames)('misses what it has always missed: %s', (trace) => {
      const replay = new Replay(name, 20_000_000, seededRandom(1));
      for (const accesses of synthesize(trace, { requests: 50_000, keys: 5_000, seed: 1 })) {
        for (const access of accesses) replay.access(access);
      }
      expect(replay.result.misses).toBe(pinned[trace]);
    });
  });
}

class Entry extends PolicyEntry {}

/** A cache around the policy that knows itself what should be in it. */
class Holder {
  readonly entries = new Map<string, Entry>();
  policy: Policy<Entry>;
  #capacityBytes: number;

  constructor(name: PolicyName, capacityBytes: number) {
    this.#capacityBytes = capacityBytes;
    this.policy = createPolicy<Entry>(name, { capacityBytes, random: seededRandom(1) });
  }

  /** A read that stores what it misses. */
  access(key: string, sizeBytes: number): void {
    const entry = this.entries.get(key);
    if (entry === undefined) this.set(key, sizeBytes);
    else this.policy.hit(entry);
  }

  set(key: string, sizeBytes: number): Entry {
    while (this.policy.sizeBytes + sizeBytes > this.#capacityBytes) this.evict({ key, sizeBytes });
    const entry = new Entry(key, sizeBytes);
    this.entries.set(key, entry);
    this.policy.insert(entry);
    return entry;
  }

  evict(incoming?: { key: string; sizeBytes: number }): void {
    const evicted = this.policy.evict(incoming);
    if (evicted === undefined || this.entries.get(evicted.key) !== evicted)
      expect.fail('evicts only what it holds');
    if (evicted.list ?? evicted.previous ?? evicted.next) expect.fail('an evicted entry is on its own');
    this.entries.delete(evicted.key);
  }

  remove(entry: Entry): void {
    this.policy.remove(entry);
    if (entry.list ?? entry.previous ?? entry.next) expect.fail('a removed entry is on its own');
    this.entries.delete(entry.key);
  }

  setCapacity(capacityBytes: number): void {
    this.#capacityBytes = capacityBytes;
    this.policy.setCapacity(capacityBytes);
    while (this.policy.sizeBytes > capacityBytes) this.evict();
  }

  migrateTo(name: PolicyName, between: () => void = () => {}): void {
    const from = this.policy;
    const to = createPolicy<Entry>(name, { capacityBytes: this.#capacityBytes, random: seededRandom(2) });
    const handover = new Handover(from, to);
    this.policy = handover;
    while (!handover.isComplete) {
      handover.step(10);
      between();
    }
    expect(from.count).toBe(0);
    this.policy = to;
  }

  doAnything(random: () => number): void {
    const kind = random();
    const key = `key-${Math.floor(random() ** 2 * 1000)}`;
    const entry = this.entries.get(key);
    if (kind < 0.001) this.setCapacity(1_000 + Math.floor(random() * 19_000));
    else if (kind < 0.002) this.evict(undefined);
    else if (entry === undefined) this.set(key, Math.floor(random() * 200));
    else if (kind < 0.05) this.remove(entry);
    else if (kind < 0.1) this.policy.resize(entry, Math.floor(random() * entry.sizeBytes));
    else this.policy.hit(entry);
    if (this.policy.count !== this.entries.size) expect.fail('counts what it holds');
  }

  /** From most to least valuable. */
  listed(): Entry[] {
    return [...this.policy.walk()].filter((entry) => entry !== undefined);
  }

  checkInvariants(): void {
    const listed = this.listed();
    expect(listed).toHaveLength(this.entries.size);
    expect(new Set(listed).size).toBe(listed.length);
    expect(listed.every((entry) => this.entries.get(entry.key) === entry)).toBe(true);
    expect(this.policy.count).toBe(listed.length);
    expect(this.policy.sizeBytes).toBe(listed.reduce((sum, entry) => sum + entry.sizeBytes, 0));
    expect(this.policy.sizeBytes).toBeLessThanOrEqual(this.#capacityBytes);
    for (const entry of listed) {
      const { previous, next, list } = entry;
      if (previous !== undefined && (previous.next !== entry || previous.list !== list))
        expect.fail('links lead back');
      if (next !== undefined && (next.previous !== entry || next.list !== list))
        expect.fail('links lead back');
    }
  }
}

/** How many times each of some hits reads or writes a watched entry: a hundred, spread evenly over all. */
function touchesPerHit(name: PolicyName, count: number): number[] {
  const policy = createPolicy<Entry>(name, { capacityBytes: count, random: seededRandom(1) });
  const watched: Entry[] = [];
  let touches = 0;
  for (let index = 0; index < count; index++) {
    const entry = new Entry(`key-${index}`, 1);
    policy.insert(entry);
    if (index % (count / 100) === 0) watched.push(entry);
  }
  const evicted = policy.evict();
  if (evicted !== undefined && watched.includes(evicted)) watched.splice(watched.indexOf(evicted), 1);
  for (const entry of watched) watch(entry, () => touches++);
  return [...watched, ...watched].map((entry) => {
    touches = 0;
    policy.hit(entry);
    return touches;
  });
}

function watch(entry: Entry, touched: () => void): void {
  for (const field of ['previous', 'next'] as const) {
    let value = entry[field];
    Object.defineProperty(entry, field, {
      get: () => (touched(), value),
      set: (changed: Entry | undefined) => (touched(), (value = changed)),
    });
  }
}
