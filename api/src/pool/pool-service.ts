import type { Role } from '../access/role.ts';
import { ShoalError } from '../errors.ts';
import { refuseFaults, wholeNumberFault } from '../input-faults.ts';
import type { PoolMode } from '../scaling/scaling.type.ts';
import {
  cancelResize,
  changeConfig,
  currentResize,
  isQueued,
  pauseResize,
  queueResize,
  resumeResize,
} from './state/pool-changes.ts';
import { isGiven } from './reconciling/pool-draft.ts';
import type {
  CacheConfig,
  EvictionPolicy,
  NodeRecord,
  PoolEvent,
  PoolState,
  Resize,
} from './state/pool-state.ts';
import type { PoolChange, PoolStore } from './state/pool-store.ts';
import type { NodeReport, PoolView } from './pool-view.ts';

export interface PoolServiceOptions {
  readonly store: PoolStore;
  readonly view: PoolView;
  readonly readMode: () => Promise<PoolMode>;
  readonly maxNodes: number;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Makes an id that is greater than those before. */
  readonly newId: () => string;
  /** Empties every node. One that can't be reached is emptied before it is read again. */
  readonly clearEntries: () => Promise<void>;
  /** Called after a change was written, so that the reconciler of this process acts at once. */
  readonly kick: () => void;
}

/** The pool at one moment, as it is shown. */
export interface PoolSnapshot {
  readonly desiredSize: number;
  readonly maxNodes: number;
  readonly isElastic: boolean;
  readonly fixedReason: string | undefined;
  readonly epoch: number;
  readonly config: CacheConfig;
  /** Launched ones that have been gone for a minute are left out, though they may still be written down. */
  readonly nodes: readonly NodeRecord[];
  /** The one that is running or paused. */
  readonly resize: Resize | undefined;
  readonly queuedResizes: readonly Resize[];
}

export interface ConfigChanges {
  readonly capacityMiB?: number | null | undefined;
  readonly evictionPolicy?: EvictionPolicy | null | undefined;
  readonly copyLimitMiBps?: number | null | undefined;
}

const GONE_SHOWN_MS = 60_000;
/** Of finished resizes: how far back one is looked for that is to be cancelled. */
const FINISHED_LOOKED_AT = 1000;
const CAPACITY_MIB = { min: 16, max: 65_536 };
const COPY_LIMIT_MIBPS = { min: 1, max: 10_000 };

/** What people and the autoscaler can ask of the pool. Changes are written down; the reconciler carries them out. */
export class PoolService {
  readonly #options: PoolServiceOptions;

  constructor(options: PoolServiceOptions) {
    this.#options = options;
  }

  async snapshot(): Promise<PoolSnapshot> {
    return this.#snapshotOf(await this.#options.store.load());
  }

