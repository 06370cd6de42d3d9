export interface TopologyOptions {
  readonly replicas: number;
  readonly trials: number;
  /** From 0 to below 1. */
  readonly random: () => number;
}

export interface TopologySpread {
  /** After the change was written: when half of the replicas, and 99 % of all in all trials, route by it. */
  readonly halfMs: number;
  readonly mostMs: number;
  /** When the last replica does, on average and in the worst trial. */
  readonly lastMeanMs: number;
  readonly lastWorstMs: number;
  /** How often the database is asked, by all of them. */
  readonly looksPerSecond: number;
}

/** As in the api: each replica asks for the revision so long after its last look has ended, and reads the state when it is new. */
const ROUND_MS = 1_000;
/** A look-up by primary key over a network, mostly; now and then the database is slow. */
const LOOK_MS = { usual: 2, slow: 50, slowShare: 0.01 };

/** Each replica looks at moments of its own. The leader has written the change itself and knows it at once. */
export function spreadOfTopology({ replicas, trials, random }: TopologyOptions): TopologySpread {
  const lookMs = () => (random() < LOOK_MS.slowShare ? LOOK_MS.slow : LOOK_MS.usual) * (0.5 + random());
  const delays: number[] = [];
  const lasts: number[] = [];
  for (let trial = 0; trial < trials; trial++) {
    // Three questions: the lease, the revision, the state.
    const followers = Array.from(
      { length: replicas - 1 },
      () => random() * ROUND_MS + lookMs() + lookMs() + lookMs(),
    );
    const all = [0, ...followers];
    delays.push(...all);
    lasts.push(Math.max(...all));
  }
  const sorted = Float64Array.from(delays).sort();
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]!;
  const meanLookMs = LOOK_MS.usual * (1 - LOOK_MS.slowShare) + LOOK_MS.slow * LOOK_MS.slowShare;
  return {
    halfMs: at(0.5),
    mostMs: at(0.99),
    lastMeanMs: lasts.reduce((total, last) => total + last, 0) / trials,
    lastWorstMs: Math.max(...lasts),
    looksPerSecond: (2 * replicas * 1_000) / (ROUND_MS + 2 * meanLookMs),
  };
}
