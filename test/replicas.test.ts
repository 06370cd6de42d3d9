import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type MariaDb, mariaDbMissing, startMariaDb } from '../api/test/mariadb.ts';
import { query, uploaded } from './client.ts';
import { makePicture } from './pictures.ts';
import { startSystem, type System } from './system.ts';

const MEMCACHED = '/usr/bin/memcached';
const SLOW = { timeout: 30_000, interval: 100 };
const CAPACITY_MIB = 40;
const READY = { state: 'READY', evictionPolicy: null };

describe.skipIf(mariaDbMissing !== undefined || !existsSync(MEMCACHED))(
  'two apis on one MariaDB, in front of two memcacheds',
  () => {
    let folder: string;
    let database: MariaDb;
    let environment: Record<string, string>;
    const memcacheds: Memcached[] = [];
    const systems: System[] = [];

    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), 'shoal-replicas-'));
      database = await startMariaDb();
      memcacheds.push(...['one', 'other'].map((name) => new Memcached(join(folder, name))));
      environment = {
        DATABASE_URL: await database.createDatabase('shoal'),
        CACHE_NODES: memcacheds.map(({ path }) => `unix:${path}`).join(),
      };
      for (const name of ['a', 'b']) systems.push(await start(name));
    });
    afterAll(async () => {
      for (const system of systems) await system.stop();
      for (const memcached of memcacheds) await memcached.kill();
      await database?.stop();
      rmSync(folder, { recursive: true, force: true });
    });

    it('are one store: what either does is what readers of the other get, and they share the cache', async () => {
      const [a, b] = urls();
      const [first, second] = await Promise.all(
        [60, 70].map((width) => makePicture({ name: `${width}.jpg`, width, height: 50 })),
      );
      const image = await uploaded(a, 'shared', first!.bytes);
      expect(await read(b, image.url)).toMatchObject({ status: 200, digest: image.sha256 });
      await expect.poll(async () => (await read(a, image.url)).cache, SLOW).toBe('HIT');
      const overwritten = await uploaded(b, 'shared', second!.bytes, true);
      expect(await read(a, '/images/shared')).toMatchObject({ status: 200, digest: overwritten.sha256 });
      await query(a, 'mutation { deleteImage(key: "shared") { key } }');
      for (const url of urls()) {
        for (const path of [image.url, overwritten.url, '/images/shared'])
          expect((await read(url, path)).status).toBe(404);
      }
    });

    it('show the same pool, and neither what memcached does not have nor what can not be', async () => {
      const [a, b] = urls();
      const shown = await Promise.all([pool(a), pool(b)]);
      expect(shown[0]).toMatchObject({
        isElastic: false,
        mode: 'MANUAL',
        desiredSize: 2,
        nodes: [READY, READY],
      });
      expect(shown[1]!.epoch).toBe(shown[0]!.epoch);
      const { errors } = await query(b, 'mutation { resizePool(size: 3) { desiredSize } }');
      expect(errors).toMatchObject([
        { message: expect.stringContaining('given by CACHE_NODES'), extensions: { code: 'CONFLICT' } },
      ]);
      const policy = await query(
        a,
        'mutation { setCacheConfig(input: { evictionPolicy: SIEVE }) { evictionPolicy } }',
      );
      expect(policy.errors).toMatchObject([
        { message: expect.stringContaining('plain memcached'), extensions: { code: 'CONFLICT' } },
      ]);
    });

    it('have one that looks after the nodes: the other goes on when it is killed', async () => {
      await query(
        urls()[1],
        `mutation { setCacheConfig(input: { capacityMiB: ${CAPACITY_MIB} }) { capacityMiB } }`,
      );
      for (const url of urls())
        await expect.poll(() => capacities(url), SLOW).toEqual([CAPACITY_MIB, CAPACITY_MIB]);
      // Whichever of them led: each is the only one once.
      for (const [index, name] of ['a', 'b'].entries()) {
        const survivor = systems[1 - index]!.url;
        const killed = systems[index]!;
        killed.api.kill('SIGKILL');
        await once(killed.api, 'close');
        const image = await uploaded(
          survivor,
          `kept ${name}`,
          (await makePicture({ name: 'a.jpg', width: 80, height: 50 })).bytes,
        );
        await expect.poll(async () => (await read(survivor, image.url)).cache, SLOW).toBe('HIT');
        // A memcached that is started anew has its own capacity until it is told the pool's, by whoever leads.
        await memcacheds[index]!.restart();
        await expect.poll(() => capacities(survivor), SLOW).toEqual([CAPACITY_MIB, CAPACITY_MIB]);
        await expect.poll(async () => (await pool(survivor)).nodes, SLOW).toMatchObject([READY, READY]);
        expect(await read(survivor, image.url)).toMatchObject({ status: 200, digest: image.sha256 });
        systems[index] = await start(name);
        await expect
          .poll(async () => (await pool(systems[index]!.url)).epoch, SLOW)
          .toBe((await pool(survivor)).epoch);
      }
    });

    it('empty the cache of all for all', async () => {
      const [a, b] = urls();
      const picture = await makePicture({ name: 'a.jpg', width: 90, height: 50 });
      const image = await uploaded(a, 'emptied', picture.bytes);
      await expect.poll(async () => (await read(a, image.url)).cache, SLOW).toBe('HIT');
      await query(b, 'mutation { clearCache { epoch } }');
      expect(await read(a, image.url)).toMatchObject({ cache: 'MISS', digest: image.sha256 });
    });

    function urls(): [string, string] {
      return [systems[0]!.url, systems[1]!.url];
    }

    async function start(name: string): Promise<System> {
      const dataDir = join(folder, name);
      mkdirSync(join(folder, 'objects'), { recursive: true });
      if (!existsSync(dataDir)) {
        mkdirSync(dataDir);
        symlinkSync(join(folder, 'objects'), join(dataDir, 'objects'));
      }
      return await startSystem({ dataDir, environment });
    }
  },
);

