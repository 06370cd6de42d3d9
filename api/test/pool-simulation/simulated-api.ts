import type { NodeAccess, NodeHealth } from '../../src/pool/nodes/node-access.ts';
import type { PoolLimits } from '../../src/pool/reconciling/pool-limits.ts';
import type { CacheConfig, NodeRecord } from '../../src/pool/state/pool-state.ts';
import type { PoolStore } from '../../src/pool/state/pool-store.ts';
import type { Provisioner } from '../../src/pool/provisioners/provisioner.ts';
import { Reconciler } from '../../src/pool/reconciling/reconciler.ts';
import type { Warmer, WarmProgress } from '../../src/pool/warming/warming.ts';
import type { FaultyRequest, SimulatedProcess, World } from './world.ts';

interface Link {
  readonly address: string | null;
  isUp: boolean;
  /** The one that it was connected to last. */
  process: SimulatedProcess | undefined;
  /** Deletions that this process could not tell, and still knows. */
  readonly missed: Set<number>;
}

export interface SimulatedApiOptions {
  readonly name: string;
  readonly world: World;
  readonly store: PoolStore;
  readonly limits: Omit<PoolLimits, 'isElastic'>;
  readonly newId: () => string;
  readonly onTrouble: (message: string) => void;
}

/** One api process: a reconciler and its view of the world, which can be killed or frozen between any two of its steps. */
export class SimulatedApi {
  readonly name: string;
  readonly reconciler: Reconciler;
  isAlive = true;
  #backlog: (() => void)[] | undefined;
  readonly #options: SimulatedApiOptions;
  readonly #links = new Map<string, Link>();
  readonly #healthListeners = new Set<() => void>();
  readonly #endedListeners = new Set<(id: string, reason: string) => void>();

