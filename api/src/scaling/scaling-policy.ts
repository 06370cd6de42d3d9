import { ShoalError } from '../errors.ts';
import type { SetPoolModeInput } from './scaling.input.ts';
import type { PoolMode } from './scaling.type.ts';

/** Who sets the desired size, and what the autoscaler goes by. */
export interface ScalingPolicy {
  readonly mode: PoolMode;
  /** 0 to 1, above `minMissRate`. */
  readonly maxMissRate: number;
  /** 0 to 1. */
  readonly minMissRate: number;
  /** Above 1, at most 10. */
  readonly expandRatio: number;
  /** Between 0 and 1. */
  readonly shrinkRatio: number;
  readonly minNodes: number;
  readonly maxNodes: number;
  readonly cooldownSeconds: number;
  readonly flapWindowMinutes: number;
  /** Null while mode and policy are as they came. */
  readonly updatedAt: Date | null;
}

/** The stored scaling policy. */
export class ScalingPolicies {
  readonly #maxNodes: number;

  constructor({ maxNodes }: { readonly maxNodes: number }) {
    this.#maxNodes = maxNodes;
  }

  async read(): Promise<ScalingPolicy> {
    return {
      mode: 'MANUAL',
      maxMissRate: 0.2,
      minMissRate: 0.05,
      expandRatio: 1.5,
      shrinkRatio: 0.75,
      minNodes: 1,
      maxNodes: this.#maxNodes,
      cooldownSeconds: 180,
      flapWindowMinutes: 30,
      updatedAt: null,
    };
  }

  async change(_changes: SetPoolModeInput): Promise<ScalingPolicy> {
    throw new ShoalError('UNAVAILABLE', 'The scaling policy can not be changed yet.');
  }
}
