import { createHash, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import {
  CreateBucketCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  S3Client,
} from '@aws-sdk/client-s3';
import { uuidv7 } from 'uuidv7';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Fault, type FaultProxy, type SeenRequest, startFaultProxy } from '../../test/fault-proxy.ts';
import { type Moto, motoMissing, startMoto } from '../../test/moto.ts';
import { describeObjectStore } from './object-store.suite.ts';
import type { ObjectStore, StagedFile } from './object-store.ts';
import { openS3Store } from './s3.ts';

/*
 * moto does otherwise than S3: it compares no checksums and no signatures, knows no permissions, and is never busy. The proxy in
 * front of it plays these parts.
 */
describe.skipIf(motoMissing)(`S3${motoMissing ? ` (${motoMissing})` : ''}`, () => {
  const bucket = 'shoal-test';
  let moto: Moto;
  let client: S3Client;
  let proxy: FaultProxy;
  let folder: string;
  let prefix: string;

  beforeAll(async () => {
    moto = await startMoto();
    client = new S3Client({ ...moto.client, forcePathStyle: true });
    await client.send(
      new CreateBucketCommand({
        Bucket: bucket,
        CreateBucketConfiguration: { LocationConstraint: 'eu-central-1' },
      }),
    );
    proxy = await startFaultProxy(moto.endpoint);
    folder = await mkdtemp(join(tmpdir(), 'shoal-s3-'));
  });
  afterAll(async () => {
    await proxy?.close();
    client?.destroy();
    await moto?.stop();
    if (folder) await rm(folder, { recursive: true });
  });
  beforeEach(() => {
    prefix = `${uuidv7()}/`;
  });
  afterEach(() => {
    proxy.choose = () => undefined;
    proxy.seen.length = 0;
  });

  const openStore = (deadlines = {}) =>
    openS3Store({ bucket, prefix, ...moto.client, endpoint: proxy.url }, deadlines);

  async function stage(bytes: Buffer): Promise<StagedFile> {
    const path = join(folder, uuidv7());
    await writeFile(path, bytes);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    return { path, sizeBytes: bytes.length, sha256, contentType: 'image/jpeg' };
  }

  async function storedKeys(): Promise<string[]> {
    const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix }));
    return Contents.map(({ Key }) => Key!.slice(prefix.length));
  }

  async function unfinishedUploads(): Promise<number> {
    const { Uploads = [] } = await client.send(new ListMultipartUploadsCommand({ Bucket: bucket }));
    return Uploads.length;
  }

  /** Does the faults to the first requests that fit. */
  function fail(fits: (request: SeenRequest) => boolean, faults: readonly Fault[]): void {
    const left = [...faults];
    proxy.choose = (request) => (fits(request) ? left.shift() : undefined);
  }

  describeObjectStore('A bucket as object store', async () => {
    const store = await openStore();
    const reopened: Awaited<ReturnType<typeof openStore>>[] = [store];
    return {
      store,
      reopen: async () => {
        const again = await openStore();
        reopened.push(again);
        return again;
      },
      remove: async () => reopened.forEach((opened) => opened.close()),
    };
  });

  describe('in use', () => {
    let store: Awaited<ReturnType<typeof openStore>>;
    const name = { keyHash: 'abcdef0123456789abcdef0123456789', version: uuidv7() };
    const slowDown: Fault = { kind: 'refuse', status: 503, code: 'SlowDown' };

    beforeEach(async () => {
      store = await openStore();
      proxy.seen.length = 0;
    });
    afterEach(() => store.close());

    test('an object lies below the prefix, with its type and checksum, and opening leaves nothing behind', async () => {
      expect(await storedKeys()).toEqual([]);
      const file = await stage(randomBytes(1000));
      await store.put(name, file);
      expect(await storedKeys()).toEqual([`${name.keyHash}/${name.version}`]);
      const head = await client.send(
        new HeadObjectCommand({ Bucket: bucket, Key: `${prefix}${name.keyHash}/${name.version}` }),
      );
      expect(head).toMatchObject({ ContentType: 'image/jpeg', Metadata: { sha256: file.sha256 } });
    });

    test('S3 is given the SHA-256 to compare, and told to overwrite nothing', async () => {
      const bytes = randomBytes(1000);
      await store.put(name, await stage(bytes));
      const [put] = proxy.seen.filter(({ method }) => method === 'PUT');
      expect(put?.headers).toMatchObject({
        'x-amz-checksum-sha256': createHash('sha256').update(bytes).digest('base64'),
        'if-none-match': '*',
      });
      const refused = store.put(name, await stage(randomBytes(1000)));
      await expect(refused).rejects.toMatchObject({ code: 'UNAVAILABLE' });
      expect(await buffer((await store.get(name))!.stream)).toEqual(bytes);
    });

    test('a large file goes in parts, each with its checksum, and comes back whole', async () => {
      const bytes = randomBytes(20 * 2 ** 20);
      const file = await stage(bytes);
      await store.put(name, file);
      const parts = proxy.seen.filter(({ path }) => path.includes('partNumber='));
      expect(parts.map(({ headers }) => Number(headers['content-length']))).toEqual([
        8 * 2 ** 20,
        8 * 2 ** 20,
        4 * 2 ** 20,
      ]);
      expect(parts[2]?.headers['x-amz-checksum-sha256']).toBe(
        createHash('sha256')
          .update(bytes.subarray(-4 * 2 ** 20))
          .digest('base64'),
      );
      expect(proxy.seen.at(-1)?.headers['if-none-match']).toBe('*');
      const body = await store.get(name);
      expect(body).toMatchObject({ sizeBytes: bytes.length, sha256: file.sha256 });
      expect((await buffer(body!.stream)).equals(bytes)).toBe(true);
    });

    test('parts of an upload that fails are removed', async () => {
      proxy.choose = ({ path }) =>
        path.includes('partNumber=2') ? { kind: 'refuse', status: 400, code: 'InvalidPart' } : undefined;
      const file = await stage(randomBytes(20 * 2 ** 20));
      await expect(store.put(name, file)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
      expect(await unfinishedUploads()).toBe(0);
      expect(await storedKeys()).toEqual([]);
      expect(existsSync(file.path)).toBe(true);
    });

    test('throttling, faults, broken connections and damaged bytes are tried again', async () => {
      const bytes = randomBytes(9 * 2 ** 20);
      const passing: Fault[] = [
        slowDown,
        { kind: 'refuse', status: 500, code: 'InternalError' },
        { kind: 'refuse', status: 400, code: 'BadDigest' },
        { kind: 'lose answer' },
      ];
      fail(({ method }) => method === 'PUT', passing);
      await store.put(name, await stage(bytes));
      fail(({ method }) => method === 'GET', [slowDown, slowDown, { kind: 'break', afterBytes: 0 }]);
      expect((await buffer((await store.get(name))!.stream)).equals(bytes)).toBe(true);
      fail(() => true, [slowDown, slowDown]);
      expect(await store.versions(name.keyHash)).toEqual([name.version]);
      fail(() => true, [slowDown, slowDown]);
      await store.delete([name]);
      expect(await storedKeys()).toEqual([]);
    });

    test.each([1000, 9 * 2 ** 20])(
      'a put of %i bytes whose last answer is lost has stored the object',
      async (sizeBytes) => {
        const bytes = randomBytes(sizeBytes);
        const isLast = ({ method, path }: SeenRequest) =>
          sizeBytes === 1000 ? method === 'PUT' : method === 'POST' && path.includes('uploadId=');
        fail(isLast, [{ kind: 'lose answer' }]);
        await store.put(name, await stage(bytes));
        expect((await buffer((await store.get(name))!.stream)).equals(bytes)).toBe(true);
      },
    );

    test('a read that breaks in the middle goes on from there', async () => {
      const bytes = randomBytes(3_000_000);
      await store.put(name, await stage(bytes));
      fail(
        ({ method }) => method === 'GET',
        [
          { kind: 'break', afterBytes: 1_000_000 },
          { kind: 'break', afterBytes: 500_000 },
        ],
      );
      expect((await buffer((await store.get(name))!.stream)).equals(bytes)).toBe(true);
      const ranges = proxy.seen.filter(({ method }) => method === 'GET').map(({ headers }) => headers.range);
      expect(ranges).toEqual([undefined, expect.stringMatching(/^bytes=\d+-$/), expect.anything()]);
    });

    test('a read whose rest can’t be had fails, and is never taken for whole', async () => {
      await store.put(name, await stage(randomBytes(3_000_000)));
      const impatient = await openStore({ reading: 500 });
      let gets = 0;
      proxy.choose = ({ method }) => {
        if (method !== 'GET') return undefined;
        return gets++ === 0 ? { kind: 'break', afterBytes: 1_000_000 } : slowDown;
      };
      const body = await impatient.get(name);
      await expect(buffer(body!.stream)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
      impatient.close();
    });

    test('a store that stays out of order is UNAVAILABLE within the time that readers wait', async () => {
      const impatient = await openStore({ reading: 500 });
      try {
        proxy.seen.length = 0;
        proxy.choose = () => slowDown;
        await expect(impatient.get(name)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
        expect(proxy.seen.length).toBeGreaterThan(1);
        proxy.choose = () => ({ kind: 'hang' });
        await expect(impatient.get(name)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
      } finally {
        impatient.close();
      }
    });

    test('a stream that is given up closes its connection', async () => {
      await store.put(name, await stage(randomBytes(3_000_000)));
      const body = await store.get(name);
      body!.stream.destroy();
      await store.delete([name]);
      expect(await store.get(name)).toBeUndefined();
    });

    test('lists page by page, and deletes a thousand at a time', async () => {
      const names = Array.from({ length: 1_100 }, () => ({
        keyHash: randomBytes(16).toString('hex'),
        version: uuidv7(),
      }));
      const stored = names.slice(0, 7).map(({ keyHash, version }) => `${keyHash}/${version}`);
      for (const key of [...stored, 'of-somebody-else']) await putDirectly(moto, `${prefix}${key}`);
      proxy.choose = ({ path }) => ({ kind: 'redirect', path: `${path}&max-keys=3` });
      expect(await versionsIn(store)).toHaveLength(7);
      expect(proxy.seen).toHaveLength(3);
      proxy.seen.length = 0;
      proxy.choose = () => undefined;
      await store.delete(names);
      expect(proxy.seen).toHaveLength(2);
      expect(await storedKeys()).toEqual(['of-somebody-else']);
    });

    test('objects that S3 had no time to delete are asked for again', async () => {
      await store.put(name, await stage(randomBytes(10)));
      const Key = `${prefix}${name.keyHash}/${name.version}`;
      const body = `<DeleteResult><Error><Key>${Key}</Key><Code>SlowDown</Code><Message>No.</Message></Error></DeleteResult>`;
      fail(() => true, [{ kind: 'answer', body }]);
      await store.delete([name]);
      expect(await storedKeys()).toEqual([]);
    });

    test('a permission that is taken away while running is named', async () => {
      proxy.choose = () => ({ kind: 'refuse', status: 403, code: 'AccessDenied' });
      await expect(store.get(name)).rejects.toMatchObject({
        code: 'UNAVAILABLE',
        message: 'The object store refuses: the permission s3:GetObject is missing.',
      });
      await expect(store.check()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    });
  });

  describe('does not open', () => {
    const refusal = (change: Partial<Parameters<typeof openS3Store>[0]> = {}) =>
      openS3Store(
        { bucket, prefix, ...moto.client, endpoint: proxy.url, ...change },
        { starting: 1_000 },
      ).then(
        () => 'open',
        (error: Error) => error.message,
      );

    test('without the bucket', async () => {
      expect(await refusal({ bucket: 'no-such-bucket' })).toBe(
        'There is no bucket "no-such-bucket" at AWS_ENDPOINT_URL. Create it, or set S3_BUCKET to another one.',
      );
    });

    test('without permissions, all of which it names', async () => {
      proxy.choose = ({ method }) =>
        method === 'GET' ? { kind: 'refuse', status: 403, code: 'AccessDenied' } : undefined;
      expect(await refusal()).toBe(
        `The bucket "${bucket}" refuses. Allow s3:ListBucket on arn:aws:s3:::${bucket}, s3:GetObject on arn:aws:s3:::${bucket}/${prefix}*.`,
      );
      proxy.choose = ({ method }) =>
        method === 'PUT' ? { kind: 'refuse', status: 403, code: 'AccessDenied' } : undefined;
      expect(await refusal()).toContain('Allow s3:PutObject on');
      proxy.choose = ({ path }) =>
        path.includes('-absent') ? { kind: 'refuse', status: 403, code: 'AccessDenied' } : undefined;
      expect(await refusal()).toContain('Allow s3:ListBucket without a condition on');
    });

    test.each([
      [{ kind: 'refuse', status: 403, code: 'InvalidAccessKeyId' }, 'does not accept the AWS credentials'],
      [{ kind: 'refuse', status: 301, code: 'PermanentRedirect' }, 'Set AWS_REGION to its region.'],
    ] as const)('when S3 answers %o', async (fault, message) => {
      proxy.choose = () => fault;
      expect(await refusal()).toContain(message);
    });

    test('where nothing listens', async () => {
      expect(await refusal({ endpoint: 'http://127.0.0.1:1' })).toContain("can't be reached");
    });
  });
});

async function versionsIn(store: ObjectStore): Promise<string[]> {
  const versions: string[] = [];
  for await (const { version } of store.list()) versions.push(version);
  return versions;
}

async function putDirectly(moto: Moto, key: string): Promise<void> {
  const path = key.split('/').map(encodeURIComponent).join('/');
  await fetch(`${moto.endpoint}/shoal-test/${path}`, { method: 'PUT', body: 'x' });
}
