import { KeyTurns } from '../../key-turns.ts';
import { formatAddress } from '../nodes/node-address.ts';
import type { Clock } from '../reconciling/clock.ts';
import { Ec2Refusal, type Ec2Api, type Ec2Instance, type Place } from './ec2-api.ts';
import { InstanceBook } from './instance-book.ts';
import type { NodeSpec, Provisioner, RunningNode } from './provisioner.ts';
import { InstanceNotices } from './instance-notices.ts';

export interface Ec2ProvisionerOptions {
  readonly api: Ec2Api;
  /** The value of the tag `shoal:pool`. */
  readonly pool: string;
  /** The most instances that may run, whatever is asked for. */
  readonly maxNodes: number;
  /** Where instances are launched: the first that has room. */
  readonly places: readonly [Place, ...Place[]];
  /** Where nodes listen. */
  readonly port: number;
  readonly startMs: number;
  readonly userData: (spec: NodeSpec) => string;
  readonly clock: Clock;
  /** Called when something is wrong that hinders nothing now. */
  readonly onTrouble: (error: unknown) => void;
  /** So long EC2 may take to show what was launched. */
  readonly settleMs?: number;
}

/** EC2 shows what it has done after some seconds, not at once. */
const SETTLE_MS = 10_000;

/**
 * Launches nodes as EC2 instances. A node's id is written down before it is launched, and the token of the launch is made of it, so that
 * a process which goes on where another one was killed finds or gets the same instance. Nothing else is kept: instances are found by
 * their tags. It is meant to be used by one process at a time, the leader of the pool.
 */
export class Ec2Provisioner implements Provisioner {
  readonly isElastic = true;
  readonly outliveApi = true;
  readonly startMs: number;
  readonly #options: Ec2ProvisionerOptions;
  readonly #book: InstanceBook;
  readonly #notices: InstanceNotices;
  readonly #turns = new KeyTurns();
  /** Instances that are being launched, by the ids of their nodes. */
  readonly #reserved = new Set<string>();

  constructor(options: Ec2ProvisionerOptions) {
    const { api, clock, settleMs = SETTLE_MS } = options;
    this.#options = options;
    this.startMs = options.startMs;
    this.#book = new InstanceBook({ api, clock, settleMs });
    this.#notices = new InstanceNotices(options);
  }

  async launch(spec: NodeSpec): Promise<RunningNode> {
    return await this.#turns.run(spec.id, async () => {
      await this.#book.settle();
      const instances = await this.#book.look();
      const found = instances.running.find(({ nodeId }) => nodeId === spec.id);
      if (found !== undefined) return this.#describe(found);
      const lives = instances.ended.filter(({ nodeId }) => nodeId === spec.id).length;
      const living = [...instances.running, ...instances.surplus];
      return this.#describe(await this.#launchAnew(spec, lives, living));
    });
  }

  async list(): Promise<readonly RunningNode[]> {
    const { running, surplus } = await this.#book.look();
    if (surplus.length > 0) await this.#terminate(surplus);
    const notices = await this.#notices.look(running);
    return running.map((instance) => ({
      ...this.#describe(instance),
      ...(notices.has(instance.instanceId) && { notice: notices.get(instance.instanceId) }),
    }));
  }

  async stop(id: string): Promise<void> {
    await this.#turns.run(id, async () => {
      const { running, surplus } = await this.#book.look();
      await this.#terminate([...running, ...surplus].filter(({ nodeId }) => nodeId === id));
    });
  }

  onEnded(listener: (id: string, reason: string) => void): () => void {
    return this.#book.onEnded(listener);
  }

  async lastWords(id: string): Promise<string> {
    const { running, ended } = await this.#book.look();
    const instance = [...running, ...ended].find(({ nodeId }) => nodeId === id);
    return instance === undefined ? '' : await this.#options.api.consoleTail(instance.instanceId);
  }

  /** @param lives how many instances the node has had before */
  async #launchAnew(spec: NodeSpec, lives: number, living: readonly Ec2Instance[]): Promise<Ec2Instance> {
    const { maxNodes } = this.#options;
    // Nothing is awaited between the look and the reservation.
    const others = living.filter(({ nodeId }) => !this.#reserved.has(nodeId)).length + this.#reserved.size;
    if (others >= maxNodes) {
      throw new Error(
        `${others} instances run or are being launched, and there may be no more than ${maxNodes}`,
      );
    }
    this.#reserved.add(spec.id);
    try {
      const instance = await this.#launchSomewhere(spec, lives);
      this.#book.add(instance);
      return instance;
    } finally {
      this.#reserved.delete(spec.id);
    }
  }

  /** One place after the other. Only a clear refusal leads to the next: after any other failure there may be an instance. */
  async #launchSomewhere(spec: NodeSpec, lives: number): Promise<Ec2Instance> {
    const { api, pool, places, userData } = this.#options;
    const tags = {
      Name: `shoal ${pool} ${spec.label}`,
      'shoal:pool': pool,
      'shoal:node': spec.id,
      'shoal:slot': `${spec.slot}`,
      'shoal:epoch': `${spec.epoch}`,
    };
    const refusals: string[] = [];
    for (const [index, place] of places.entries()) {
      const clientToken = `${spec.id}.${lives}.${index}`;
      try {
        return await api.launch({ place, clientToken, tags, userData: userData(spec) });
      } catch (error) {
        if (!(error instanceof Ec2Refusal)) throw error;
        // Parameters have changed since it was launched by one who was killed before it knew.
        if (error.isOfToken) return await this.#book.await(spec.id);
        if (!error.isOfPlace) throw error;
        refusals.push(`${nameOf(place)}: ${error.code}`);
      }
    }
    throw new Error(`EC2 has no room for it in any of ${places.length} places (${refusals.join(', ')})`);
  }

  async #terminate(instances: readonly Ec2Instance[]): Promise<void> {
    if (instances.length === 0) return;
    const ids = instances.map(({ instanceId }) => instanceId);
    this.#book.end(ids);
    try {
      await this.#options.api.terminate(ids);
    } catch (error) {
      this.#book.unend(ids);
      throw error;
    }
  }

  #describe({ nodeId, slot, privateIp }: Ec2Instance): RunningNode {
    const { port } = this.#options;
    return { id: nodeId, slot, address: formatAddress({ host: privateIp ?? '0.0.0.0', port }) };
  }
}

function nameOf({ subnet, instanceType }: Place): string {
  return [instanceType, subnet].filter((part) => part !== undefined).join(' in ') || 'the launch template';
}
