import { within, type Clock } from './clock.ts';
import { EffectRunner } from './effect-runner.ts';
import { LastWords } from './last-words.ts';
import type { NodeAccess } from '../nodes/node-access.ts';
import { NodeWatch } from '../nodes/node-watch.ts';
import type { PoolLimits } from './pool-limits.ts';
import type { PoolState } from '../state/pool-state.ts';
import { LeaseLost, type PoolStore } from '../state/pool-store.ts';
import type { Provisioner, RunningNode } from '../provisioners/provisioner.ts';
import { reconcile, type Reconciliation } from './reconcile.ts';
import type { Seen } from './seen.ts';
import { stopAll } from './stop-all.ts';
import { Troubles, type TroubleLog } from './troubles.ts';
import type { Warmer } from '../warming/warming.ts';
import { WarmingRunner } from './warming-runner.ts';

export interface ReconcilerOptions {
  readonly store: PoolStore;
  readonly provisioner: Provisioner;
  readonly nodes: NodeAccess;
  readonly warmer: Warmer;
  /** This process, as no other process is called. */
  readonly holder: string;
  readonly limits: Omit<PoolLimits, 'isElastic'>;
  readonly clock: Clock;
  /** Makes the ids of nodes: UUIDv7. */
  newId(): string;
  readonly log: TroubleLog;
  /** Called with each state that differs from the one before. */
  onState(state: PoolState): void;
}

const ROUND_MS = 1_000;
/** Between two rounds, however many reasons for one there are. */
const GAP_MS = 20;
const LEASE_MS = 5_000;
/** Nothing is begun so shortly before the lease ends: by then it could be another's turn. */
const LEASE_MARGIN_MS = 2_000;
const LIST_LIMIT_MS = 2_000;
const STORE_LIMIT_MS = 10_000;
const END_LIMIT_MS = 2_000;
const STOP_LIMIT_MS = 20_000;
const ROUND = 'The pool could not be looked after';
const LIST = 'The running nodes could not be listed';

/**
 * The loop that keeps the pool as it should be. Of all processes on one store the holder of the lease does so, the others follow
 * what it writes down. A process that is killed leaves nothing that the next leader does not see and go on with.
 */
export class Reconciler {
  readonly #options: ReconcilerOptions;
  readonly #limits: PoolLimits;
  readonly #troubles: Troubles;
  readonly #effects: EffectRunner;
  readonly #warming: WarmingRunner;
  readonly #watch: NodeWatch;
  readonly #lastWords: LastWords;
  readonly #ended = new Map<string, string>();
  #shown: PoolState | undefined;
  #isLeader = false;
  #roundAt = -Infinity;
  #isStopped = false;
  #isKicked = false;
  #round: Promise<void> | undefined;
  #callOff: () => void = () => {};
  #unlisten: () => void = () => {};

  constructor(options: ReconcilerOptions) {
    const { provisioner, nodes, warmer, clock } = options;
    const kick = () => this.kick();
    this.#options = options;
    this.#limits = { ...options.limits, isElastic: provisioner.isElastic };
    this.#troubles = new Troubles(options.log);
    const troubles = this.#troubles;
    this.#effects = new EffectRunner({ provisioner, nodes, clock, troubles, onDone: kick });
    this.#warming = new WarmingRunner({ warmer, clock, troubles, onProgress: kick });
    this.#watch = new NodeWatch(nodes, clock);
    this.#lastWords = new LastWords(provisioner, this.#limits.startMs);
  }

  get isLeader(): boolean {
    return this.#isLeader;
  }

