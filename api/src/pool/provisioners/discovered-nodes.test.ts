import { afterEach, describe, expect, it, vi } from 'vitest';
import { ConfigurationEndpoint } from '../../../test/configuration-endpoint.ts';
import { NODE_PROGRAMS, TestPool } from '../../../test/test-pool.ts';
import { makeNewId } from '../../ordered-id.ts';
import { BodyBudget } from '../nodes/body-budget.ts';
import { startPool, type Pool } from '../pool.ts';
import { MemoryPoolStore } from '../state/memory-pool-store.ts';
import { DiscoveredNodes } from './discovered-nodes.ts';
import { StaticProvisioner } from './static.ts';

const PATIENCE = { timeout: 20_000, interval: 10 };
const closings: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closings.splice(0).toReversed()) await close();
});

describe('the nodes of a cluster', () => {
  it('are asked for again once the answer is three seconds old', async () => {
    const { endpoint, discovered, pass } = await open();
    endpoint.tell(1, ['a|10.0.0.1|11211']);
    expect(await discovered.nodes()).toMatchObject([{ label: 'a' }]);
    endpoint.tell(2, ['a|10.0.0.1|11211', 'b|10.0.0.2|11211']);
    pass(2_999);
    expect(await discovered.nodes()).toHaveLength(1);
    pass(1);
    expect(await discovered.nodes()).toMatchObject([{ label: 'a' }, { label: 'b' }]);
    expect(endpoint.asked).toBe(2);
  });

  it('are not taken back by a node that has not heard of the change yet, but are by another cluster', async () => {
    const { endpoint, discovered, pass } = await open();
    endpoint.tell(7, ['a|10.0.0.1|11211', 'b|10.0.0.2|11211']);
    await discovered.nodes();
    endpoint.tell(6, ['a|10.0.0.1|11211']);
    pass(3_000);
    expect(await discovered.nodes()).toHaveLength(2);
    pass(299_000);
    expect(await discovered.nodes()).toHaveLength(2);
    pass(3_000);
    expect(await discovered.nodes()).toHaveLength(1);
  });

  it('are not known while the endpoint is away, silent or something else, and are again after', async () => {
    const { endpoint, discovered, pass } = await open();
    const { port } = endpoint.address;
    const sorry = `The cluster at 127.0.0.1:${port} (CACHE_DISCOVERY) does not tell its nodes: `;
    await expect(discovered.nodes()).rejects.toThrow(`${sorry}it did not answer within 1000 ms.`);
    endpoint.reply = 'ERROR\r\n';
    await expect(discovered.nodes()).rejects.toThrow(`${sorry}it answers "ERROR" to config get cluster.`);
    endpoint.tell(1, ['a|10.0.0.1|11211']);
    expect(await discovered.nodes()).toHaveLength(1);
    await endpoint.close();
    pass(3_000);
    await expect(discovered.nodes()).rejects.toThrow(`${sorry}connect ECONNREFUSED`);
    const again = await ConfigurationEndpoint.open(port);
    closings.push(() => again.close());
    again.tell(2, ['a|10.0.0.1|11211', 'b|10.0.0.2|11211']);
    expect(await discovered.nodes()).toHaveLength(2);
  });
});

describe.each(NODE_PROGRAMS.filter(({ transport }) => transport === 'tcp'))(
  'a cluster of $name',
  (program) => {
    it('is the pool, follows every change, and outlives its endpoint', async () => {
      const nodes = await TestPool.open(3, { program });
      closings.push(() => nodes.close());
      const { endpoint, discovered, pass } = await open();
      const listed = nodes.nodes.map(
        ({ label, address }) => `${label}|127.0.0.1|${'port' in address && address.port}`,
      );
      const labels = listed.map((part) => part.replace('|127.0.0.1|', ':'));
      endpoint.tell(1, listed.slice(0, 2));
      const pool = await start(new StaticProvisioner(discovered));
      expect(pool.state!.members).toEqual(labels.slice(0, 2));
      expect(pool.fixedReason).toMatch(
        /cluster at 127.0.0.1:\d+ \(CACHE_DISCOVERY\); change the cluster there/,
      );

      endpoint.tell(2, listed);
      pass(3_000);
      await vi.waitUntil(() => pool.state!.members.length === 3, PATIENCE);
      expect(pool.state).toMatchObject({ desiredSize: 3, members: labels });

      endpoint.tell(3, [listed[0]!, listed[2]!]);
      pass(3_000);
      await vi.waitUntil(() => pool.state!.members.length === 2, PATIENCE);
      expect(pool.state).toMatchObject({ desiredSize: 2, members: [labels[0], labels[2]] });

      const { asked } = endpoint;
      endpoint.reply = 'SERVER_ERROR out of order\r\n';
      pass(3_000);
      await vi.waitUntil(() => endpoint.asked > asked, PATIENCE);
      expect(pool.state!.members).toEqual([labels[0], labels[2]]);
    });
  },
);

async function open() {
  const endpoint = await ConfigurationEndpoint.open();
  closings.push(() => endpoint.close());
  let now = 0;
  const discovered = new DiscoveredNodes({ endpoint: endpoint.address, monotonicNow: () => now });
  return { endpoint, discovered, pass: (ms: number) => (now += ms) };
}

async function start(provisioner: StaticProvisioner): Promise<Pool> {
  const store = new MemoryPoolStore({ now: Date.now, clock: () => performance.now() });
  await store.initialise({ desiredSize: 2, capacityMiB: 96 });
  const pool = await startPool({
    store,
    provisioner,
    budget: new BodyBudget(64 * 2 ** 20),
    holder: 'test',
    maxNodes: 8,
    log: { warn() {} },
    random: () => 0.5,
    newId: makeNewId(Date.now),
  });
  closings.push(() => pool.close());
  return pool;
}
