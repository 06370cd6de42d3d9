import type { NumberField } from '../base/field-faults.ts';
import { formatDuration, formatShare } from '../base/format.ts';
import type { ScalingPolicy } from './use-scaling-policy.ts';

export type ScalingFieldName = Exclude<keyof ScalingPolicy, 'mode' | 'updatedAt' | '__typename'>;

export interface ScalingField extends NumberField<ScalingFieldName> {
  readonly unit?: string;
  readonly step: number;
  /** Between what it can be slid, if it can. */
  readonly slider?: { readonly min: number; readonly max: number };
  /** What the number means, in a sentence. */
  readonly explain: (value: number) => string;
}

/** The numbers of the scaling policy, in the order of the form. */
export const SCALING_FIELDS: readonly ScalingField[] = [
  {
    name: 'maxMissRate',
    label: 'Max miss rate',
    isWhole: false,
    step: 0.01,
    slider: { min: 0, max: 1 },
    explain: (rate) => `Grow when more than ${formatShare(rate)} of the reads miss.`,
  },
  {
    name: 'minMissRate',
    label: 'Min miss rate',
    isWhole: false,
    step: 0.01,
    slider: { min: 0, max: 1 },
    explain: (rate) => `Shrink when fewer than ${formatShare(rate)} miss.`,
  },
  {
    name: 'expandRatio',
    label: 'Expand ratio',
    isWhole: false,
    step: 0.05,
    slider: { min: 1.05, max: 4 },
    explain: (ratio) => `Grow to ${ratio} times the nodes.`,
  },
  {
    name: 'shrinkRatio',
    label: 'Shrink ratio',
    isWhole: false,
    step: 0.05,
    slider: { min: 0.1, max: 0.95 },
    explain: (ratio) => `Shrink to ${ratio} times the nodes.`,
  },
  {
    name: 'minNodes',
    label: 'Min nodes',
    isWhole: true,
    step: 1,
    explain: (count) => `Never shrink below ${count}.`,
  },
  {
    name: 'maxNodes',
    label: 'Max nodes',
    isWhole: true,
    step: 1,
    explain: (count) => `Never grow above ${count}.`,
  },
  {
    name: 'cooldownSeconds',
    label: 'Cooldown',
    isWhole: true,
    unit: 's',
    step: 10,
    explain: (seconds) => `After a resize, wait ${formatDuration(seconds)} for the next.`,
  },
  {
    name: 'flapWindowMinutes',
    label: 'Flap window',
    isWhole: true,
    unit: 'min',
    step: 5,
    explain: (minutes) => `For ${formatDuration(minutes * 60)} after growing, don’t shrink, and the reverse.`,
  },
];
