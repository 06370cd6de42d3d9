import type { BodyBudget } from './nodes/body-budget.ts';
import { SYSTEM_CLOCK } from './reconciling/clock.ts';
import { CopyPace } from './copy-pace.ts';
import type { NodeSecret } from './nodes/introduction.ts';
import { NodeClients } from './nodes/node-clients.ts';
import type { NodeCounters } from './nodes/node-commands.ts';
import { PoolCache, type Routing } from './routing/pool-cache.ts';
import { USUAL_LIMITS, type PoolLimits } from './reconciling/pool-limits.ts';
import { PoolWarmer } from './warming/pool-warmer.ts';
import { NO_ROUTING, routingOf } from './routing/pool-routing.ts';
import type { NodeState, PoolState } from './state/pool-state.ts';
import type { PoolStore } from './state/pool-store.ts';
import type { NodeReport, PoolView } from './pool-view.ts';
import type { Provisioner } from './provisioners/provisioner.ts';
import { Reconciler } from './reconciling/reconciler.ts';
import { SlabPool } from './nodes/slab.ts';
import { awaitStart } from './start-of-pool.ts';
import type { TroubleLog } from './reconciling/troubles.ts';

export interface PoolOptions {
  readonly store: PoolStore;
  readonly provisioner: Provisioner;
  readonly budget: BodyBudget;
  /** This process, as no other one on the same store is called, and as it was called before it was restarted. */
  readonly holder: string;
  readonly maxNodes: number;
  readonly log: TroubleLog;
  /** From 0 to below 1. */
  readonly random: () => number;
  /** Makes the ids of nodes: UUIDv7. */
  readonly newId: () => string;
  /** Called when something has changed that `pool` shows. */
  readonly onChange?: () => void;
  readonly limits?: Partial<PoolLimits>;
  /** A read goes elsewhere when a reply is due and nothing comes for this long. */
  readonly readPatienceMs?: number | undefined;
  /** A node is given up when a reply is due and nothing comes for this long. */
  readonly readSilenceMs?: number | undefined;
  /** Starting is given up when no node is ready within this time. */
  readonly startTimeoutMs?: number;
  /** What the nodes want to be shown. Undefined where they ask nobody. */
  readonly nodeSecret?: NodeSecret | undefined;
}

/** A node that is not gone. */
export interface LivingNode {
  readonly id: string;
  /** Its label. */
  readonly name: string;
  readonly state: Exclude<NodeState, 'GONE'>;
}

const REPORT_AGE_MS = 500;

/**
 * Begins to look after the pool and resolves when its nodes are ready. Nodes that take longer are waited for no longer than the
 * time limit, if there is one that is ready or all are given.
 * @throws with the reason if a node can't be launched and none is ready; nothing is left running
 */
export async function startPool(options: PoolOptions): Promise<Pool> {
  const pool = new Pool(options);
  try {
    await pool.start();
  } catch (error) {
    await pool.close();
    throw error;
  }
  return pool;
}

/** The pool as this process sees it: the cache that the nodes are together, and the part in looking after them. */
export class Pool implements PoolView {
  readonly cache: PoolCache;
  readonly #options: PoolOptions;
  readonly #clients: NodeClients;
  readonly #reconciler: Reconciler;
  readonly #pace = new CopyPace();
  readonly #clock = SYSTEM_CLOCK;
  #routing: Routing = NO_ROUTING;
  #state: PoolState | undefined;
  #reports: { readonly at: number; readonly reports: Promise<ReadonlyMap<string, NodeReport>> } | undefined;
  #onProgress: () => void = () => {};

