import type { Counted } from './counted.ts';

/** What a node is like at one moment. */
export interface NodeGauges {
  /** Entries held. */
  readonly items: number;
  readonly bytes: number;
  readonly capacityBytes: number;
  readonly connections: number;
}

/** A node that there is. */
export interface ObservedNode {
  /** Of this node alone; a replacement has another one. */
  readonly id: string;
  /** Its label on the ring. */
  readonly name: string;
  /** READY and SUSPECT ones are members of the ring. */
  readonly state: 'STARTING' | 'JOINING' | 'READY' | 'DRAINING' | 'SUSPECT';
}

/** Where the collector learns what nodes there are and what they have counted. */
export interface NodeSource {
  nodes(): readonly ObservedNode[];
  /** @throws when the node does not answer */
  counters(id: string): Promise<Counted & NodeGauges>;
}