  constructor(options: SimulatedApiOptions) {
    this.#options = options;
    this.name = options.name;
    const { world, limits, newId } = options;
    this.reconciler = new Reconciler({
      store: this.#store(),
      provisioner: this.#provisioner(),
      nodes: this.#nodes(),
      warmer: this.#warmer(),
      holder: options.name,
      limits,
      clock: {
        now: () => world.time.now,
        after: (ms, callback) => {
          let isOff = false;
          world.time.after(ms, () => this.#deliver(() => (isOff ? undefined : callback())));
          return () => void (isOff = true);
        },
      },
      newId,
      log: { warn: (_fields, message) => options.onTrouble(message) },
      onState: () => {},
    });
    this.reconciler.start();
  }

  get isFrozen(): boolean {
    return this.#backlog !== undefined;
  }

  kill(): void {
    this.isAlive = false;
  }

  freeze(): void {
    this.#backlog ??= [];
  }

  thaw(): void {
    const backlog = this.#backlog ?? [];
    this.#backlog = undefined;
    for (const run of backlog) this.#options.world.time.after(0, () => this.#deliver(run));
  }

  /** Learns that a node may answer differently now. */
  look(id: string): void {
    this.#deliver(() => {
      const link = this.#links.get(id);
      if (link === undefined) return;
      const { world } = this.#options;
      const process = world.isUp(id) ? world.processes.get(id) : undefined;
      if (link.isUp && process !== link.process) this.#change(link, false);
      link.process = process;
      if (!link.isUp && process !== undefined) void this.#tellMissed(id, link);
    });
  }

  ended(id: string, reason: string): void {
    this.#deliver(() => this.#endedListeners.forEach((listener) => listener(id, reason)));
  }

  /** Deletes something: every node that may hold it is told, or written down as one that was not. */
  async delete(): Promise<void> {
    const { world, store } = this.#options;
    const deletion = world.deletionCount++;
    await this.reconciler.catchUp();
    const missing = new Set<string>();
    for (const [id, link] of this.#links) {
      if (link.isUp && world.isUp(id)) continue;
      missing.add(id);
      link.missed.add(deletion);
      if (world.hasServed(id)) world.processes.get(id)?.missed.add(deletion);
    }
    if (missing.size > 0) await store.update((state) => ({ state: withMissed(state, missing, true) }));
  }

  /** In the order of the node client: told everything, written down, up. */
  async #tellMissed(id: string, link: Link): Promise<void> {
    const { world, store } = this.#options;
    const process = world.processes.get(id);
    const hadMissed = link.missed.size > 0;
    for (const deletion of link.missed) process?.missed.delete(deletion);
    link.missed.clear();
    if (hadMissed && process?.missed.size === 0) {
      await store.update((state) => ({ state: withMissed(state, new Set([id]), false) }));
    }
    if (this.#links.get(id) === link && world.isUp(id)) this.#change(link, true);
  }

  #change(link: Link, isUp: boolean): void {
    link.isUp = isUp;
    this.#healthListeners.forEach((listener) => listener());
  }

  /** Runs something in this process: never once it is dead, later while it is frozen. */
  #deliver(run: () => void): void {
    if (!this.isAlive) return;
    if (this.#backlog === undefined) run();
    else this.#backlog.push(run);
  }

  /** A request that takes its time, may fail, and whose answer may get lost. What was asked for may be done even so. */
  #ask<T>(request: FaultyRequest, ms: readonly [number, number], perform: () => Promise<T> | T): Promise<T> {
    const { time } = this.#options.world;
    const fault = this.#options.world.takeFault(request);
    return new Promise((resolve, reject) => {
      const answer = (run: () => void) => time.after(time.between(...ms), () => this.#deliver(run));
      const arrive = async () => {
        if (!this.isAlive && time.random() < 0.5) return;
        if (fault === 'refused') return void answer(() => reject(new Error('it was refused')));
        try {
          const result = await perform();
          if (fault === 'lost') answer(() => reject(new Error('the answer was lost')));
          else if (fault === undefined) answer(() => resolve(result));
        } catch (error) {
          answer(() => reject(error as Error));
        }
      };
      time.after(time.between(...ms), () => void arrive());
    });
  }

  #store(): PoolStore {
    const { store } = this.#options;
    const ask = <T>(perform: () => Promise<T>) => this.#ask('store', [0, 15], perform);
    return {
      load: () => ask(() => store.load()),
      revision: () => ask(() => store.revision()),
      update: (change, leader) => ask(() => store.update(change, leader)),
      lead: (holder, ttlMs) => ask(() => store.lead(holder, ttlMs)),
      resign: (holder) => ask(() => store.resign(holder)),
      events: (limit) => ask(() => store.events(limit)),
      finishedResizes: (limit) => ask(() => store.finishedResizes(limit)),
    };
  }

  #provisioner(): Provisioner {
    const { world } = this.#options;
    return {
      isElastic: world.given === undefined,
      launch: (spec) => this.#ask('launch', [1, 500], () => world.launch(spec)),
      list: () =>
        this.#ask('list', [0, 30], () =>
          // Given nodes are listed whether they run or not.
          world.given === undefined
            ? [...world.processes.values()]
            : world.given.map((id, slot) => ({ id, slot, address: `unix:${id}` })),
        ),
      stop: (id) => this.#ask('stop', [1, 1_000], () => world.stop(id)),
      onEnded: (listener) => {
        this.#endedListeners.add(listener);
        return () => this.#endedListeners.delete(listener);
      },
    };
  }

  #nodes(): NodeAccess {
    return {
      follow: (nodes) => this.#follow(nodes),
      health: (id): NodeHealth | undefined => {
        const link = this.#links.get(id);
        return link && { isUp: link.isUp, reason: link.isUp ? '' : 'it does not answer' };
      },
      configure: (id, config: CacheConfig) =>
        this.#ask('configure', [1, 50], () => void (this.#reach(id).configVersion = config.version)),
      empty: (id) => this.#ask('empty', [1, 50], () => this.#reach(id).missed.clear()),
      onHealthChanged: (listener) => {
        this.#healthListeners.add(listener);
        return () => this.#healthListeners.delete(listener);
      },
    };
  }

  #follow(nodes: readonly NodeRecord[]): void {
    const { time } = this.#options.world;
    const wanted = new Map(nodes.map((node) => [node.id, node]));
    for (const [id, { address }] of this.#links) {
      if (wanted.get(id)?.address !== address) this.#links.delete(id);
    }
    for (const { id, address } of nodes) {
      if (this.#links.has(id)) continue;
      this.#links.set(id, { address, isUp: false, process: undefined, missed: new Set() });
      time.after(time.between(1, 50), () => this.look(id));
    }
  }

  #reach(id: string) {
    const { world } = this.#options;
    if (!world.isUp(id)) throw new Error('it does not answer');
    return world.processes.get(id)!;
  }

  #warmer(): Warmer {
    const { world } = this.#options;
    return {
      warm: async ({ members, limitMiBps, onProgress, signal }) => {
        const total = { entriesTotal: 100, bytesTotal: 100 * 2 ** 20 };
        let progress: WarmProgress = { ...total, entriesCopied: 0, bytesCopied: 0 };
        const { epoch } = await this.#options.store.load();
        while (progress.entriesCopied < 100) {
          await this.#ask('warm', [50, 400], () => {});
          signal.throwIfAborted();
          if (limitMiBps() === 0) continue;
          const entriesCopied = progress.entriesCopied + 10;
          progress = { ...total, entriesCopied, bytesCopied: entriesCopied * 2 ** 20 };
          onProgress(progress);
        }
        world.warmed.add(`${epoch}: ${members.join()}`);
        return progress;
      },
      trim: async ({ signal }) => {
        await this.#ask('warm', [1, 3_000], () => {});
        signal.throwIfAborted();
      },
    };
  }
}

function withMissed<T extends { readonly nodes: readonly NodeRecord[] }>(
  state: T,
  ids: ReadonlySet<string>,
  mustBeEmptied: boolean,
): T {
  return {
    ...state,
    nodes: state.nodes.map((node) => (ids.has(node.id) ? { ...node, mustBeEmptied } : node)),
  };
}
