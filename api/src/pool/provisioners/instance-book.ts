import { KeyTurns } from '../../key-turns.ts';
import type { Clock } from '../reconciling/clock.ts';
import type { Ec2Api, Ec2Instance } from './ec2-api.ts';

export interface InstanceBookOptions {
  readonly api: Pick<Ec2Api, 'instances'>;
  readonly clock: Clock;
  /** So long EC2 may take to show what was launched. */
  readonly settleMs: number;
}

/** The pool's instances at one moment. */
export interface Instances {
  /** One for each node. */
  readonly running: readonly Ec2Instance[];
  /** Those that are of no use: second ones of a node, and halted ones, whose memory is lost. */
  readonly surplus: readonly Ec2Instance[];
  readonly ended: readonly Ec2Instance[];
}

/** Nobody has looked for so long: somebody else may have led the pool meanwhile. */
const LAPSE_MS = 5_000;
/** EC2 shows every instance by then, or there is none. */
const UNSEEN_MS = 60_000;

/**
 * What is known of the pool's instances: what EC2 shows, together with what this process has done and EC2 does not show yet. Tells when
 * one has ended by itself.
 */
export class InstanceBook {
  readonly #options: InstanceBookOptions;
  /** Launched by this process and not shown yet, by their ids. */
  readonly #unseen = new Map<string, { readonly instance: Ec2Instance; readonly since: number }>();
  /** Being ended by this process. EC2 may show them as running for some seconds. */
  readonly #ending = new Set<string>();
  /** Known to have run, by the ids of the nodes. */
  #ran: Map<string, Ec2Instance> = new Map();
  readonly #listeners = new Set<(id: string, reason: string) => void>();
  readonly #turns = new KeyTurns();
  #lookedAt = -Infinity;
  #lookingSince = 0;

  constructor(options: InstanceBookOptions) {
    this.#options = options;
  }

  onEnded(listener: (id: string, reason: string) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Resolves once EC2 shows whatever another process has launched that led before. */
  async settle(): Promise<void> {
    const { clock, settleMs } = this.#options;
    await this.look();
    const waitMs = this.#lookingSince + settleMs - clock.now();
    if (waitMs > 0) await new Promise<void>((resolve) => void clock.after(waitMs, resolve));
  }

  /** One look after the other, so that none is overtaken by an older one. */
  async look(): Promise<Instances> {
    return await this.#turns.run('look', async () => {
      const shown = await this.#options.api.instances();
      const now = this.#options.clock.now();
      if (now - this.#lookedAt > LAPSE_MS) this.#lookingSince = now;
      this.#lookedAt = now;
      return this.#sort(this.#complete(shown));
    });
  }

  /** Takes note of what this process has launched. */
  add(instance: Ec2Instance): void {
    this.#unseen.set(instance.instanceId, { instance, since: this.#options.clock.now() });
    this.#ran.set(instance.nodeId, instance);
  }

  /** Takes note of what this process ends. */
  end(instanceIds: readonly string[]): void {
    for (const id of instanceIds) this.#ending.add(id);
  }

  unend(instanceIds: readonly string[]): void {
    for (const id of instanceIds) this.#ending.delete(id);
  }

  /**
   * Waits until EC2 shows the instance of a node that is known to have been launched.
   * @throws when it does not
   */
  async await(nodeId: string): Promise<Ec2Instance> {
    const { clock, settleMs } = this.#options;
    const until = clock.now() + settleMs;
    for (;;) {
      const { running } = await this.look();
      const found = running.find((instance) => instance.nodeId === nodeId);
      if (found !== undefined) return found;
      if (clock.now() >= until) throw new Error('it was launched before, and EC2 does not show its instance');
      await new Promise<void>((resolve) => void clock.after(1_000, resolve));
    }
  }

  #complete(shown: readonly Ec2Instance[]): readonly Ec2Instance[] {
    const now = this.#options.clock.now();
    const shownIds = new Set(shown.map(({ instanceId }) => instanceId));
    for (const [id, { since }] of this.#unseen) {
      if (shownIds.has(id) || now - since >= UNSEEN_MS) this.#unseen.delete(id);
    }
    for (const id of this.#ending) if (!shownIds.has(id) && !this.#unseen.has(id)) this.#ending.delete(id);
    return [...shown, ...[...this.#unseen.values()].map(({ instance }) => instance)];
  }

  #sort(instances: readonly Ec2Instance[]): Instances {
    const running: Ec2Instance[] = [];
    const surplus: Ec2Instance[] = [];
    const ended: Ec2Instance[] = [];
    const byAge = instances.toSorted(
      (one, other) => one.launchedAt - other.launchedAt || (one.instanceId < other.instanceId ? -1 : 1),
    );
    for (const instance of byAge) {
      if (hasEnded(instance) || this.#ending.has(instance.instanceId)) ended.push(instance);
      else if (isHalted(instance)) surplus.push(instance);
      else if (running.some(({ nodeId }) => nodeId === instance.nodeId)) surplus.push(instance);
      else running.push(instance);
    }
    this.#tellEnds(running, instances);
    return { running, surplus, ended };
  }

  #tellEnds(running: readonly Ec2Instance[], instances: readonly Ec2Instance[]): void {
    const before = this.#ran;
    this.#ran = new Map(running.map((instance) => [instance.nodeId, instance]));
    for (const [nodeId, { instanceId }] of before) {
      if (this.#ran.has(nodeId) || this.#ending.has(instanceId)) continue;
      const now = instances.find((instance) => instance.instanceId === instanceId);
      const why = now === undefined ? 'EC2 does not show it any more' : now.reason || `it is ${now.state}`;
      for (const listener of this.#listeners)
        listener(nodeId, `its instance ${instanceId} has ended: ${why}`);
    }
  }
}

function hasEnded({ state }: Ec2Instance): boolean {
  return state === 'shutting-down' || state === 'terminated';
}

function isHalted({ state }: Ec2Instance): boolean {
  return state === 'stopping' || state === 'stopped';
}
