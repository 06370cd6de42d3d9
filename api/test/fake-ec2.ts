import {
  Ec2Refusal,
  type Ec2Api,
  type Ec2Instance,
  type LaunchRequest,
} from '../src/pool/provisioners/ec2-api.ts';
import type { Clock } from '../src/pool/reconciling/clock.ts';

/**
 * EC2 as far as a stand-in over HTTP is not: it launches once for a token, shows what was done some time later, runs out of room, and takes
 * spot instances away.
 */
export class FakeEc2 implements Ec2Api {
  readonly #clock: Clock;
  readonly #showAfterMs: () => number;
  readonly #instances = new Map<string, Ec2Instance & { readonly shownAt: number }>();
  readonly #byToken = new Map<string, { readonly instanceId: string; readonly parameters: string }>();
  /** What was asked for, in few words. */
  readonly asked: string[] = [];
  /** The refusal of each instance type that has one. */
  readonly refusals = new Map<string | undefined, string>();
  readonly interruptedRequests = new Set<string>();
  isSpot = false;
  console = '';
  mostRunning = 0;

  constructor(clock: Clock, showAfterMs: () => number = () => 0) {
    this.#clock = clock;
    this.#showAfterMs = showAfterMs;
  }

  get running(): Ec2Instance[] {
    return [...this.#instances.values()].filter(({ state }) => state === 'running');
  }

  async instances(): Promise<readonly Ec2Instance[]> {
    this.asked.push('instances');
    const now = this.#clock.now();
    return [...this.#instances.values()].filter(({ shownAt }) => shownAt <= now);
  }

  async launch({ place, clientToken, tags, userData }: LaunchRequest): Promise<Ec2Instance> {
    this.asked.push(`launch ${clientToken}`);
    const parameters = JSON.stringify([place, tags, userData]);
    const before = this.#byToken.get(clientToken);
    if (before !== undefined) {
      if (before.parameters === parameters) return this.#instances.get(before.instanceId)!;
      throw new Ec2Refusal('IdempotentParameterMismatch', 'the token was used');
    }
    const refusal = this.refusals.get(place.instanceType);
    if (refusal !== undefined) throw new Ec2Refusal(refusal, `${refusal}.`);
    const count = this.#instances.size + 1;
    const instanceId = `i-${count}`;
    const now = this.#clock.now();
    const instance: Ec2Instance = {
      instanceId,
      nodeId: tags['shoal:node']!,
      slot: Number(tags['shoal:slot']),
      state: 'running',
      privateIp: `10.0.0.${count}`,
      launchedAt: now,
      spotRequestId: this.isSpot ? `sir-${count}` : undefined,
      isRetired: false,
      reason: '',
    };
    this.#instances.set(instanceId, { ...instance, shownAt: now + this.#showAfterMs() });
    this.#byToken.set(clientToken, { instanceId, parameters });
    this.mostRunning = Math.max(this.mostRunning, this.running.length);
    return instance;
  }

  async terminate(instanceIds: readonly string[]): Promise<void> {
    this.asked.push(`terminate ${instanceIds.join()}`);
    for (const id of instanceIds) this.end(id, 'Client.UserInitiatedShutdown');
  }

  async consoleTail(): Promise<string> {
    return this.console;
  }

  async interrupted(spotRequestIds: readonly string[]): Promise<ReadonlySet<string>> {
    this.asked.push('interrupted');
    return new Set(spotRequestIds.filter((id) => this.interruptedRequests.has(id)));
  }

  retire(instanceId: string): void {
    this.#instances.set(instanceId, { ...this.#instances.get(instanceId)!, isRetired: true });
  }

  /** Ends an instance, or halts it, without anybody here having asked. */
  end(instanceId: string, reason: string, state: Ec2Instance['state'] = 'shutting-down'): void {
    const instance = this.#instances.get(instanceId);
    if (instance !== undefined) this.#instances.set(instanceId, { ...instance, state, reason });
  }
}
