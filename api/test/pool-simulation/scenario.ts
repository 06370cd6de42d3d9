import { MemoryPoolStore } from '../../src/pool/state/memory-pool-store.ts';
import { firstState } from '../../src/pool/state/next-state.ts';
import { isFinished } from '../../src/pool/reconciling/pool-draft.ts';
import { USUAL_LIMITS } from '../../src/pool/reconciling/pool-limits.ts';
import type { PoolState, Resize } from '../../src/pool/state/pool-state.ts';
import type { PoolStore } from '../../src/pool/state/pool-store.ts';
import { MAX_NODES, type Command, type Step } from './commands.ts';
import { checkChange, missingToRest } from './invariants.ts';
import { SimulatedApi } from './simulated-api.ts';
import { VirtualTime } from './virtual-time.ts';
import { World } from './world.ts';

const API_COUNT = 2;
const REST_MS = 600_000;
const LOOK_MS = 250;
const DRAIN_MS = 20_000;

/** One history of a pool, from its first start to its rest. */
export class Scenario {
  readonly time: VirtualTime;
  readonly world: World;
  readonly events: string[] = [];
  readonly troubles: string[] = [];
  readonly #store: PoolStore;
  #state = firstState(FIRST_SETTINGS);
  #apis: SimulatedApi[] = [];
  #apiCount = 0;
  #idCount = 0;
  #lookedAt = 0;

  constructor(seed: number, given?: readonly string[]) {
    this.time = new VirtualTime(seed);
    this.#store = this.#makeStore();
    this.world = new World({
      time: this.time,
      maxNodes: MAX_NODES,
      ...(given && { given }),
      state: () => this.#state,
    });
    this.world.onChange = (id, knownAfterMs) => {
      for (const api of this.#apis) {
        this.time.after(this.time.between(1, knownAfterMs), () => api.look(id));
      }
    };
    this.world.onEnded = (id, reason) => this.#apis.forEach((api) => api.ended(id, reason));
    this.#startApi();
  }

