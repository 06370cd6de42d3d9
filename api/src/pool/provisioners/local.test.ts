import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, existsSync, statSync } from 'node:fs';
import { chown, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { cacheNodeCommand, LocalProvisioner, type LocalProvisionerOptions } from './local.ts';
import { LONGEST_SOCKET_NAME, nodeFiles } from './node-files.ts';
import { findProcesses } from './process-table.ts';
import { answers, ask, describeProvisioner, makeSpec } from './provisioner.suite.ts';
import type { NodeSpec, RunningNode } from './provisioner.ts';
import { openSocketFolder } from './socket-folder.ts';

const PATIENCE = { timeout: 15_000, interval: 10 };
const COMMAND = cacheNodeCommand(
  fileURLToPath(new URL('../../../../cache-node/dist/main.js', import.meta.url)),
);

describeProvisioner('The provisioner of local nodes', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'shoal-nodes-'));
  return {
    provisioner: open(folder),
    reopen: async () => open(folder),
    kill: (node) => signal(node, 'SIGKILL'),
    freeze: (node) => signal(node, 'SIGSTOP'),
    remove: () => remove(folder),
  };
});

describe('a local node', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'shoal-nodes-'));
  });
  afterEach(async () => await remove(folder));

  it('ends by itself when nobody comes', async () => {
    const provisioner = open(folder, { orphanTimeoutSeconds: 1 });
    const reason = endOfAny(provisioner);
    await provisioner.launch(makeSpec(0));
    expect(await reason).toBe('ended with code 0');
    expect(await readdir(folder)).toEqual([]);
  });

  it.each([
    ['was ended by SIGKILL', ['sh', '-c', 'kill -9 $$']],
    ['ended with code 7: no luck today', ['sh', '-c', 'echo no luck today >&2; exit 7']],
    [/^ended with code 9: .*bad option: -s/, [process.execPath]],
  ] as const)('that ends at once says why: %s', async (words, command) => {
    const provisioner = open(folder, { command: command as unknown as [string] });
    const reason = endOfAny(provisioner);
    await provisioner.launch(makeSpec(0));
    expect(await reason).toMatch(words);
    expect(await provisioner.list()).toEqual([]);
    expect(await readdir(folder)).toEqual([]);
  });

  it('that can not be launched is refused with the reason, and leaves nothing', async () => {
    const provisioner = open(folder, { command: ['/nonexistent/program'] });
    await expect(provisioner.launch(makeSpec(3))).rejects.toThrow(/^node-3 can't be launched: .*ENOENT/);
    expect(await provisioner.list()).toEqual([]);
    expect(await readdir(folder)).toEqual([]);
  });

  it('has an id that is fit for a file name', async () => {
    const spec = { ...makeSpec(0), id: '../../elsewhere' };
    await expect(open(folder).launch(spec)).rejects.toThrow(/is no id of a node/);
  });

  it('that was launched small and made larger takes large entries, and none of more than half of it before', async () => {
    const node = await open(folder).launch(makeSpec(0, { capacityMiB: 16 }));
    await answers(node);
    expect(await ask(node, 'cache_memlimit 16')).toBe('OK');
    await expect(store(node, 2 ** 20)).resolves.toBe('STORED');
    expect(await store(node, 20 * 2 ** 20)).toMatch(/^SERVER_ERROR/);
    expect(await ask(node, 'get entry-1048576')).toMatch(/^VALUE/);
    expect(await ask(node, 'cache_memlimit 96')).toBe('OK');
    await expect(store(node, 32 * 2 ** 20)).resolves.toBe('STORED');
    expect(await ask(node, 'get entry-1048576')).toMatch(/^VALUE/);
  });

  it('has a log that is kept small', async () => {
    const provisioner = open(folder);
    const node = await provisioner.launch(makeSpec(0));
    const log = pathOf(node).replace(/sock$/, 'log');
    appendFileSync(log, 'x'.repeat(70_000));
    await provisioner.list();
    expect(statSync(log).size).toBe(0);
  });

  it('is found and stopped even when its files are gone', async () => {
    const node = await open(folder).launch(makeSpec(0));
    await answers(node);
    await rm(folder, { recursive: true });
    const restarted = open(folder);
    expect(await restarted.list()).toEqual([node]);
    await restarted.stop(node.id);
    expect(await restarted.list()).toEqual([]);
  });

  it('is not confused with a program that has to do with its socket', async () => {
    const node = await open(folder).launch(makeSpec(0));
    await signal(node, 'SIGKILL');
    const idle = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)', '--', '-s', pathOf(node)]);
    try {
      await once(idle, 'spawn');
      const restarted = open(folder);
      expect(await restarted.list()).toEqual([]);
      await restarted.stop(node.id);
      expect(idle.exitCode ?? idle.signalCode).toBeNull();
    } finally {
      idle.kill('SIGKILL');
    }
  });

  it('has its socket in a shorter place where the path would be too long, the same one after a restart', async () => {
    const long = join(folder, 'x'.repeat(90));
    const node = await open(long).launch(makeSpec(0));
    const short = dirname(pathOf(node));
    try {
      expect(short).toMatch(/\/shoal-\d+-[0-9a-f]{12}$/);
      expect(pathOf(node).length).toBeLessThanOrEqual(107);
      await answers(node);
      expect(await open(long).list()).toEqual([node]);
    } finally {
      await remove(short);
    }
  });

  it.skipIf(process.getuid?.() !== 0)('refuses a short place that is somebody else’s', async () => {
    const long = join(folder, 'x'.repeat(90));
    const short = await openSocketFolder(long, LONGEST_SOCKET_NAME, tmpdir());
    try {
      await chown(short, 65_534, 65_534);
      await expect(open(long).list()).rejects.toThrow(/belongs to somebody else/);
    } finally {
      await rm(short, { recursive: true });
    }
  });

  it('is refused where the folder can not be made', async () => {
    await writeFile(join(folder, 'file'), '');
    await expect(open(join(folder, 'file', 'nodes')).launch(makeSpec(0))).rejects.toThrow(/ENOTDIR/);
  });
});

