import { z } from 'zod';
import type { Inputs } from './inputs.ts';

/** What the autoscaler sees when it looks at Shoal. */
export interface Look extends Inputs {
  /** How many nodes were ready in the minute. Null without data. */
  readonly nodesReady: number | null;
  /** The tick that was decided on last, by whichever autoscaler. */
  readonly latestTick: number | undefined;
}

/**
 * What the api has answered to `LOOK`, with times in milliseconds.
 * @throws Error when it is anything else
 */
export function parseLook(answer: unknown): Look {
  const parsed = answerSchema.safeParse(answer);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new Error(
      `The api answered something else than it was asked for: ${issue?.path.join('.')} is wrong`,
    );
  }
  const { pool, scalingPolicy, stats, latest, changes } = parsed.data;
  const minute = stats.minutes.at(-1);
  return {
    now: pool.serverTime,
    policy: scalingPolicy,
    pool: {
      desiredSize: pool.desiredSize,
      fixedReason: pool.fixedReason,
      nodes: pool.nodes.filter(({ state }) => state !== 'GONE'),
      isResizing: pool.resize !== null || pool.queuedResizes.length > 0,
      lastResizeFinishedAt: pool.lastResizeFinishedAt,
    },
    minute,
    changes: changes.edges.map(({ node }) => node),
    nodesReady: minute?.nodesReady ?? null,
    latestTick: latest.edges[0]?.node.tick,
  };
}

const time = z.iso.datetime({ offset: true }).transform(Date.parse);
const edges = <Node extends z.ZodType>(node: Node) => z.object({ edges: z.array(z.object({ node })) });

const answerSchema = z.object({
  pool: z.object({
    serverTime: time,
    desiredSize: z.number(),
    fixedReason: z.string().nullable(),
    lastResizeFinishedAt: time.nullable(),
    nodes: z.array(z.object({ name: z.string(), state: z.string(), launchedAt: time })),
    resize: z.object({}).nullable(),
    queuedResizes: z.array(z.object({})),
  }),
  scalingPolicy: z.object({
    mode: z.enum(['MANUAL', 'AUTO']),
    maxMissRate: z.number(),
    minMissRate: z.number(),
    expandRatio: z.number(),
    shrinkRatio: z.number(),
    minNodes: z.number(),
    maxNodes: z.number(),
    cooldownSeconds: z.number(),
    flapWindowMinutes: z.number(),
  }),
  stats: z.object({
    minutes: z.array(
      z.object({
        time,
        gets: z.number().nullable(),
        missRate: z.number().nullable(),
        nodesReady: z.number().nullable(),
        isComplete: z.boolean(),
      }),
    ),
  }),
  latest: edges(z.object({ tick: time })),
  changes: edges(
    z.object({
      at: time,
      verdict: z.enum(['EXPAND', 'SHRINK']),
      size: z.number(),
      newSize: z.number(),
      missRate: z.number().nullable(),
      gets: z.number().nullable(),
    }),
  ),
});
