import type { Shape } from './options.ts';
import type { ShoalClient } from './shoal-client.ts';
import type { Tally } from './tally.ts';

const TICK_MS = 5;
const MAX_UNDER_WAY = 2_000;
const FLASH_SHARE = 0.2;

export interface ReadPlan {
  readonly client: ShoalClient;
  readonly nextPath: () => string;
  /** Reads per second at the most. */
  readonly rate: number;
  readonly shape: Shape;
  readonly seconds: number;
  readonly signal: AbortSignal;
  /** Told of each read. Another one may take its place at any time. */
  tallies(): readonly Tally[];
}

/**
 * Reads at the given rate whether answers come or not: an open loop. A latency counts from when the read was due, so that a pause of
 * the server is seen by all reads that fell into it.
 */
export async function readOpenly(plan: ReadPlan): Promise<void> {
  const startedAt = performance.now();
  let due = startedAt;
  let underWay = 0;
  let wake = () => {};
  while (!plan.signal.aborted) {
    const now = performance.now();
    if (now - startedAt >= plan.seconds * 1000) break;
    for (; due <= now; due += 1000 / rateAt(plan, (due - startedAt) / 1000)) {
      if (underWay >= MAX_UNDER_WAY) {
        for (const tally of plan.tallies()) tally.drop();
        continue;
      }
      underWay++;
      void readOnce(plan, due).finally(() => {
        if (--underWay === 0) wake();
      });
    }
    await new Promise((resolve) => setTimeout(resolve, TICK_MS));
  }
  if (underWay > 0) await new Promise<void>((resolve) => (wake = resolve));
}

/** Reads per second at this time of the run. */
export function rateAt(
  { rate, shape, seconds }: Pick<ReadPlan, 'rate' | 'shape' | 'seconds'>,
  at: number,
): number {
  const share = at / seconds;
  switch (shape) {
    case 'constant':
      return rate;
    case 'day':
      return rate * (0.15 + (0.85 * (1 - Math.cos(2 * Math.PI * share))) / 2);
    case 'flash':
      return Math.abs(share - 0.5) < FLASH_SHARE / 2 ? rate : rate / 5;
  }
}

async function readOnce({ client, nextPath, tallies }: ReadPlan, due: number): Promise<void> {
  try {
    const { status, isHit, sizeBytes } = await client.read(nextPath());
    const latencyMs = performance.now() - due;
    for (const tally of tallies()) {
      if (status === 200) tally.read(latencyMs, isHit, sizeBytes);
      else tally.fail();
    }
  } catch {
    for (const tally of tallies()) tally.fail();
  }
}