  /** @throws what was violated */
  async run(steps: readonly Step[]): Promise<void> {
    for (const { command, thenMs } of steps) {
      await this.#do(command);
      await this.#pass(thenMs);
    }
    this.#mend();
    await this.#pass(REST_MS, () => this.#isAtRest());
    const missing = missingToRest(this.#state, this.world);
    if (missing !== undefined) this.#fail(`the pool does not come to rest: ${missing}`);
    // And it stays so, with what comes a while later.
    await this.#pass(8_000);
    const left = missingToRest(this.#state, this.world);
    if (left !== undefined) this.#fail(`the pool does not stay at rest: ${left}`);
  }

  end(): void {
    this.#apis.forEach((api) => api.kill());
  }

  #isAtRest(): boolean {
    // Not looked at after each event: that would be most of the work.
    if (this.time.now - this.#lookedAt < LOOK_MS) return false;
    this.#lookedAt = this.time.now;
    return missingToRest(this.#state, this.world) === undefined;
  }

  async #pass(ms: number, isEnough: () => boolean = () => false): Promise<void> {
    await this.time.pass(ms, () => this.world.violations.length > 0 || isEnough());
    if (this.world.violations.length > 0) this.#fail(this.world.violations[0]!);
  }

  #fail(what: string): never {
    const { epoch, members, nodes, resizes, desiredSize } = this.#state;
    const shown = nodes.map(({ id, label, state, reason }) => `${id} ${label} ${state}: ${reason}`);
    const queue = resizes.map(({ fromSize, toSize, state }) => `${fromSize} to ${toSize} ${state}`);
    const now = JSON.stringify({ desiredSize, epoch, members, nodes: shown, resizes: queue }, undefined, 1);
    const lines = [what, '', ...this.events.slice(-40), '', ...this.troubles.slice(-10), '', now];
    throw new Error(lines.join('\n'));
  }

  async #do(command: Command): Promise<void> {
    const { world } = this;
    switch (command.do) {
      case 'resize':
        return await this.#change((state) => withResize(state, command.size, this.time.now, this.#newId()));
      case 'pause':
        return await this.#changeResize('RUNNING', 0, { state: 'PAUSED' });
      case 'resume':
        return await this.#changeResize('PAUSED', 0, { state: 'RUNNING' });
      case 'cancel':
        return await this.#changeResize(undefined, command.nth, { cancelRequested: true });
      case 'configure':
        return await this.#change((state) => ({
          ...state,
          config: { ...state.config, version: state.config.version + 1 },
        }));
      case 'delete':
        this.#deleteSomething();
        return;
      case 'crash':
        return world.crash(this.#node(command.nth), 'was ended by SIGKILL');
      case 'freeze':
        return world.freeze(this.#node(command.nth));
      case 'thaw':
        return world.thaw(this.#node(command.nth));
      case 'restart':
        return this.#restart(command.nth);
      case 'slow start':
        world.bootMs.push(command.bootMs);
        return;
      case 'fail':
        return world.addFaults(command.request, command.fault, command.count);
      case 'kill api':
      case 'start api':
      case 'freeze api':
      case 'thaw api':
      case 'close api':
        return this.#doToApi(command.do, command.nth);
    }
  }

  #doToApi(what: string, nth: number): void {
    const living = this.#apis.filter(({ isAlive }) => isAlive);
    const api = living[nth % living.length];
    if (what === 'start api') {
      if (living.length < API_COUNT) this.#startApi();
    } else if (what === 'kill api') {
      api?.kill();
    } else if (what === 'freeze api') {
      api?.freeze();
    } else if (what === 'thaw api') {
      api?.thaw();
    } else if (api !== undefined) {
      void api.reconciler.close({ stopNodes: nth % 2 === 0 }).then(() => api.kill());
    }
  }

  #startApi(): void {
    const { world, troubles } = this;
    const { time } = this;
    const name = `api-${this.#apiCount++}`;
    const api = new SimulatedApi({
      name,
      world,
      store: this.#store,
      limits: { ...USUAL_LIMITS, drainMs: DRAIN_MS, maxNodes: MAX_NODES },
      newId: () => this.#newId(),
      onTrouble: (message) => troubles.push(`${time.now} ${name}: ${message}`),
    });
    this.#apis.push(api);
    this.#apis = this.#apis.filter(({ isAlive }) => isAlive);
  }

  #newId(): string {
    return `id-${this.#idCount++}`;
  }

  #node(nth: number): string {
    const ids = this.world.given ?? [...this.world.processes.keys()];
    return ids[nth % Math.max(1, ids.length)] ?? '';
  }

  #restart(nth: number): void {
    const id = this.#node(nth);
    if (this.world.given !== undefined && !this.world.processes.has(id)) this.world.boot(id);
  }

  #deleteSomething(): void {
    const living = this.#apis.filter((api) => api.isAlive && !api.isFrozen);
    const api = living.find(({ reconciler }) => reconciler.isLeader) ?? living[0];
    void api?.delete().catch(() => {});
  }

  /** Ends all that is wrong, so that the pool can come to rest. Dead nodes stay dead, unless they were given. */
  #mend(): void {
    const { world } = this;
    world.endFaults();
    for (const id of world.given ?? []) {
      world.thaw(id);
      if (!world.isUp(id)) world.boot(id);
    }
    this.#apis.forEach((api) => api.thaw());
    this.#startApi();
    void this.#changeResize('PAUSED', 0, { state: 'RUNNING' });
  }

  async #change(change: (state: PoolState) => PoolState): Promise<void> {
    await this.#store.update((state) => ({ state: change(state) }));
    if (this.time.random() < 0.5) this.#apis.filter(({ isAlive }) => isAlive)[0]?.reconciler.kick();
  }

  async #changeResize(
    from: Resize['state'] | undefined,
    nth: number,
    changes: Partial<Resize>,
  ): Promise<void> {
    await this.#change((state) => {
      const eligible = state.resizes.filter((resize) => from === undefined || resize.state === from);
      const chosen = eligible[nth % Math.max(1, eligible.length)];
      const resizes = state.resizes.map((resize) => (resize === chosen ? { ...resize, ...changes } : resize));
      return { ...state, resizes };
    });
  }

  /** The store, with each change checked. */
  #makeStore(): PoolStore {
    const now = () => this.time.now;
    const store = new MemoryPoolStore({ now, clock: now });
    void store.initialise(FIRST_SETTINGS);
    const update = store.update.bind(store);
    store.update = async (change, leader) => {
      let before: PoolState | undefined;
      let finished: readonly Resize[] = [];
      const after = await update((state) => {
        before = state;
        const next = change(state);
        finished = next?.state.resizes.filter(isFinished) ?? [];
        this.events.push(...(next?.events ?? []).map(({ text }) => text));
        return next;
      }, leader);
      this.#state = after;
      if (before !== undefined && before !== after) checkChange(before, after, finished, this.world);
      return after;
    };
    return store;
  }
}

const FIRST_SETTINGS = { desiredSize: 2, capacityMiB: 64 };

function withResize(state: PoolState, toSize: number, now: number, id: string): PoolState {
  if (toSize === state.desiredSize || state.resizes.length > 5) return state;
  const resize: Resize = {
    id,
    fromSize: state.desiredSize,
    toSize,
    state: 'QUEUED',
    reason: 'it waits for its turn',
    requestedAt: now,
    startedAt: null,
    finishedAt: null,
    cancelRequested: false,
    entriesTotal: null,
    bytesTotal: null,
    entriesCopied: 0,
    bytesCopied: 0,
  };
  return { ...state, desiredSize: toSize, resizes: [...state.resizes, resize] };
}