describe('an api that is killed while it launches a node', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'shoal-nodes-'));
  });
  afterEach(async () => await remove(folder));

  it('before the node’s program runs leaves a file that is removed: when it is stopped, or in a minute', async () => {
    const { id, slot } = await killWhileLaunching('kill -9 $PPID');
    const { log } = nodeFiles(folder, { id, slot });
    const restarted = open(folder);
    expect(await restarted.list()).toEqual([]);
    expect(existsSync(log)).toBe(true);
    expect(await open(folder, { now: () => Date.now() + 61_000 }).list()).toEqual([]);
    expect(await readdir(folder)).toEqual([]);
    await writeFile(log, '');
    await restarted.stop(id);
    expect(await readdir(folder)).toEqual([]);
  });

  it('before the node answers leaves one that is found, and is not launched again', async () => {
    const spec = await killWhileLaunching('kill -9 $PPID; sleep 0.3; exec "$0" "$@"');
    const restarted = open(folder);
    const [node] = await restarted.list();
    expect(node).toMatchObject({ id: spec.id, slot: 0 });
    expect(existsSync(pathOf(node!))).toBe(false);
    expect(await restarted.launch(spec)).toEqual(node);
    await answers(node!);
    expect(await restarted.list()).toEqual([node]);
    await restarted.stop(spec.id);
    expect(await readdir(folder)).toEqual([]);
  });

  it('before the node answers leaves one that can be stopped at once', async () => {
    const spec = await killWhileLaunching('kill -9 $PPID; exec "$0" "$@"');
    const restarted = open(folder);
    await restarted.stop(spec.id);
    expect((await findProcesses(folder)).size).toBe(0);
    expect(await restarted.list()).toEqual([]);
  });

  it('later leaves a node that keeps what it holds, and whose end is told with what it has written', async () => {
    const { api, spec } = launchElsewhere('exec "$0" "$@"');
    const files = nodeFiles(folder, spec);
    await vi.waitUntil(() => existsSync(files.socket), PATIENCE);
    const before: RunningNode = { ...spec, address: `unix:${files.socket}` };
    await answers(before);
    await store(before, 1000);
    api.kill('SIGKILL');
    await once(api, 'exit');

    const restarted = open(folder);
    const [node] = await restarted.list();
    expect(node).toEqual({ id: spec.id, slot: 0, address: before.address });
    expect(await ask(node!, 'get entry-1000')).toMatch(/^VALUE/);
    const reason = endOfAny(restarted);
    appendFileSync(files.log, 'no memory left\n');
    await signal(node!, 'SIGKILL');
    expect(await reason).toBe('has ended, how is not known: no memory left');
    expect(await readdir(folder)).toEqual([]);
  });

  /** Launches a node in a process that the node's program, a shell script, kills. */
  async function killWhileLaunching(script: string): Promise<NodeSpec> {
    const { api, spec } = launchElsewhere(script);
    expect(await once(api, 'exit')).toEqual([null, 'SIGKILL']);
    return spec;
  }

  function launchElsewhere(script: string): { api: ChildProcess; spec: NodeSpec } {
    const spec = makeSpec(0);
    const command = ['sh', '-c', script, ...COMMAND];
    const options = { command, folder, maxEntryMiB: 33, orphanTimeoutSeconds: 30 };
    const source = `
      import { LocalProvisioner } from ${JSON.stringify(new URL('./local.ts', import.meta.url).href)};
      setInterval(() => {}, 1000);
      await new LocalProvisioner({ ...${JSON.stringify(options)}, now: Date.now }).launch(${JSON.stringify(spec)});
    `;
    const api = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', source], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    return { api, spec };
  }
});