  constructor(options: PoolOptions) {
    const { store, provisioner, budget, holder, maxNodes, log, random, newId } = options;
    const { readPatienceMs, readSilenceMs, nodeSecret: secret } = options;
    this.#options = options;
    this.cache = new PoolCache(() => this.#routing);
    this.#clients = new NodeClients({
      client: { slabs: new SlabPool(budget), random, readPatienceMs, readSilenceMs, secret },
      writeMissed: async (id, hasMissed) => await this.#writeMissed(id, hasMissed),
    });
    this.#clients.onHealthChanged(() => this.#changed());
    this.#reconciler = new Reconciler({
      store,
      provisioner,
      nodes: this.#clients,
      warmer: new PoolWarmer({
        log,
        secret,
        mayBeRead: (label, name) =>
          (this.#routing.clients.get(label)?.isUp ?? false) && !this.cache.isDeleted(name),
      }),
      holder,
      limits: {
        ...USUAL_LIMITS,
        ...(provisioner.startMs !== undefined && { startMs: provisioner.startMs }),
        ...options.limits,
        maxNodes,
      },
      clock: this.#clock,
      newId,
      log,
      onState: (state) => this.#show(state),
    });
  }

  get isElastic(): boolean {
    return this.#options.provisioner.isElastic;
  }

  get fixedReason(): string | undefined {
    return this.#options.provisioner.fixedReason;
  }

  /** Undefined until it has been read for the first time. */
  get state(): PoolState | undefined {
    return this.#state;
  }

  async start(): Promise<void> {
    // What hinders this hinders everything, and is said at once.
    await this.#options.provisioner.list();
    this.#reconciler.start();
    await awaitStart({
      startedAt: this.#clock.now(),
      timeoutMs: this.#options.startTimeoutMs ?? 10_000,
      // Machines take longer to start than anybody should wait for the first answer.
      needsNodes: this.isElastic && this.#options.provisioner.startMs === undefined,
      log: this.#options.log,
      state: () => this.#state,
      isUp: (id) => this.#clients.health(id)?.isUp ?? false,
      onProgress: (listener) => (this.#onProgress = listener),
    });
  }

  /** Stops the launched nodes too, unless another process looks after them, or they outlive the api. */
  async close(): Promise<void> {
    await this.#reconciler.close({ stopNodes: this.#options.provisioner.outliveApi !== true });
    this.#clients.close();
  }

  /** Has what was just written down acted on at once. */
  kick(): void {
    this.#reconciler.kick();
  }

  reports(): Promise<ReadonlyMap<string, NodeReport>> {
    const now = this.#clock.now();
    // Many may look at the same moment: the nodes are asked once for all of them.
    if (this.#reports === undefined || Math.abs(now - this.#reports.at) >= REPORT_AGE_MS) {
      this.#reports = { at: now, reports: this.#askAll() };
    }
    return this.#reports.reports;
  }

  ringShares(): ReadonlyMap<string, number> {
    return this.#routing.ring.ringShare();
  }

  copiedBytesPerSecond(): number | undefined {
    return this.#pace.bytesPerSecond(this.#clock.now());
  }

  /** Empties every node. One that can't be reached is emptied before it is read again. */
  async clear(): Promise<void> {
    await this.cache.clear();
    // What was on its way from one node to another when it was deleted has arrived by now.
    if (this.cache.hasPrevious) await this.cache.clear();
    this.#reports = undefined;
  }

  /** Whether this process looks after the nodes, and no other one on the same store. */
  isLeader(): boolean {
    return this.#reconciler.isLeader;
  }

  /** The nodes that there are: those that are gone are left out. */
  nodes(): readonly LivingNode[] {
    return (this.#state?.nodes ?? []).flatMap(({ id, label, state }) =>
      state === 'GONE' ? [] : [{ id, name: label, state }],
    );
  }

  /** @throws when the node does not answer */
  async counters(id: string): Promise<NodeCounters> {
    return await this.#clients.counters(id);
  }

  #show(state: PoolState): void {
    this.#state = state;
    this.#routing = routingOf(state, this.#clients, this.#routing);
    this.#pace.see(state, this.#clock.now());
    this.#changed();
  }

  #changed(): void {
    this.#onProgress();
    this.#options.onChange?.();
  }

  async #askAll(): Promise<ReadonlyMap<string, NodeReport>> {
    const asked = (this.#state?.nodes ?? []).map(async ({ id }) => {
      const client = this.#clients.get(id);
      if (client?.isUp !== true) return undefined;
      const [counters, evictionPolicy] = await Promise.all([client.counters(), client.policyName()]);
      return [id, { counters, evictionPolicy }] as const;
    });
    const reports = await Promise.all(asked.map((report) => report.catch(() => undefined)));
    return new Map(reports.filter((report) => report !== undefined));
  }

  async #writeMissed(id: string, hasMissed: boolean): Promise<boolean> {
    let isNew = false;
    await this.#options.store.update((state) => {
      isNew = state.nodes.some((node) => node.id === id && node.mustBeEmptied !== hasMissed);
      const nodes = state.nodes.map((node) =>
        node.id === id ? { ...node, mustBeEmptied: hasMissed } : node,
      );
      return isNew ? { state: { ...state, nodes } } : undefined;
    });
    this.kick();
    return isNew;
  }
}
