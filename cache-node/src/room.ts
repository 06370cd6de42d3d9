import { costBytes, type Entry } from './entry.ts';
import { Arena } from './memory/arena.ts';
import { Value } from './memory/value.ts';
import { Handover } from './policies/handover.ts';
import { createPolicy, type PolicyName } from './policies/policies.ts';
import type { Incoming, Policy } from './policies/policy.ts';

export interface RoomOptions {
  capacityBytes: number;
  policy: PolicyName;
  /** A cap by count; without one only bytes count. */
  maxItems: number | undefined;
  /** Without evictions a full node refuses to store. */
  canEvict: boolean;
  random: () => number;
}

/** What `settle` does in one go. */
const ENTRIES_PER_STEP = 1000;

/**
 * The room that entries take: the memory they live in, the limits, and the policy that says who goes when there is too little. With
 * a cap by count the policy counts entries, each as 1, as in its paper; otherwise what they cost in bytes.
 *
 * A smaller capacity and another policy come into force piece by piece: call `settle` until it returns false.
 */
export class Room {
  readonly arena: Arena;
  readonly #options: RoomOptions;
  readonly #onEvicted: (entry: Entry) => void;
  #policy: Policy<Entry>;
  #handover: Handover<Entry> | undefined;
  /** What the policy is to be after the one that is being changed to. */
  #wantedPolicy: PolicyName | undefined;
  #capacityBytes: number;
  /** What may be used at the moment: after the capacity has become less, it goes down to that as entries go. */
  #limitBytes: number;
  #entryBytes = 0;
  #reservedBytes = 0;
  /** How many of the reservations are for keys that were not there. */
  #newCount = 0;

  /** `onEvicted` is told of each entry that goes; its memory is still there then. */
  constructor(options: RoomOptions, onEvicted: (entry: Entry) => void) {
    this.#options = options;
    this.#onEvicted = onEvicted;
    this.#capacityBytes = options.capacityBytes;
    this.#limitBytes = options.capacityBytes;
    this.arena = new Arena(options.capacityBytes);
    this.#policy = this.#createPolicy(options.policy);
  }

  get capacityBytes(): number {
    return this.#capacityBytes;
  }

  /** Whether there is a cap by count. */
  get countsEntries(): boolean {
    return this.#options.maxItems !== undefined;
  }

  /** What the entries cost, with all that goes with them. */
  get entryBytes(): number {
    return this.#entryBytes;
  }

  /** The one in use, or being changed to. */
  get policyName(): string {
    return this.#wantedPolicy ?? this.#policy.name;
  }

  /** See `Policy.walk`. */
  walk(): IterableIterator<Entry | undefined> {
    return this.#policy.walk();
  }

  hit(entry: Entry): void {
    this.#policy.hit(entry);
  }

  holds(entry: Entry): boolean {
    return this.#policy.holds(entry);
  }

  /** Takes in an entry, whose value has reserved room. */
  add(entry: Entry, isReservedAsNew: boolean): void {
    this.#book(entry.key, entry.value, isReservedAsNew);
    entry.sizeBytes = this.#sizeOf(entry);
    this.#policy.insert(entry);
  }

  /** Gives an entry another value, which has reserved room. */
  exchange(entry: Entry, value: Value, isReservedAsNew: boolean): void {
    this.#book(entry.key, value, isReservedAsNew);
    this.#entryBytes -= costBytes(entry.key, entry.value);
    entry.value.giveUp(this.arena);
    entry.value = value;
    this.#policy.resize(entry, this.#sizeOf(entry));
  }

  remove(entry: Entry): void {
    this.#policy.remove(entry);
    this.#giveUp(entry);
  }

