import { once } from 'node:events';
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { openNodes, ourNode, type NodesFixture } from '../../test/nodes.ts';
import { BodyBudget } from './body-budget.ts';
import { startPool, type Pool } from './pool.ts';
import { LocalSlotProvisioner, type SlotProvisioner } from './slot-provisioner.ts';

const PATIENCE = { timeout: 15_000, interval: 10 };

describe('a pool of local nodes', () => {
  let nodes: NodesFixture | undefined;
  const stops: (() => Promise<unknown>)[] = [];

  afterEach(async () => {
    for (const stop of stops.splice(0).reverse()) await stop();
    await nodes?.close();
    nodes = undefined;
  });

  it('starts when all nodes answer and stops with all of them ended and no socket left', async () => {
    nodes = await openNodes();
    const pool = await start(nodes.provisioner, 3);
    const statuses = await pool.nodes();
    expect(statuses.map(({ label, state }) => [label, state])).toEqual([
      ['node-0', 'READY'],
      ['node-1', 'READY'],
      ['node-2', 'READY'],
    ]);
    for (const { address, counters } of statuses) {
      expect(address).toMatch(/^unix:.*node-\d\.sock$/);
      expect(counters).toEqual({ items: 0, bytes: 0, capacityBytes: 96 * 2 ** 20, hits: 0, misses: 0 });
    }
    expect(pool.topology.ring.members).toEqual(['node-0', 'node-1', 'node-2']);

    await pool.close();
    expect(nodes.provisioner.launched.filter(({ processId }) => isRunning(processId!))).toEqual([]);
    expect(await readdir(nodes.folder)).toEqual([]);
  });

  it('replaces a node that was killed, in its place on the ring', async () => {
    nodes = await openNodes();
    const pool = await start(nodes.provisioner, 2);
    const { epoch, ring } = pool.topology;
    process.kill(nodes.provisioner.launched[1]!.processId!, 'SIGKILL');
    await vi.waitUntil(() => pool.topology.nodes[1]!.state === 'SUSPECT', PATIENCE);
    expect((await pool.nodes())[1]).toMatchObject({ label: 'node-1', state: 'SUSPECT', counters: undefined });
    await vi.waitUntil(() => pool.topology.nodes[1]!.state === 'READY', PATIENCE);
    expect((await pool.nodes())[1]!.counters).toBeDefined();
    expect(nodes.provisioner.launched).toHaveLength(3);
    expect(pool.topology).toMatchObject({ epoch, ring });
  });

  it('ends nodes that do not listen to being asked', async () => {
    nodes = await openNodes();
    const pool = await start(nodes.provisioner, 1);
    const { processId } = nodes.provisioner.launched[0]!;
    process.kill(processId!, 'SIGSTOP');
    await pool.close();
    expect(isRunning(processId!)).toBe(false);
  });

  it('leaves no node behind when its own process is killed', async () => {
    nodes = await openNodes();
    const parent = spawn(
      process.execPath,
      ['-e', PARENT, ...ourNode, '-s', join(nodes.folder, 'orphan.sock')],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    const [line] = (await once(parent.stdout, 'data')) as [Buffer];
    const processId = Number(line.toString());
    await vi.waitUntil(() => existsSync(join(nodes!.folder, 'orphan.sock')), PATIENCE);
    parent.kill('SIGKILL');
    await vi.waitUntil(() => !isRunning(processId), PATIENCE);
  });

  it('finds a shorter place for sockets whose paths would be too long', async () => {
    nodes = await openNodes();
    const folder = join(nodes.folder, 'x'.repeat(90));
    const provisioner = new LocalSlotProvisioner({
      command: ourNode,
      folder,
      capacityMiB: 64,
      maxEntryMiB: 33,
    });
    const pool = await start(provisioner, 1);
    const path = (await pool.nodes())[0]!.address.slice('unix:'.length);
    expect(path.length).toBeLessThanOrEqual(107);
    expect(path.startsWith(join(tmpdir(), 'shoal-'))).toBe(true);
    stops.unshift(() => rm(join(path, '..'), { recursive: true }));
  });

  it('takes the place of a socket that nobody listens on any more', async () => {
    nodes = await openNodes();
    await writeFile(join(nodes.folder, 'node-0.sock'), '');
    await start(nodes.provisioner, 1);
  });

  it('says so when somebody else answers on a socket', async () => {
    nodes = await openNodes();
    await start(nodes.provisioner, 1);
    await expect(start(nodes.provisioner, 1)).rejects.toThrow(/already running on this folder/);
  });

  it.each([
    ['can not be launched', '/nonexistent/program', /ENOENT/],
    ['ends at once', process.execPath, /bad option: -s/],
  ])('is not started when a node %s, and says why', async (_, program, reason) => {
    const folder = await mkdtemp(join(tmpdir(), 'shoal-nodes-'));
    stops.push(() => rm(folder, { recursive: true }));
    const provisioner = new LocalSlotProvisioner({
      command: [program],
      folder,
      capacityMiB: 64,
      maxEntryMiB: 33,
    });
    await expect(start(provisioner, 2)).rejects.toThrow(reason);
  });

  it('is not started when the folder can not be made', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'shoal-nodes-'));
    stops.push(() => rm(folder, { recursive: true }));
    await writeFile(join(folder, 'file'), '');
    await mkdir(join(folder, 'other'));
    const options = {
      command: ourNode,
      folder: join(folder, 'file', 'nodes'),
      capacityMiB: 64,
      maxEntryMiB: 33,
    };
    await expect(start(new LocalSlotProvisioner(options), 1)).rejects.toThrow(/ENOTDIR/);
  });

  async function start(provisioner: SlotProvisioner, desiredSize: number): Promise<Pool> {
    const pool = await startPool({
      desiredSize,
      provisioner,
      budget: new BodyBudget(64 * 2 ** 20),
      log: { warn() {} },
      random: () => 0.5,
    });
    stops.push(() => pool.close());
    return pool;
  }
});

/** Starts the program of its arguments as a provisioner does, and prints its process id. */
const PARENT = `
  const [program, ...args] = process.argv.slice(1);
  const child = require('node:child_process').spawn(program, args, { detached: true, stdio: ['pipe', 'ignore', 'ignore'] });
  console.log(child.pid);
  setInterval(() => {}, 1000);
`;

function isRunning(processId: number): boolean {
  try {
    process.kill(processId, 0);
    return true;
  } catch {
    return false;
  }
}
