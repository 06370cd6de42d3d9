import { within, type Clock } from './clock.ts';
import type { NodeAccess } from '../nodes/node-access.ts';
import type { Effect } from './pool-effects.ts';
import type { NodeRecord } from '../state/pool-state.ts';
import type { Provisioner, RunningNode } from '../provisioners/provisioner.ts';
import type { Launch } from './seen.ts';
import type { Troubles } from './troubles.ts';

export interface EffectRunnerOptions {
  readonly provisioner: Provisioner;
  readonly nodes: NodeAccess;
  readonly clock: Clock;
  readonly troubles: Troubles;
  /** Called when something was done, or a launch has failed. */
  onDone(): void;
}

const LIMIT_MS = { launch: 30_000, stop: 20_000, configure: 2_000, empty: 5_000 };

/** Does what the reconciler wants done, side by side, each thing once at a time, and remembers what came of it. */
export class EffectRunner {
  readonly #options: EffectRunnerOptions;
  #underWay = new Map<string, Promise<void>>();
  #launches = new Map<string, Launch>();
  #launchedSince = new Map<string, number>();
  #configured = new Map<string, number>();
  #emptied = new Set<string>();

  constructor(options: EffectRunnerOptions) {
    this.#options = options;
  }

  get launches(): ReadonlyMap<string, Launch> {
    return new Map(this.#launches);
  }

  get launchedSince(): ReadonlyMap<string, number> {
    return new Map(this.#launchedSince);
  }

  get configured(): ReadonlyMap<string, number> {
    return new Map(this.#configured);
  }

  get emptied(): ReadonlySet<string> {
    return new Set(this.#emptied);
  }

  run(effects: readonly Effect[]): void {
    for (const effect of effects) {
      const name = `${effect.kind} ${effect.id}`;
      if (this.#underWay.has(name)) continue;
      const underWay = this.#underWay;
      const ended = this.#do(effect).finally(() => underWay.delete(name));
      underWay.set(name, ended);
    }
  }

  /** Takes note of what runs, whoever launched it. */
  noteRunning(running: Iterable<RunningNode>): void {
    const now = this.#options.clock.now();
    for (const { id } of running) if (!this.#launchedSince.has(id)) this.#launchedSince.set(id, now);
  }

  /** Forgets what nodes were told that have been away since: what answers now may be another process. */
  noteLapses(ids: Iterable<string>): void {
    for (const id of ids) {
      this.#emptied.delete(id);
      this.#configured.delete(id);
    }
  }

  /** Forgets what is written down now, and the nodes that are gone. */
  forgetWritten(nodes: readonly NodeRecord[]): void {
    const living = new Map(
      nodes.flatMap((node) => (node.state === 'GONE' ? [] : [[node.id, node] as const])),
    );
    for (const [id, { phase }] of this.#launches) {
      if (!living.has(id) && phase !== 'UNDER_WAY') this.#launches.delete(id);
    }
    for (const id of this.#launchedSince.keys()) if (!living.has(id)) this.#launchedSince.delete(id);
    for (const id of this.#configured.keys()) if (!living.has(id)) this.#configured.delete(id);
    for (const id of this.#emptied) if (!living.get(id)?.mustBeEmptied) this.#emptied.delete(id);
  }

  /** Forgets everything, also what will come of things under way: another process leads now. */
  forgetAll(): void {
    this.#underWay = new Map();
    this.#launches = new Map();
    this.#launchedSince = new Map();
    this.#configured = new Map();
    this.#emptied = new Set();
  }

  /** Resolves when nothing is under way any more. */
  async settled(): Promise<void> {
    await Promise.all(this.#underWay.values());
  }

  async #do(effect: Effect): Promise<void> {
    const { clock, troubles, onDone } = this.#options;
    const launches = this.#launches;
    const topic = `${effect.label} could not ${TASKS[effect.kind]}`;
    try {
      await within(clock, LIMIT_MS[effect.kind], `To ${effect.kind} it`, this.#begin(effect));
      troubles.clear(topic);
    } catch (error) {
      troubles.report(topic, error);
      // The others are tried again with the next round.
      if (effect.kind !== 'launch') return;
      const { slot } = effect.spec;
      launches.set(effect.id, { phase: 'FAILED', slot, reason: (error as Error).message });
    }
    onDone();
  }

  /** What comes of it is dropped if everything has been forgotten meanwhile. */
  async #begin(effect: Effect): Promise<void> {
    const { provisioner, nodes, clock } = this.#options;
    const launches = this.#launches;
    const configured = this.#configured;
    const emptied = this.#emptied;
    switch (effect.kind) {
      case 'launch': {
        const { slot } = effect.spec;
        launches.set(effect.id, { phase: 'UNDER_WAY', slot });
        this.#launchedSince.set(effect.id, clock.now());
        const { address } = await provisioner.launch(effect.spec);
        if (launches.get(effect.id)?.phase === 'UNDER_WAY') {
          launches.set(effect.id, { phase: 'LAUNCHED', slot, address });
        }
        break;
      }
      case 'stop':
        await provisioner.stop(effect.id);
        break;
      case 'configure':
        await nodes.configure(effect.id, effect.config);
        configured.set(effect.id, effect.config.version);
        break;
      case 'empty':
        if (nodes.health(effect.id)?.isUp !== true) throw new Error('it does not answer');
        await nodes.empty(effect.id);
        emptied.add(effect.id);
        break;
    }
  }
}

const TASKS: Readonly<Record<Effect['kind'], string>> = {
  launch: 'be launched',
  stop: 'be stopped',
  configure: 'be told the configuration',
  empty: 'be emptied',
};