  /** By the clock that all times of the pool are of. */
  now(): Date {
    return new Date(this.#options.now());
  }

  /** What this process sees of the nodes now. */
  async look(): Promise<{
    readonly reports: ReadonlyMap<string, NodeReport>;
    readonly ringShares: ReadonlyMap<string, number>;
  }> {
    const { view } = this.#options;
    return { reports: await view.reports(), ringShares: view.ringShares() };
  }

  copiedBytesPerSecond(): number | undefined {
    return this.#options.view.copiedBytesPerSecond();
  }

  /** The latest first. */
  async finishedResizes(limit: number): Promise<readonly Resize[]> {
    return await this.#options.store.finishedResizes(limit);
  }

  /** The latest first. */
  async history(limit: number): Promise<readonly PoolEvent[]> {
    return await this.#options.store.events(limit);
  }

  /** @throws ShoalError BAD_USER_INPUT naming all faults; CONFLICT where nodes have no choice of policy */
  async setCacheConfig(given: ConfigChanges): Promise<PoolSnapshot> {
    const changes = Object.fromEntries(
      Object.entries(given).filter(([, value]) => value != null),
    ) as Partial<CacheConfig>;
    refuseFaults([
      Object.keys(changes).length === 0
        ? 'Give at least one of capacityMiB, evictionPolicy and copyLimitMiBps'
        : undefined,
      wholeNumberFault('capacityMiB', changes.capacityMiB, CAPACITY_MIB),
      wholeNumberFault('copyLimitMiBps', changes.copyLimitMiBps, COPY_LIMIT_MIBPS),
    ]);
    const hasNoChoice = changes.evictionPolicy !== undefined && (await this.#hasPlainNodes());
    return await this.#update((state) => {
      if (hasNoChoice && changes.evictionPolicy !== state.config.evictionPolicy) throw noChoiceOfPolicy();
      return changeConfig(state, changes, this.#options.now());
    });
  }

  /** @throws ShoalError BAD_USER_INPUT, CONFLICT */
  async resize(toSize: number, role: Role | undefined, expectedSize?: number): Promise<PoolSnapshot> {
    const { maxNodes, view, readMode, now, newId } = this.#options;
    refuseFaults([wholeNumberFault('size', toSize, { min: 1, max: maxNodes })]);
    if (!view.isElastic) throw new ShoalError('CONFLICT', view.fixedReason ?? 'The nodes are given.');
    const isAutoscaler = role === 'AUTOSCALER';
    refuseWrongMode(await readMode(), isAutoscaler);
    const by = isAutoscaler ? 'the autoscaler' : 'a person';
    return await this.#update((state) => {
      if (expectedSize !== undefined && state.desiredSize !== expectedSize) {
        throw new ShoalError(
          'CONFLICT',
          `The desired size is ${state.desiredSize} by now, not ${expectedSize}. Look again, and decide anew.`,
        );
      }
      return queueResize(state, { id: newId(), toSize, by, at: now() });
    });
  }

  /** @throws ShoalError CONFLICT when none is under way */
  async pauseResize(): Promise<PoolSnapshot> {
    return await this.#update((state) => pauseResize(state, this.#options.now()));
  }

  /** @throws ShoalError CONFLICT when none is under way */
  async resumeResize(): Promise<PoolSnapshot> {
    return await this.#update((state) => resumeResize(state, this.#options.now()));
  }

  /**
   * Without an id, the one under way.
   * @throws ShoalError CONFLICT when there is nothing left to cancel, NOT_FOUND
   */
  async cancelResize(id?: string): Promise<PoolSnapshot> {
    const finished = id === undefined ? undefined : await this.#findFinished(id);
    if (finished?.state === 'CANCELLED') return await this.snapshot();
    if (finished !== undefined) {
      throw new ShoalError('CONFLICT', `The resize with the id ${id} is finished: it is ${finished.state}.`);
    }
    return await this.#update((state) => cancelResize(state, { id, at: this.#options.now() }));
  }

  async clearCache(): Promise<PoolSnapshot> {
    const { clearEntries, now } = this.#options;
    await clearEntries();
    return await this.#update((state) => ({
      state,
      events: [{ at: now(), node: null, text: 'The cache was cleared' }],
    }));
  }

  async #update(change: (state: PoolState) => PoolChange | undefined): Promise<PoolSnapshot> {
    const { store, kick } = this.#options;
    const state = await store.update(change);
    kick();
    return this.#snapshotOf(state);
  }

  async #findFinished(id: string): Promise<Resize | undefined> {
    const finished = await this.#options.store.finishedResizes(FINISHED_LOOKED_AT);
    return finished.find((resize) => resize.id === id);
  }

  async #hasPlainNodes(): Promise<boolean> {
    const reports = [...(await this.#options.view.reports()).values()];
    return reports.some(({ evictionPolicy }) => evictionPolicy === undefined);
  }

  #snapshotOf(state: PoolState): PoolSnapshot {
    const { maxNodes, view, now } = this.#options;
    const { desiredSize, epoch, config, resizes } = state;
    const nodes = state.nodes.filter(
      (node) => node.state !== 'GONE' || isGiven(node) || now() - node.stateSince < GONE_SHOWN_MS,
    );
    return {
      desiredSize,
      maxNodes,
      isElastic: view.isElastic,
      fixedReason: view.fixedReason,
      epoch,
      config,
      nodes,
      resize: currentResize(state),
      queuedResizes: resizes.filter(isQueued),
    };
  }
}

function refuseWrongMode(mode: PoolMode, isAutoscaler: boolean): void {
  if (mode === 'AUTO' && !isAutoscaler) {
    throw new ShoalError(
      'CONFLICT',
      'The pool is in the mode AUTO: the autoscaler sets its size. Set the mode MANUAL first.',
    );
  }
  // A decision that was made before a person took over must not come after it.
  if (mode === 'MANUAL' && isAutoscaler) {
    throw new ShoalError('CONFLICT', 'The pool is in the mode MANUAL: a person sets its size.');
  }
}

function noChoiceOfPolicy(): ShoalError {
  return new ShoalError(
    'CONFLICT',
    'evictionPolicy can not be set: at least one of the nodes is a plain memcached, which has a policy of its own.',
  );
}