function open(folder: string, options: Partial<LocalProvisionerOptions> = {}): LocalProvisioner {
  return new LocalProvisioner({
    command: COMMAND,
    folder,
    maxEntryMiB: 33,
    orphanTimeoutSeconds: 30,
    stopTimeoutMs: 300,
    now: Date.now,
    ...options,
  });
}

async function endOfAny(provisioner: LocalProvisioner): Promise<string> {
  return await new Promise((resolve) => provisioner.onEnded((_, reason) => resolve(reason)));
}

function pathOf({ address }: RunningNode): string {
  return address.slice('unix:'.length);
}

/** Resolves when the process is as the signal makes it. */
async function signal(node: RunningNode, name: 'SIGKILL' | 'SIGSTOP'): Promise<void> {
  const path = pathOf(node);
  const processId = (await findProcesses(dirname(path))).get(path)!;
  process.kill(processId, name);
  if (name === 'SIGKILL') {
    await vi.waitUntil(async () => !(await findProcesses(dirname(path))).has(path), PATIENCE);
  }
}

/** Stores an entry of so many bytes and gives the answer. */
async function store(node: RunningNode, sizeBytes: number): Promise<string> {
  const socket = createConnection({ path: pathOf(node) });
  socket.write(`set entry-${sizeBytes} 0 0 ${sizeBytes}\r\n`);
  socket.write(Buffer.alloc(sizeBytes));
  socket.write('\r\n');
  const [reply] = (await once(socket, 'data')) as [Buffer];
  socket.destroy();
  return reply.toString().trim();
}

/** Kills every node that was launched in the folder and removes it. */
async function remove(folder: string): Promise<void> {
  for (const processId of (await findProcesses(folder)).values()) process.kill(processId, 'SIGKILL');
  await vi.waitUntil(async () => (await findProcesses(folder)).size === 0, PATIENCE);
  await rm(folder, { recursive: true, force: true });
}
