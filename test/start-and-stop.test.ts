import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { ADMIN_TOKEN, query, uploaded } from './client.ts';
import { makePicture } from './pictures.ts';
import { childrenOf, isAlive, nodesOf, startSystem } from './system.ts';

const START = join(import.meta.dirname, '../start.sh');
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'shoal-start-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('a started Shoal', () => {
  it('has a pool of two nodes, all ready, and says so last', async () => {
    const system = await startSystem({ dataDir: folder });
    const { data } = await query(system.url, '{ pool { desiredSize epoch nodes { name state items } } }');
    expect(data).toMatchObject({
      pool: {
        desiredSize: 2,
        nodes: [
          { name: 'node-0', state: 'READY', items: 0 },
          { name: 'node-1', state: 'READY', items: 0 },
        ],
      },
    });
    expect(system.output().trim().split('\n').at(-1)).toBe(`Shoal is ready at ${system.url}`);
    await system.stop();
  });

  it.each(['SIGINT', 'SIGTERM'] as const)(
    'ends on %s with its nodes, and keeps what was uploaded',
    async (signal) => {
      const first = await startSystem({ dataDir: folder });
      const picture = await makePicture({ name: 'kept.jpg' });
      const image = await uploaded(first.url, 'kept', picture.bytes);
      const nodes = nodesOf(first.api.pid!);
      expect(nodes).toHaveLength(2);
      first.api.kill(signal);
      await once(first.api, 'close');
      expect(first.api.exitCode).toBe(0);
      expect(nodes.filter(isAlive)).toEqual([]);
      expect(readdirSync(join(folder, 'staging'))).toEqual([]);

      const second = await startSystem({ dataDir: folder });
      const response = await fetch(second.url + image.url);
      expect(Buffer.from(await response.arrayBuffer()).equals(picture.bytes)).toBe(true);
      await second.stop();
    },
  );

  it('leaves no node behind for long when it is killed, and starts again', async () => {
    const first = await startSystem({ dataDir: folder, environment: { NODE_ORPHAN_S: '2' } });
    const picture = await makePicture({ name: 'kept.png' });
    await uploaded(first.url, 'kept', picture.bytes);
    const nodes = nodesOf(first.api.pid!);
    first.api.kill('SIGKILL');
    await once(first.api, 'close');
    await expect.poll(() => nodes.filter(isAlive), { timeout: 10_000 }).toEqual([]);

    const second = await startSystem({ dataDir: folder });
    expect((await fetch(`${second.url}/images/kept`)).status).toBe(200);
    await second.stop();
  });

  it('stops while a reader and a subscriber hold connections open', async () => {
    const system = await startSystem({ dataDir: folder });
    const socket = new WebSocket(`${system.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
    await once(socket, 'open');
    await fetch(`${system.url}/healthz`, { headers: { connection: 'keep-alive' } });
    expect(await system.stop()).toBe(0);
  });
});

describe('./start.sh', () => {
  it.each(['SIGINT', 'SIGKILL'] as const)(
    'runs the api and the autoscaler beside it, and both end on %s',
    async (signal) => {
      const { PATH, HOME } = process.env;
      const environment = {
        PATH,
        HOME,
        PORT: '0',
        DATA_DIR: folder,
        NODE_ORPHAN_S: '1',
        NODE_CAPACITY_MIB: '64',
        ADMIN_TOKEN,
      };
      const start = spawn(START, { env: environment, stdio: ['ignore', 'pipe', 'inherit'] });
      const [line] = (await once(createInterface(start.stdout), 'line')) as [string];
      expect(line).toMatch(/^Shoal is ready at http:\/\/127\.0\.0\.1:\d+$/);
      const url = line.split(' ').at(-1)!;
      const { data } = await query(url, '{ pool { nodes { state } } }');
      expect(data).toEqual({ pool: { nodes: [{ state: 'READY' }, { state: 'READY' }] } });
      const started = childrenOf(start.pid!);
      // Two nodes, the autoscaler and what decodes pictures.
      expect(started).toHaveLength(4);
      start.kill(signal);
      await once(start, 'exit');
      await expect.poll(() => started.filter(isAlive), { timeout: 15_000 }).toEqual([]);
    },
  );
});

describe('a Shoal that can not start', () => {
  it('names the port that is in use', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    await expectRefusal({ PORT: String(port) }, [
      `Shoal: Port ${port} on 127.0.0.1 is in use. Stop what listens there, or set PORT to another one.`,
    ]);
    server.close();
  });

  it('names the folder that can not be written', async () => {
    await expectRefusal({ DATA_DIR: '/proc/shoal' }, [
      "Shoal: DATA_DIR /proc/shoal can't be written (ENOENT). Allow it, or set DATA_DIR to a folder that can.",
    ]);
  });

  it('names the folder that another Shoal uses', async () => {
    const system = await startSystem({ dataDir: folder });
    await expectRefusal({ DATA_DIR: folder }, [
      `Shoal: DATA_DIR ${folder} is in use by another Shoal. Stop that one, or set another DATA_DIR.`,
    ]);
    await system.stop();
  });

  it('names all faults of its settings together', async () => {
    await expectRefusal({ PORT: 'http', POOL_SIZE: '0' }, [
      'Shoal: PORT must be a whole number from 0 to 65535',
      'Shoal: POOL_SIZE must be a whole number from 1 to 200',
    ]);
  });

  it('says that Node.js is missing or too old', async () => {
    for (const program of ['bash', 'dirname']) symlinkSync(`/usr/bin/${program}`, join(folder, program));
    expect(await runStart({ PATH: folder })).toEqual({
      code: 1,
      stderr:
        'Shoal: Node.js is missing. Install Node.js 20.19 or newer, from https://nodejs.org or with your package manager.\n',
    });
    writeFileSync(join(folder, 'node'), '#!/usr/bin/bash\n[ "$1" = --version ] && echo v18.20.4\nexit 1\n');
    chmodSync(join(folder, 'node'), 0o755);
    expect(await runStart({ PATH: folder })).toEqual({
      code: 1,
      stderr:
        'Shoal: Node.js v18.20.4 is too old. Install Node.js 20.19 or newer, from https://nodejs.org or with your package manager.\n',
    });
  });
});

async function expectRefusal(environment: Record<string, string>, lines: string[]): Promise<void> {
  const refusal = await startSystem({ dataDir: folder, environment }).then(
    () => 'It started.',
    (error: Error) => error.message,
  );
  expect(refusal.trim().split('\n')).toEqual(['The api ended with 1:', ...lines]);
}

async function runStart(environment: { PATH: string }): Promise<{ code: unknown; stderr: string }> {
  const run = promisify(execFile)('/usr/bin/bash', [START], { env: environment });
  return await run.then(
    ({ stderr }) => ({ code: 0, stderr }),
    (error: { code: unknown; stderr: string }) => ({ code: error.code, stderr: error.stderr }),
  );
}