interface PoolSeen {
  readonly epoch: number;
  readonly nodes: {
    state: string;
    evictionPolicy: string | null;
    items: number | null;
    capacityBytes: number | null;
  }[];
}

async function pool(url: string): Promise<PoolSeen> {
  const fields = 'epoch mode desiredSize isElastic nodes { state evictionPolicy items capacityBytes }';
  const { data, errors } = await query<{ pool: PoolSeen }>(url, `{ pool { ${fields} } }`);
  if (!data) throw new Error(JSON.stringify(errors));
  return data.pool;
}

async function capacities(url: string): Promise<(number | null)[]> {
  return (await pool(url)).nodes.map(({ capacityBytes }) => capacityBytes && capacityBytes / 2 ** 20);
}

async function read(url: string, path: string) {
  const response = await fetch(url + path);
  const digest = createHash('sha256')
    .update(Buffer.from(await response.arrayBuffer()))
    .digest('hex');
  return { status: response.status, digest, cache: response.headers.get('x-cache') };
}

/** Debian's memcached on a socket. */
class Memcached {
  readonly path: string;
  #process: ChildProcess;

  constructor(path: string) {
    this.path = path;
    this.#process = this.#start();
  }

  async kill(): Promise<void> {
    this.#process.kill('SIGKILL');
    if (this.#process.exitCode === null && this.#process.signalCode === null)
      await once(this.#process, 'exit');
  }

  async restart(): Promise<void> {
    await this.kill();
    this.#process = this.#start();
  }

  #start(): ChildProcess {
    const user = process.getuid?.() === 0 ? ['-u', 'root'] : [];
    return spawn(MEMCACHED, ['-s', this.path, '-m', '96', '-I', '33m', ...user], { stdio: 'ignore' });
  }
}
