import type { Clock } from '../reconciling/clock.ts';
import type { Ec2Api, Ec2Instance } from './ec2-api.ts';

export interface InstanceNoticesOptions {
  readonly api: Pick<Ec2Api, 'interrupted'>;
  readonly clock: Pick<Clock, 'now'>;
  readonly onTrouble: (error: unknown) => void;
}

const ASK_EVERY_MS = 5_000;
const INTERRUPTED = 'EC2 takes its spot instance away within two minutes';
const RETIRED = 'its instance has the tag shoal:retire';

/**
 * Knows which instances are to go: those that somebody has tagged, and spot instances that are about to be interrupted. EC2 tells so in the state of their requests when it gives notice to the
 * instance; it is asked there, so that nodes need no agent and no permission of their own.
 */
export class InstanceNotices {
  readonly #options: InstanceNoticesOptions;
  #askedAt = -Infinity;
  #interrupted: ReadonlySet<string> = new Set();

  constructor(options: InstanceNoticesOptions) {
    this.#options = options;
  }

  /** The notices by the ids of instances. Never rejects: without an answer, the ones before. */
  async look(instances: readonly Ec2Instance[]): Promise<ReadonlyMap<string, string>> {
    const spot = instances.filter(({ spotRequestId }) => spotRequestId !== undefined);
    const { api, clock, onTrouble } = this.#options;
    if (spot.length > 0 && clock.now() - this.#askedAt >= ASK_EVERY_MS) {
      this.#askedAt = clock.now();
      try {
        this.#interrupted = await api.interrupted(spot.map(({ spotRequestId }) => spotRequestId!));
      } catch (error) {
        onTrouble(error);
      }
    }
    const retired = instances.filter(({ isRetired }) => isRetired);
    const noticed = spot.filter(({ spotRequestId }) => this.#interrupted.has(spotRequestId!));
    return new Map([
      ...retired.map(({ instanceId }) => [instanceId, RETIRED] as const),
      ...noticed.map(({ instanceId }) => [instanceId, INTERRUPTED] as const),
    ]);
  }
}
