import type { BodyBudget } from './body-budget.ts';
import { formatAddress } from './node-address.ts';
import type { NodeClient } from './node-client.ts';
import type { NodeCounters } from './node-commands.ts';
import { NodeSlot } from './node-slot.ts';
import { PoolCache } from './pool-cache.ts';
import { SlabPool } from './slab.ts';
import type { SlotProvisioner } from './slot-provisioner.ts';
import { EMPTY_TOPOLOGY, nextTopology, type NodeState, type Topology } from './topology.ts';

export interface PoolOptions {
  /** How many nodes there should be, 1 or more. */
  readonly desiredSize: number;
  readonly provisioner: SlotProvisioner;
  readonly budget: BodyBudget;
  /** Takes what an operator should know, as pino's logger does. */
  readonly log: { warn(fields: object, message: string): void };
  /** From 0 to below 1. */
  readonly random: () => number;
  /** A node is given up when a reply is due and nothing comes for this long. */
  readonly readSilenceMs?: number;
  /** Starting is given up when the nodes don't all answer within this time. */
  readonly startTimeoutMs?: number;
}

export interface NodeStatus {
  readonly label: string;
  /** `unix:PATH` or `host:port`. */
  readonly address: string;
  readonly state: NodeState;
  /** Undefined while the node does not answer. */
  readonly counters: NodeCounters | undefined;
}

/**
 * Launches the nodes and resolves when all of them answer.
 * @throws with the reason if one ends or does not answer in time; nothing is left running
 */
export async function startPool(options: PoolOptions): Promise<Pool> {
  const pool = new Pool(options);
  try {
    await pool.launch();
  } catch (error) {
    await pool.close();
    throw error;
  }
  return pool;
}

/** The running nodes, and the cache that they are together. */
export class Pool {
  readonly desiredSize: number;
  readonly cache: PoolCache;
  readonly #options: PoolOptions;
  readonly #slots: readonly NodeSlot[];
  #topology: Topology = EMPTY_TOPOLOGY;
  #clients: ReadonlyMap<string, NodeClient> = new Map();
  #onTrouble: (reason: string) => void = () => {};
  #onAllReady: () => void = () => {};

  constructor(options: PoolOptions) {
    this.#options = options;
    this.desiredSize = options.desiredSize;
    this.cache = new PoolCache(() => ({ ring: this.#topology.ring, clients: this.#clients }));
    const slabs = new SlabPool(options.budget);
    this.#slots = Array.from({ length: options.desiredSize }, (_, slot): NodeSlot => {
      const { provisioner, random, readSilenceMs } = options;
      return new NodeSlot({
        slot,
        provisioner,
        slabs,
        random,
        readSilenceMs,
        onChange: (reason) => this.#onChange(slot, reason),
      });
    });
  }

  get topology(): Topology {
    return this.#topology;
  }

  /** The nodes by label, each asked for its counters now. */
  async nodes(): Promise<NodeStatus[]> {
    return await Promise.all(
      this.#topology.nodes.map(async ({ label, address, state }) => {
        const counters = await this.#clients
          .get(label)
          ?.counters()
          .catch(() => undefined);
        return { label, address: formatAddress(address), state, counters };
      }),
    );
  }

  /** Empties every node. One that can't be reached is emptied before it is read again. */
  async clear(): Promise<void> {
    await this.cache.clear();
  }

  async launch(): Promise<void> {
    const timeoutMs = this.#options.startTimeoutMs ?? 10_000;
    let timer: NodeJS.Timeout | undefined;
    const ready = new Promise<void>((resolve, reject) => {
      this.#onAllReady = resolve;
      this.#onTrouble = (reason) => reject(new Error(`A cache node could not be started: ${reason}`));
      timer = setTimeout(() => this.#onTrouble(`not all of them answered within ${timeoutMs} ms`), timeoutMs);
    });
    try {
      await Promise.all([ready, ...this.#slots.map((slot) => slot.launch())]);
    } finally {
      clearTimeout(timer);
      this.#onTrouble = () => {};
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.#slots.map((slot) => slot.stop()));
  }

  #onChange(slot: number, reason: string | undefined): void {
    this.#topology = nextTopology(
      this.#topology,
      this.#slots.map(({ node }) => node),
    );
    this.#clients = new Map(
      this.#slots.flatMap(({ label, client }) => (client === undefined ? [] : [[label, client] as const])),
    );
    if (reason !== undefined) {
      this.#options.log.warn(
        { node: this.#slots[slot]!.label, reason },
        'A cache node fails; its reads go to the object store.',
      );
      this.#onTrouble(reason);
    }
    if (this.#slots.every(({ node }) => node.state === 'READY')) this.#onAllReady();
  }
}
