import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type FaultProxy, startFaultProxy } from '../api/test/fault-proxy.ts';
import { type Moto, motoMissing, startMoto } from '../api/test/moto.ts';
import { query, uploaded, uploadedDirectly, type UploadedImage } from './client.ts';
import { makePicture } from './pictures.ts';
import { startSystem, type System } from './system.ts';

describe.skipIf(motoMissing)(`with its objects in S3${motoMissing ? ` (${motoMissing})` : ''}`, () => {
  let moto: Moto;
  let proxy: FaultProxy;
  let system: System;
  let environment: Record<string, string>;
  let bytes: Buffer;

  beforeAll(async () => {
    moto = await startMoto();
    proxy = await startFaultProxy(moto.endpoint);
    environment = {
      ...moto.environment,
      AWS_ENDPOINT_URL: proxy.url,
      S3_BUCKET: 'photos',
      S3_PREFIX: 'shoal/live',
      LOG_LEVEL: 'silent',
    };
    ({ bytes } = await makePicture({ name: 'picture.png', width: 1200, height: 900 }));
  });
  afterAll(async () => {
    await system?.stop();
    await proxy?.close();
    await moto?.stop();
  });

  it(
    'says in one line that the bucket is not there, then starts when it is',
    { timeout: 120_000 },
    async () => {
      await expect(startSystem({ environment })).rejects.toThrow(
        /ended with 1:\nShoal: There is no bucket "photos" at AWS_ENDPOINT_URL\. .*\n$/,
      );
      await fetch(`${moto.endpoint}/photos`, { method: 'PUT' });
      system = await startSystem({ environment });
      expect((await fetch(`${system.url}/readyz`)).status).toBe(200);
    },
  );

  it('serves what is cached while S3 is out of order, and 503 for the rest, never half an image', async () => {
    const cached = await uploaded(system.url, 'cached', bytes);
    const broken = await uploaded(system.url, 'broken', bytes);
    expect((await read(cached)).equals(bytes)).toBe(true);
    await expect.poll(() => cacheWordOf(cached), { timeout: 15_000 }).toBe('HIT');

    let isFirst = true;
    proxy.choose = ({ method, path }) => {
      if (method === 'GET' && path.includes(broken.version) && isFirst) {
        isFirst = false;
        return { kind: 'break', afterBytes: 500_000 };
      }
      // Not one of the faults that are tried again for seconds.
      return { kind: 'refuse', status: 400, code: 'InvalidRequest' };
    };
    await expect(read(broken)).rejects.toThrow();
    expect(isFirst).toBe(false);
    const refused = await fetch(system.url + broken.url);
    expect(refused.status).toBe(503);
    expect(refused.headers.get('retry-after')).toMatch(/^\d+$/);
    expect((await read(cached)).equals(bytes)).toBe(true);
    expect((await fetch(`${system.url}/readyz`)).status).toBe(503);

    proxy.choose = () => undefined;
    await expect.poll(() => statusOf(broken), { timeout: 15_000 }).toBe(200);
    expect((await read(broken)).equals(bytes)).toBe(true);
  });

  it('sends a range on as it comes', async () => {
    const image = await uploaded(system.url, 'ranged', bytes);
    const response = await fetch(system.url + image.url, { headers: { range: 'bytes=100000-299999' } });
    expect(response.status).toBe(206);
    const part = Buffer.from(await response.arrayBuffer());
    expect(part.equals(bytes.subarray(100_000, 300_000))).toBe(true);
    await expect.poll(() => cacheWordOf(image), { timeout: 15_000 }).toBe('HIT');
  });

  it('takes bytes that were sent straight to S3', async () => {
    const image = await uploadedDirectly(system.url, 'direct', bytes);
    expect((await read(image)).equals(bytes)).toBe(true);
    const inbox = await (await fetch(`${moto.endpoint}/photos?list-type=2&prefix=shoal/live/uploads`)).text();
    expect(inbox).toContain('<KeyCount>0</KeyCount>');
  });

  it('deletes all objects', async () => {
    const answer = await query(system.url, 'mutation { deleteAllImages { deletedCount } }');
    expect(answer.data).toEqual({ deleteAllImages: { deletedCount: 4 } });
    const listing = await (await fetch(`${moto.endpoint}/photos?list-type=2`)).text();
    expect(listing).toContain('<KeyCount>0</KeyCount>');
  });

  async function read(image: UploadedImage): Promise<Buffer> {
    const response = await fetch(system.url + image.url);
    return Buffer.from(await response.arrayBuffer());
  }

  async function statusOf(image: UploadedImage): Promise<number> {
    const response = await fetch(system.url + image.url);
    await response.arrayBuffer();
    return response.status;
  }

  async function cacheWordOf(image: UploadedImage): Promise<string | null> {
    const response = await fetch(system.url + image.url);
    await response.arrayBuffer();
    return response.headers.get('x-cache');
  }
});
