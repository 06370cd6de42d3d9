import { type Counted, countedBetween, countedOf, NOTHING_COUNTED, sum } from './counted.ts';
import { MINUTE_MS, type NodeMinute, SECOND_MS } from './minutes.ts';
import type { NodeGauges, ObservedNode } from './node-source.ts';
import type { NodeSecond } from './seconds.ts';

/** What a node said last stands for the end of a minute if it is no older than this. */
const FRESH_MS = 5 * SECOND_MS;
const MOST_SECONDS = MINUTE_MS / SECOND_MS;
const NEW_MINUTE = { observedSeconds: 0, seenSeconds: 0, missedSeconds: 0, counted: NOTHING_COUNTED };

/** What is known of one node now. */
export interface NodeNow {
  readonly node: ObservedNode;
  /** Undefined when it did not answer in the last second. */
  readonly last: (Counted & NodeGauges) | undefined;
}

/** One node as it is seen second by second, and what that comes to in the present minute. */
export class NodeTrack {
  #node: ObservedNode;
  #isThere = true;
  #totals: Counted | undefined;
  #seen: { readonly second: number; readonly gauges: NodeGauges } | undefined;
  #minute = NEW_MINUTE;

  /** @param totals what it had counted when it came into sight; undefined if that has to be seen first */
  constructor(node: ObservedNode, totals: Counted | undefined) {
    this.#node = node;
    this.#totals = totals;
  }

  /** The node, and what it said last if that was in this second. Undefined when it is gone. */
  at(second: number): NodeNow | undefined {
    if (!this.#isThere) return undefined;
    const isSeen = this.#totals !== undefined && this.#seen?.second === second;
    return { node: this.#node, last: isSeen ? { ...this.#totals!, ...this.#seen!.gauges } : undefined };
  }

  /** Call at the end of each second in which the node was there; without an answer if it gave none. */
  observe(second: number, node: ObservedNode, answer: (Counted & NodeGauges) | undefined): NodeSecond {
    this.#node = node;
    this.#isThere = true;
    const { observedSeconds, seenSeconds, missedSeconds, counted } = this.#minute;
    if (answer === undefined) {
      const missed = node.state === 'READY' ? 1 : 0;
      this.#minute = {
        ...this.#minute,
        observedSeconds: observedSeconds + 1,
        missedSeconds: missedSeconds + missed,
      };
      return { node, counted: undefined, gauges: undefined };
    }
    const more = this.#totals === undefined ? NOTHING_COUNTED : countedBetween(this.#totals, answer);
    // What was counted in a gap belongs to the minute, but not to the second after the gap.
    const isNext = this.#seen?.second === second - SECOND_MS;
    const { items, bytes, capacityBytes, connections } = answer;
    const gauges = { items, bytes, capacityBytes, connections };
    this.#totals = countedOf(answer);
    this.#seen = { second, gauges };
    this.#minute = {
      observedSeconds: observedSeconds + 1,
      seenSeconds: seenSeconds + 1,
      missedSeconds,
      counted: sum(counted, more),
    };
    return { node, counted: isNext ? more : undefined, gauges };
  }

  /** Call when there is no such node any more. */
  leave(): void {
    this.#isThere = false;
  }

  /** Goes on from what was last written down of this node, in this minute or shortly before it. */
  resume(written: NodeMinute, minute: number): void {
    const { totals } = written;
    if (totals !== undefined) {
      const counted = this.#totals === undefined ? NOTHING_COUNTED : countedBetween(totals, this.#totals);
      this.#totals ??= totals;
      this.#minute = { ...this.#minute, counted };
    }
    if (written.minute === minute) this.carry(written);
  }

  /** Adds what was written down of this node in this minute. */
  carry(written: NodeMinute): void {
    const { observedSeconds, seenSeconds, missedSeconds, counted } = this.#minute;
    this.#minute = {
      observedSeconds: Math.min(MOST_SECONDS, observedSeconds + written.observedSeconds),
      seenSeconds: Math.min(MOST_SECONDS, seenSeconds + written.seenSeconds),
      missedSeconds: Math.min(MOST_SECONDS, missedSeconds + written.missedSeconds),
      counted: sum(counted, written.counted),
    };
  }

  /** Undefined if the node was not there at any time of the minute. */
  sample(minute: number, lastSecond: number): NodeMinute | undefined {
    if (this.#minute.observedSeconds === 0) return undefined;
    const isFresh = this.#isThere && this.#seen !== undefined && lastSecond - this.#seen.second <= FRESH_MS;
    return {
      minute,
      seconds: MOST_SECONDS,
      id: this.#node.id,
      name: this.#node.name,
      ...this.#minute,
      isReady: this.#isThere && this.#node.state === 'READY',
      gauges: isFresh ? this.#seen!.gauges : undefined,
      totals: this.#totals,
    };
  }

  /** Begins the next minute. False when the node is gone, so that nothing is left to be tracked. */
  turn(): boolean {
    this.#minute = NEW_MINUTE;
    return this.#isThere;
  }
}
