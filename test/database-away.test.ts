import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type MariaDb, mariaDbMissing, startMariaDb } from '../api/test/mariadb.ts';
import { upload, uploaded, type UploadedImage } from './client.ts';
import { makePicture } from './pictures.ts';
import { startSystem, type System } from './system.ts';

const PATIENCE = { timeout: 60_000 };

describe.skipIf(mariaDbMissing)(`with MySQL${mariaDbMissing ? ` (${mariaDbMissing})` : ''}`, () => {
  let server: MariaDb;
  let system: System;

  beforeAll(async () => {
    server = await startMariaDb({ isDurable: true });
    system = await startSystem({
      environment: { DATABASE_URL: await server.createDatabase('shoal'), LOG_LEVEL: 'silent' },
    });
  }, 120_000);
  afterAll(async () => {
    await system?.stop();
    await server?.stop();
  });

  it(
    'reads that name their version go on while it is away, and everything afterwards',
    { timeout: 120_000 },
    async () => {
      const { bytes } = await makePicture({ name: 'picture.jpg' });
      const cached = await uploaded(system.url, 'cached', bytes);
      const uncached = await uploaded(system.url, 'uncached', bytes);
      await expect.poll(async () => (await read(cached.url)).cache, PATIENCE).toBe('HIT');

      await server.restart(async () => {
        await expect.poll(async () => (await read('/images/cached')).status, PATIENCE).toBe(503);
        const reads = await Promise.all(Array.from({ length: 300 }, () => read(cached.url)));
        expect(new Set(reads.map(({ status, cache }) => `${status} ${cache}`))).toEqual(new Set(['200 HIT']));
        expect((await read(uncached.url)).status).toBe(200);
        expect((await read(uncached.thumbnailUrl)).status).toBe(200);
        const refused = await upload(system.url, 'refused', bytes);
        expect(refused.errors?.[0]?.extensions.code).toBe('UNAVAILABLE');
        expect((await fetch(`${system.url}/readyz`)).status).toBe(503);
      });

      await expect.poll(async () => (await read('/images/cached')).status, PATIENCE).toBe(200);
      await uploaded(system.url, 'afterwards', bytes);
      expect((await read(cached.url)).cache).toBe('HIT');
      expect((await fetch(`${system.url}/readyz`)).status).toBe(200);
      expect(system.api.exitCode).toBeNull();
    },
  );

  async function read(path: UploadedImage['url']): Promise<{ status: number; cache: string | null }> {
    const response = await fetch(system.url + path);
    await response.arrayBuffer();
    return { status: response.status, cache: response.headers.get('x-cache') };
  }
});
