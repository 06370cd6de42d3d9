import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { motoMissing, startMoto, type Moto } from '../api/test/moto.ts';
import { MotoMachines, SECRET_PARAMETER } from '../api/test/moto-machines.ts';
import { query, uploaded } from './client.ts';
import { makePicture } from './pictures.ts';
import { startSystem, type System } from './system.ts';

const PATIENCE = { timeout: 60_000, interval: 200 };

describe.skipIf(motoMissing)(`Shoal with nodes on EC2${motoMissing ? ` (${motoMissing})` : ''}`, () => {
  let moto: Moto;
  let machines: MotoMachines;
  const dataDir = mkdtempSync(join(tmpdir(), 'shoal-ec2-'));

  beforeAll(async () => {
    moto = await startMoto();
    machines = await MotoMachines.open(moto);
  });
  afterAll(async () => {
    await machines?.close();
    await moto?.stop();
    rmSync(dataDir, { recursive: true, force: true });
  });

  it(
    'launches them, serves from them, and finds them again after it was killed',
    { timeout: 180_000 },
    async () => {
      const system = await start();
      await vi.waitUntil(async () => (await readyNodes(system)).length === 2, PATIENCE);
      const before = await readyNodes(system);
      const { bytes } = await makePicture({ name: 'picture.png', width: 300, height: 200 });
      const { url } = await uploaded(system.url, 'on/ec2', bytes);
      const readFromNode = async (from: System) => {
        const response = await fetch(`${from.url}${url}`);
        await response.arrayBuffer();
        return response.headers.get('x-cache') === 'HIT';
      };
      await vi.waitUntil(() => readFromNode(system), PATIENCE);
      system.api.kill('SIGKILL');

      const restarted = await start();
      await vi.waitUntil(async () => (await readyNodes(restarted)).length === 2, PATIENCE);
      expect(await readyNodes(restarted)).toEqual(before);
      expect(await readFromNode(restarted)).toBe(true);
      expect(await restarted.stop()).toBe(0);
      // Nodes outlive an orderly end too.
      expect(await machines.running()).toHaveLength(2);
    },
  );

  async function start(): Promise<System> {
    return await startSystem({
      dataDir,
      environment: {
        ...moto.environment,
        EC2_LAUNCH_TEMPLATE: machines.launchTemplate,
        EC2_SUBNETS: machines.subnet,
        EC2_RELEASE: 's3://shoal/release.tar.gz',
        NODE_SECRET_PARAMETER: SECRET_PARAMETER,
        POOL_NAME: 'real-system',
      },
    });
  }
});

async function readyNodes({ url }: System): Promise<{ id: string; address: string }[]> {
  const { data } = await query<{ pool: { nodes: { id: string; state: string; address: string }[] } }>(
    url,
    '{ pool { nodes { id state address } } }',
  );
  return data!.pool.nodes
    .filter(({ state }) => state === 'READY')
    .map(({ id, address }) => ({ id, address }))
    .toSorted((one, other) => (one.id < other.id ? -1 : 1));
}