  /** Begins the rounds. */
  start(): void {
    const offHealth = this.#options.nodes.onHealthChanged(() => {
      this.#watch.noteLapses();
      this.kick();
    });
    const offEnded = this.#options.provisioner.onEnded((id, reason) => {
      this.#ended.set(id, reason);
      this.kick();
    });
    this.#unlisten = () => {
      offHealth();
      offEnded();
    };
    this.kick();
  }

  /** Has a round come at once, because something has changed. */
  kick(): void {
    if (this.#isKicked || this.#isStopped) return;
    this.#isKicked = true;
    if (this.#round === undefined) this.#schedule(GAP_MS);
  }

  /**
   * Learns at once what is written down, if this process does not know it yet. Whoever deletes entries waits for this first: a node
   * that has joined since the last round may hold them too.
   */
  async catchUp(): Promise<void> {
    const { store } = this.#options;
    const revision = await this.#ask('To read the revision', store.revision());
    if (revision !== this.#shown?.revision) this.#show(await this.#ask('To read the pool', store.load()));
  }

  /** Ends the rounds. With `stopNodes`, and if no other process leads, the launched nodes are stopped too. */
  async close({ stopNodes }: { readonly stopNodes: boolean }): Promise<void> {
    this.#isStopped = true;
    this.#callOff();
    this.#unlisten();
    this.#warming.stop();
    await this.#round;
    const { clock, store, holder } = this.#options;
    await within(clock, END_LIMIT_MS, 'What was under way', this.#effects.settled()).catch(() => {});
    try {
      if (stopNodes && this.#limits.isElastic) await this.#stopNodes();
      await within(clock, END_LIMIT_MS, 'To resign', store.resign(holder));
    } catch (error) {
      this.#troubles.report('The pool could not be left in order', error);
    }
  }

  #schedule(ms: number): void {
    this.#callOff();
    this.#callOff = this.#options.clock.after(ms, () => {
      this.#isKicked = false;
      this.#round = this.#runRound().finally(() => {
        this.#round = undefined;
        if (!this.#isStopped) this.#schedule(this.#isKicked ? GAP_MS : ROUND_MS);
      });
    });
  }

  async #runRound(): Promise<void> {
    const { clock, store, holder } = this.#options;
    this.#noteSleep();
    try {
      const until = clock.now() + LEASE_MS - LEASE_MARGIN_MS;
      const leads = await this.#ask('To take the lease', store.lead(holder, LEASE_MS));
      if (leads) await this.#lead(until);
      else await this.#follow();
      this.#troubles.clear(ROUND);
    } catch (error) {
      if (error instanceof LeaseLost) this.#stepDown();
      else this.#troubles.report(ROUND, error);
    }
  }

  async #lead(until: number): Promise<void> {
    const { clock, store, holder } = this.#options;
    if (!this.#isLeader) this.#show(await this.#ask('To read the pool', store.load()));
    this.#isLeader = true;
    const seen = await this.#look();
    let state = await this.#ask('To read the pool', store.load());
    if (this.#hasSlept()) return;
    const now = clock.now();
    let next = this.#reconcile(state, seen, now);
    if (next.state !== state) {
      const write = store.update((current) => {
        next = this.#reconcile(current, seen, now);
        return next.state === current ? undefined : next;
      }, holder);
      state = await this.#ask('To write the pool', write);
      this.kick();
    }
    this.#show(state);
    this.#effects.forgetWritten(state.nodes);
    this.#forgetEnds(state);
    if (this.#isStopped || clock.now() >= until) return;
    this.#effects.run(next.effects);
    this.#warming.follow(next.pass, state);
  }

  async #follow(): Promise<void> {
    this.#stepDown();
    await this.catchUp();
  }

  /** A process that has slept, as its machine may have, must not take the time for silence of the nodes. */
  #noteSleep(): void {
    if (this.#hasSlept()) {
      this.#stepDown();
      this.#watch.beginAnew();
    }
    this.#roundAt = this.#options.clock.now();
  }

  #hasSlept(): boolean {
    return this.#options.clock.now() - this.#roundAt > LEASE_MS;
  }

  #stepDown(): void {
    if (!this.#isLeader) return;
    this.#isLeader = false;
    this.#effects.forgetAll();
    this.#warming.stop();
  }

  #reconcile(state: PoolState, seen: Seen, now: number): Reconciliation {
    return reconcile(state, seen, now, this.#limits, () => this.#options.newId());
  }

  /** What is seen must be older than the state that it is compared with: then no node runs without being written down. */
  async #look(): Promise<Seen> {
    const { launches } = this.#effects;
    const running = await this.#list();
    if (running !== undefined) this.#effects.noteRunning(running.values());
    const health = this.#watch.health();
    this.#effects.noteLapses(this.#watch.takeLapses());
    const { launchedSince, configured, emptied } = this.#effects;
    const ended = new Map(this.#ended);
    const now = this.#options.clock.now();
    const lastWords = this.#lastWords.listen(this.#shown?.nodes ?? [], launchedSince, now);
    const { seen: pass } = this.#warming;
    return { running, launches, ended, health, launchedSince, configured, emptied, lastWords, pass };
  }

  async #list(): Promise<ReadonlyMap<string, RunningNode> | undefined> {
    const { clock, provisioner } = this.#options;
    try {
      const running = await within(clock, LIST_LIMIT_MS, 'To list them', provisioner.list());
      this.#troubles.clear(LIST);
      return new Map(running.map((node) => [node.id, node]));
    } catch (error) {
      this.#troubles.report(LIST, error);
      return undefined;
    }
  }

  #show(state: PoolState): void {
    if (this.#shown !== undefined && state.revision <= this.#shown.revision) return;
    this.#shown = state;
    this.#watch.follow(state.nodes);
    this.#options.onState(state);
  }

  #forgetEnds(state: PoolState): void {
    for (const id of this.#ended.keys()) {
      if (!state.nodes.some((node) => node.id === id && node.state !== 'GONE')) this.#ended.delete(id);
    }
  }

  async #stopNodes(): Promise<void> {
    const { clock, store, holder, provisioner } = this.#options;
    if (!(await this.#ask('To take the lease', store.lead(holder, LEASE_MS)))) return;
    const write = store.update((state) => stopAll(state, clock.now()), holder);
    const state = await this.#ask('To write the pool', write);
    this.#show(state);
    // Others that run are another leader's by now.
    const gone = new Set(state.nodes.map(({ id }) => id));
    const running = await within(clock, LIST_LIMIT_MS, 'To list the nodes', provisioner.list());
    const stops = Promise.allSettled(
      running.filter(({ id }) => gone.has(id)).map(({ id }) => provisioner.stop(id)),
    );
    await within(clock, STOP_LIMIT_MS, 'To stop the nodes', stops);
  }

  async #ask<T>(what: string, answer: Promise<T>): Promise<T> {
    return await within(this.#options.clock, STORE_LIMIT_MS, what, answer);
  }
}
