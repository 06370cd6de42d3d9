import { type ExecutionResult, graphql, parse, subscribe } from 'graphql';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { BUSY_POOL_SHOWN, EVENT, makeBusyPool } from '../../test/busy-pool.ts';
import type { Database } from '../database/database.ts';
import { openDatabase } from '../database/open-database.ts';
import type { Role } from '../access/role.ts';
import { callerWith } from '../../test/callers.ts';
import { createSchema, createTopics } from '../graphql/schema.ts';
import { ScalingPolicies } from '../scaling/scaling-policies.ts';
import { ScalingResolver } from '../scaling/scaling.resolver.ts';
import { MemoryPoolStore } from './state/memory-pool-store.ts';
import { PoolService } from './pool-service.ts';
import { POOL_UPDATED, PoolResolver } from './pool.resolver.ts';
import type { PoolView } from './pool-view.ts';

const NOW = EVENT.at;
const WHOLE_POOL = `{
  pool {
    desiredSize maxNodes isElastic fixedReason epoch mode
    nodes {
      id name address state since reason launchedAt ringShare evictionPolicy items bytes capacityBytes hits misses
    }
    resize { ...all } queuedResizes { ...all } finishedResizes { ...all }
    history { at node text }
  }
  cacheConfig { capacityMiB evictionPolicy copyLimitMiBps pendingNodes }
  scalingPolicy { mode maxMissRate minMissRate expandRatio shrinkRatio minNodes maxNodes cooldownSeconds flapWindowMinutes updatedAt }
}
fragment all on Resize {
  id fromSize toSize state reason requestedAt startedAt finishedAt
  entriesTotal entriesCopied bytesTotal bytesCopied bytesPerSecond secondsLeft
}`;

describe('the pool over GraphQL', () => {
  test('shows what is written down and what its nodes say', async () => {
    const { ask, store } = await open();
    await store.update((state) => ({ state: { ...state, ...makeBusyPool(state.config) }, events: [EVENT] }));
    const { data, errors } = await ask(WHOLE_POOL);
    expect(errors).toBeUndefined();
    expect(JSON.parse(JSON.stringify(data))).toEqual(BUSY_POOL_SHOWN);
  });

  test('changes what it is asked to', async () => {
    const { ask } = await open();
    const config = 'setCacheConfig(input: { evictionPolicy: W_TINYLFU }) { evictionPolicy capacityMiB }';
    expect(await ask(`mutation { ${config} }`)).toEqual({
      data: { setCacheConfig: { evictionPolicy: 'W_TINYLFU', capacityMiB: 256 } },
    });
    const resize = 'mutation { resizePool(size: 3) { desiredSize queuedResizes { toSize } } }';
    expect(await ask(resize)).toEqual({
      data: { resizePool: { desiredSize: 3, queuedResizes: [{ toSize: 3 }] } },
    });
    const mode = 'mutation { setPoolMode(input: { mode: AUTO }) { mode } }';
    expect(await ask(mode)).toEqual({ data: { setPoolMode: { mode: 'AUTO' } } });
    expect(codeOf(await ask('mutation { resizePool(size: 4) { mode } }'))).toBe('CONFLICT');
    const byAutoscaler = await ask('mutation { resizePool(size: 4) { desiredSize mode } }', 'AUTOSCALER');
    expect(byAutoscaler).toEqual({ data: { resizePool: { desiredSize: 4, mode: 'AUTO' } } });
    for (const name of ['pauseResize', 'resumeResize', 'cancelResize']) {
      expect(codeOf(await ask(`mutation { ${name} { epoch } }`))).toBe('CONFLICT');
    }
    expect(codeOf(await ask('mutation { cancelResize(id: "x") { epoch } }'))).toBe('NOT_FOUND');
    const { data } = await ask('{ pool { history(first: 2) { text } queuedResizes { id } } }');
    const { history, queuedResizes } = data!['pool'] as PoolShown;
    expect(history.map(({ text }) => text)).toEqual([
      'Resize from 3 to 4 asked for by the autoscaler',
      'Scaling policy changed: mode from MANUAL to AUTO',
    ]);
    const cancelled = await ask(
      `mutation { cancelResize(id: "${queuedResizes[0]!.id}") { queuedResizes { fromSize toSize } } }`,
    );
    expect(cancelled.data).toEqual({ cancelResize: { queuedResizes: [{ fromSize: 2, toSize: 4 }] } });
  });

  test('is told to subscribers now and after each change, to slow ones only as it is in the end', async () => {
    const { store, schema, topics } = await open();
    const document = parse('subscription { poolUpdated { desiredSize } }');
    const contextValue = { caller: callerWith('VIEWER') };
    const updates = (await subscribe({
      schema,
      document,
      contextValue,
    })) as AsyncGenerator<ExecutionResult>;
    const next = async () => (await updates.next()).value as ExecutionResult;
    expect(await next()).toEqual({ data: { poolUpdated: { desiredSize: 2 } } });
    const second = next();
    const resizeTo = async (desiredSize: number) => {
      await store.update((state) => ({ state: { ...state, desiredSize } }));
      topics.publish(POOL_UPDATED);
    };
    await resizeTo(3);
    expect(await second).toEqual({ data: { poolUpdated: { desiredSize: 3 } } });
    for (let size = 4; size < 8; size++) await resizeTo(size);
    expect(await next()).toEqual({ data: { poolUpdated: { desiredSize: 7 } } });
    await updates.return(undefined);
  });
});

interface PoolShown {
  readonly history: readonly { readonly text: string }[];
  readonly queuedResizes: readonly { readonly id: string }[];
}

async function openSqliteFile(): Promise<Database> {
  const folder = await mkdtemp(join(tmpdir(), 'shoal-pool-'));
  const database = await openDatabase({ file: join(folder, 'shoal.db') });
  onTestFinished(async () => {
    await database.close();
    await rm(folder, { recursive: true });
  });
  return database;
}

async function open() {
  const database = await openSqliteFile();
  const store = new MemoryPoolStore({ now: () => NOW, clock: () => 0 });
  await store.initialise({ desiredSize: 2, capacityMiB: 256 });
  const shown = { items: 7, bytes: 5_000_000_000, capacityBytes: 6_000_000_000, hits: 3, misses: 1 };
  const counters = { ...shown, connections: 1, sets: 0, evictions: 0, bytesIn: 0, bytesOut: 0 };
  const view: PoolView = {
    isElastic: true,
    reports: async () => new Map([['a', { counters, evictionPolicy: 's3-fifo' }]]),
    ringShares: () => new Map([['node-0', 1]]),
    copiedBytesPerSecond: () => 60_000_000,
  };
  const common = { store, maxNodes: 8, now: () => NOW, random: () => 0.5, kick: () => {} };
  const policies = new ScalingPolicies({ ...common, database, fixedReason: undefined });
  let ids = 0;
  const service = new PoolService({
    ...common,
    view,
    readMode: async () => (await policies.read()).mode,
    newId: () => `id ${++ids}`,
    clearEntries: async () => {},
  });
  const topics = createTopics();
  const resolvers = [new PoolResolver(service, policies), new ScalingResolver(policies)];
  const schema = await createSchema(resolvers, topics);
  const ask = async (source: string, role: Role = 'OPERATOR') =>
    await graphql({ schema, source, contextValue: { caller: callerWith(role) } });
  return { ask, store, schema, topics };
}

function codeOf({ errors }: ExecutionResult): unknown {
  const original = errors?.[0]?.originalError;
  return original !== undefined && original !== null && 'code' in original ? original.code : undefined;
}