  /** Memory for a value, evicting for it. `undefined` when the node is full of what may not or cannot go. */
  reserve(key: string, headerBytes: number, length: number, isNew: boolean): Value | undefined {
    // As at the start, also after the memory has been made less: it would throw out most of what is there.
    if (length > this.#capacityBytes / 2) return undefined;
    const incoming: Incoming = { key, sizeBytes: this.countsEntries ? 1 : length };
    let value = Value.allocate(this.arena, headerBytes, length);
    while (!value) {
      if (!this.#evict(incoming)) return undefined;
      value = Value.allocate(this.arena, headerBytes, length);
    }
    const cost = costBytes(key, value);
    while (this.#isTooFull(cost, isNew)) {
      if (this.#evict(incoming)) continue;
      value.giveUp(this.arena);
      return undefined;
    }
    this.#reservedBytes += cost;
    if (isNew) this.#newCount++;
    return value;
  }

  /** Gives reserved memory back. */
  discard(key: string, value: Value, isReservedAsNew: boolean): void {
    this.#reservedBytes -= costBytes(key, value);
    if (isReservedAsNew) this.#newCount--;
    value.giveUp(this.arena);
  }

  setCapacity(bytes: number): void {
    this.#capacityBytes = bytes;
    this.#limitBytes = Math.max(bytes, this.#usedBytes);
    this.arena.setCapacity(bytes);
    this.#policy.setCapacity(this.#policyCapacity);
  }

  setPolicy(name: PolicyName): void {
    this.#wantedPolicy = name;
  }

  /** Does a piece of what a change of capacity or policy has left to do. Returns whether there is more. */
  settle(): boolean {
    return this.#changePolicy() || this.#shrink() || this.arena.retire();
  }

  /** Moves a value out of memory that is to be given back, if it lies there. Returns the bytes that were copied. */
  vacate(entry: Entry): number {
    const old = entry.value;
    if (old.isPinned || !this.holds(entry) || !this.arena.isInRetired(old.extent)) return 0;
    let copy = old.copy(this.arena);
    while (!copy) {
      // Whoever is evicted for it may be the entry itself, and then its memory is free.
      old.pin();
      const hasEvicted = this.#evict(undefined);
      old.unpin(this.arena);
      if (!hasEvicted || !this.holds(entry)) return 0;
      copy = old.copy(this.arena);
    }
    this.#entryBytes += costBytes(entry.key, copy) - costBytes(entry.key, old);
    entry.value = copy;
    old.giveUp(this.arena);
    return copy.length;
  }

  get #usedBytes(): number {
    return this.#entryBytes + this.#reservedBytes;
  }

  get #policyCapacity(): number {
    return this.#options.maxItems ?? this.#limitBytes;
  }

  #createPolicy(name: PolicyName): Policy<Entry> {
    return createPolicy<Entry>(name, {
      capacityBytes: this.#policyCapacity,
      random: this.#options.random,
    });
  }

  #sizeOf(entry: Entry): number {
    return this.countsEntries ? 1 : costBytes(entry.key, entry.value);
  }

  /** What was reserved is an entry's from now on. */
  #book(key: string, value: Value, isReservedAsNew: boolean): void {
    const cost = costBytes(key, value);
    this.#reservedBytes -= cost;
    if (isReservedAsNew) this.#newCount--;
    this.#entryBytes += cost;
  }

  #isTooFull(cost: number, isNew: boolean): boolean {
    if (this.#usedBytes + cost > this.#limitBytes) return true;
    const { maxItems } = this.#options;
    return maxItems !== undefined && this.#policy.count + this.#newCount + (isNew ? 1 : 0) > maxItems;
  }

  #evict(incoming: Incoming | undefined): boolean {
    if (!this.#options.canEvict) return false;
    const entry = this.#policy.evict(incoming);
    if (!entry) return false;
    this.#onEvicted(entry);
    this.#giveUp(entry);
    return true;
  }

  #giveUp(entry: Entry): void {
    this.#entryBytes -= costBytes(entry.key, entry.value);
    entry.value.giveUp(this.arena);
  }

  #changePolicy(): boolean {
    if (this.#handover === undefined) {
      const name = this.#wantedPolicy;
      this.#wantedPolicy = undefined;
      if (name === undefined || name === this.#policy.name) return false;
      this.#handover = new Handover(this.#policy, this.#createPolicy(name));
      this.#policy = this.#handover;
    }
    this.#handover.step(ENTRIES_PER_STEP);
    if (!this.#handover.isComplete) return true;
    this.#policy = this.#handover.to;
    this.#handover = undefined;
    return this.#wantedPolicy !== undefined;
  }

  #shrink(): boolean {
    if (this.#limitBytes === this.#capacityBytes) return false;
    let canGoOn = true;
    for (let count = 0; canGoOn && this.#usedBytes > this.#capacityBytes && count < ENTRIES_PER_STEP; count++)
      canGoOn = this.#evict(undefined);
    this.#limitBytes = canGoOn ? Math.max(this.#capacityBytes, this.#usedBytes) : this.#capacityBytes;
    this.#policy.setCapacity(this.#policyCapacity);
    return this.#limitBytes > this.#capacityBytes;
  }
}
