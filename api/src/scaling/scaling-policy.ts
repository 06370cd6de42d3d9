import { ShoalError } from '../errors.ts';
import { refuseFaults, wholeNumberFault } from '../input-faults.ts';
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

export type PolicySettings = Omit<ScalingPolicy, 'updatedAt'>;

/** What is null or left out stays as it is. */
export type PolicyChanges = {
  readonly [Name in keyof PolicySettings]?: PolicySettings[Name] | null | undefined;
};

/** `mostNodes` is the most that the pool may ever have. */
export function defaultPolicy(mostNodes: number): ScalingPolicy {
  return {
    mode: 'MANUAL',
    maxMissRate: 0.2,
    minMissRate: 0.05,
    expandRatio: 1.5,
    shrinkRatio: 0.75,
    minNodes: 1,
    maxNodes: mostNodes,
    cooldownSeconds: 180,
    flapWindowMinutes: 30,
    updatedAt: null,
  };
}

/** The policy within a bound that may have become lower since it was stored. */
export function withinBound(policy: ScalingPolicy, mostNodes: number): ScalingPolicy {
  const maxNodes = Math.min(policy.maxNodes, mostNodes);
  return { ...policy, minNodes: Math.min(policy.minNodes, Math.max(1, maxNodes - 1)), maxNodes };
}

/**
 * The policy after the changes; the very same one where they change nothing.
 * @throws ShoalError BAD_USER_INPUT naming all that is out of range and all that contradicts itself
 */
export function changePolicy(
  before: ScalingPolicy,
  changes: PolicyChanges,
  mostNodes: number,
): ScalingPolicy {
  const given = Object.entries(changes).filter(([, value]) => value != null);
  const after = { ...before, ...(Object.fromEntries(given) as Partial<PolicySettings>) };
  refuseFaults(faultsOf(after, mostNodes));
  const isSame = given.every(([name, value]) => before[name as keyof PolicySettings] === value);
  return isSame ? before : after;
}

/** @throws ShoalError CONFLICT for a mode that a pool of given nodes can't have */
export function refuseAutoOfFixedPool({ mode }: PolicyChanges, fixedReason: string | undefined): void {
  if (mode !== 'AUTO' || fixedReason === undefined) return;
  throw new ShoalError('CONFLICT', `The pool can't be in the mode AUTO. ${fixedReason}`);
}

/** What has changed, in words for a person. */
export function describeChange(before: ScalingPolicy, after: ScalingPolicy): string {
  const names = (Object.keys(before) as (keyof ScalingPolicy)[]).filter(
    (name) => name !== 'updatedAt' && before[name] !== after[name],
  );
  const words = names.map((name) => `${name} from ${String(before[name])} to ${String(after[name])}`);
  return `Scaling policy changed: ${words.join(', ')}`;
}

function faultsOf(policy: PolicySettings, mostNodes: number): (string | undefined)[] {
  const { maxMissRate, minMissRate, expandRatio, shrinkRatio, minNodes, maxNodes } = policy;
  const hasRoom = minNodes < maxNodes || (minNodes === 1 && maxNodes === 1 && mostNodes === 1);
  const nodeRange = { min: 1, max: mostNodes };
  return [
    rateFault('maxMissRate', maxMissRate),
    rateFault('minMissRate', minMissRate),
    minMissRate >= maxMissRate
      ? `minMissRate (${minMissRate}) must be below maxMissRate (${maxMissRate})`
      : undefined,
    expandRatio > 1 && expandRatio <= 10
      ? undefined
      : `expandRatio must be above 1 and at most 10, not ${expandRatio}`,
    shrinkRatio > 0 && shrinkRatio < 1
      ? undefined
      : `shrinkRatio must be above 0 and below 1, not ${shrinkRatio}`,
    wholeNumberFault('minNodes', minNodes, nodeRange),
    wholeNumberFault('maxNodes', maxNodes, nodeRange),
    hasRoom ? undefined : `minNodes (${minNodes}) must be below maxNodes (${maxNodes})`,
    wholeNumberFault('cooldownSeconds', policy.cooldownSeconds, { min: 0, max: 86_400 }),
    wholeNumberFault('flapWindowMinutes', policy.flapWindowMinutes, { min: 0, max: 1440 }),
  ];
}

function rateFault(name: string, value: number): string | undefined {
  return value >= 0 && value <= 1 ? undefined : `${name} must be from 0 to 1, not ${value}`;
}
