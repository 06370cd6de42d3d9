import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import {
  Agent,
  createServer,
  request,
  type IncomingHttpHeaders,
  type OutgoingHttpHeaders,
  type Server,
} from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { TestPool } from '../../test/test-pool.ts';
import { ShoalError } from '../errors.ts';
import { entryNamesOfVersion } from '../images/entry-name.ts';
import { ImageReader } from '../images/image-reader.ts';
import { hashKey } from '../images/key.ts';
import { BodyBudget } from '../pool/nodes/body-budget.ts';
import { createImageRoute, type CurrentVersion } from './image-route.ts';
import { imagePath } from './image-url.ts';

const MIB = 2 ** 20;
/** What the connections to two nodes hold to read into. */
const IDLE_BYTES = 2 * 4 * 256 * 1024;
const PATIENCE = { timeout: 15_000, interval: 5 };
const version = '0190163d-8694-739b-aea5-966c26f8ad91';
const otherVersion = '0190163d-8694-739b-aea5-966c26f8ad92';
const etag = `"${version}"`;
const photo = randomBytes(100_000);
const large = randomBytes(24 * MIB);

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

describe('the image route', () => {
  const rows = new Map<string, CurrentVersion>();
  const objects = new Map<string, Buffer>();
  const budget = new BodyBudget(40 * MIB);
  const errors: Error[] = [];
  const readTimes: number[] = [];
  let objectReads = 0;
  let fault: Error | undefined;
  let damage = (bytes: Buffer) => bytes;
  const keepAliveAgent = new Agent({ keepAlive: true });
  let pool: TestPool;
  let server: Server;
  let port: number;

  beforeAll(async () => {
    pool = await TestPool.open(2, {
      budget,
      // A machine busy with other tests must not look like a node that has died.
      client: { readPatienceMs: 5_000, readSilenceMs: 10_000 },
    });
    const reader = new ImageReader({
      cache: pool.cache,
      budget,
      objects: {
        async get({ keyHash, version }) {
          objectReads++;
          if (fault !== undefined) throw fault;
          const bytes = objects.get(`${keyHash}:${version}`);
          if (bytes === undefined) return undefined;
          const sha256 = createHash('sha256').update(bytes).digest('hex');
          const stream = Readable.from(chunksOf(damage(bytes)));
          return { sizeBytes: bytes.length, contentType: 'image/jpeg', sha256, stream };
        },
      },
      render: async (_, { width, format }) => ({
        bytes: Buffer.from(`${width}.${format}`),
        contentType: format === 'original' ? 'image/jpeg' : `image/${format}`,
      }),
    });
    const route = createImageRoute({
      reader,
      versions: { find: async (key) => rows.get(key) },
      onError: (error) => errors.push(error),
      onRead: (ms) => readTimes.push(ms),
    });
    server = createServer({ keepAliveTimeout: 72_000 }, (req, res) => {
      if (!route(req, res)) res.writeHead(421).end();
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    port = (server.address() as AddressInfo).port;
    store('photo.jpg', version, photo);
    store('large', version, large);
  });

  afterEach(async () => {
    fault = undefined;
    damage = (bytes) => bytes;
    errors.length = 0;
    await vi.waitUntil(() => budget.usedBytes <= IDLE_BYTES, PATIENCE);
  });

  afterAll(async () => {
    keepAliveAgent.destroy();
    server.closeAllConnections();
    server.close();
    await pool.close();
  });

  it('gives a version for ever, first from the object store, then from the pool', async () => {
    store('twice', version, photo);
    const answers = [await get('/images/twice?v=' + version), await cached('/images/twice?v=' + version)];
    for (const [i, { status, headers, body }] of answers.entries()) {
      expect(status).toBe(200);
      expect(headers).toMatchObject({
        'content-type': 'image/jpeg',
        'content-length': '100000',
        'cache-control': 'public, max-age=31536000, immutable',
        etag,
        'accept-ranges': 'bytes',
        'x-content-type-options': 'nosniff',
        'content-security-policy': expect.stringMatching(/^default-src 'none'; .*sandbox$/),
        'cross-origin-resource-policy': 'cross-origin',
        'x-cache': i === 0 ? 'MISS' : 'HIT',
        'server-timing': expect.stringMatching(/^read;desc=(HIT|MISS);dur=\d+(\.\d)?$/),
      });
      expect(headers.vary).toBeUndefined();
      expect(body.equals(photo)).toBe(true);
    }
  });

  it('tells once how long each request took that was answered with an image, or that it has not changed', async () => {
    const path = `/images/photo.jpg?v=${version}`;
    await cached(path);
    const requests: [status: number, isTold: boolean, answer: () => Promise<Answer>][] = [
      [200, true, () => get(path)],
      [200, true, () => get('/images/photo.jpg')],
      [206, true, () => get(path, { range: 'bytes=0-9' })],
      [304, true, () => get(path, { 'if-none-match': etag })],
      [200, true, () => send('HEAD', path)],
      [200, true, () => send('HEAD', '/images/photo.jpg')],
      [404, false, () => get('/images/none')],
      [416, false, () => get(path, { range: 'bytes=100000-' })],
    ];
    for (const [status, isTold, answer] of requests) {
      readTimes.length = 0;
      expect((await answer()).status).toBe(status);
      expect(readTimes).toHaveLength(isTold ? 1 : 0);
      for (const ms of readTimes) expect(ms).toBeGreaterThan(0);
    }
  });

  it('gives the current version to be asked for again', async () => {
    const { status, headers, body } = await get('/images/photo.jpg');
    expect(status).toBe(200);
    expect(headers).toMatchObject({ 'cache-control': 'no-cache', etag });
    expect(body.equals(photo)).toBe(true);
  });

  it.each([
    'a/b c?d%e#f.jpg',
    '..',
    '../../etc/passwd',
    'a//b',
    '🐟.png',
    'x'.repeat(200),
    '%2e%2e',
    'a+b&c=d',
  ])('finds the key %s', async (key) => {
    const bytes = Buffer.from(`the bytes of ${key}`);
    store(key, version, bytes);
    for (const path of [imagePath(key), imagePath(key, { version })]) {
      expect((await get(path)).body.equals(bytes)).toBe(true);
    }
  });

  describe('asked for a range', () => {
    it.each([
      ['bytes=0-0', 206, 'bytes 0-0/100000', [0, 1]],
      ['bytes=1000-70000', 206, 'bytes 1000-70000/100000', [1000, 70001]],
      ['bytes=99999-', 206, 'bytes 99999-99999/100000', [99999, 100000]],
      ['bytes=-5', 206, 'bytes 99995-99999/100000', [99995, 100000]],
      ['bytes=-200000', 206, 'bytes 0-99999/100000', [0, 100000]],
      ['bytes=5-3', 200, undefined, [0, 100000]],
      ['bytes=0-1,4-5', 200, undefined, [0, 100000]],
      ['pages=1-2', 200, undefined, [0, 100000]],
    ] as const)('%s answers %i with %s', async (range, status, contentRange, [start, end]) => {
      const answer = await get(`/images/photo.jpg?v=${version}`, { range });
      expect(answer.status).toBe(status);
      expect(answer.headers['content-range']).toBe(contentRange);
      expect(answer.headers['content-length']).toBe(String(end - start));
      expect(answer.body.equals(photo.subarray(start, end))).toBe(true);
    });

    it.each(['bytes=100000-', 'bytes=-0'])('%s answers 416 with the size', async (range) => {
      const { status, headers } = await get(`/images/photo.jpg?v=${version}`, { range });
      expect(status).toBe(416);
      expect(headers).toMatchObject({
        'content-range': 'bytes */100000',
        'content-type': 'application/problem+json',
      });
    });

    it.each([
      [etag, 206],
      [`W/${etag}`, 200],
      ['"another"', 200],
      ['Sun, 22 Nov 2026 10:00:00 GMT', 200],
    ])('with If-Range %s answers %i', async (ifRange, status) => {
      const answer = await get(`/images/photo.jpg?v=${version}`, { range: 'bytes=0-9', 'if-range': ifRange });
      expect(answer.status).toBe(status);
    });

    it('of a cold image still fills the pool', async () => {
      store('cold', version, photo);
      const { body } = await get(`/images/cold?v=${version}`, { range: 'bytes=10-19' });
      expect(body.equals(photo.subarray(10, 20))).toBe(true);
      await cached(`/images/cold?v=${version}`);
    });
  });

  describe('asked whether it has changed', () => {
    it.each([
      [etag, 304],
      [`W/${etag}`, 304],
      ['*', 304],
      [`"x", ${etag}`, 304],
      ['"x"', 200],
    ])('with If-None-Match %s answers %i', async (ifNoneMatch, status) => {
      for (const path of ['/images/photo.jpg', `/images/photo.jpg?v=${version}`]) {
        const answer = await get(path, { 'if-none-match': ifNoneMatch, range: 'bytes=0-9' });
        expect(answer.status).toBe(status === 304 ? 304 : 206);
        expect(answer.headers.etag).toBe(etag);
        const isImmutable = answer.headers['cache-control'] !== 'no-cache';
        expect(isImmutable).toBe(path.includes('?'));
        if (status === 304) expect(answer.body).toHaveLength(0);
      }
    });

    it('says that a cold image has not changed without sending it', async () => {
      store('cold 304', version, photo);
      expect((await get(`/images/cold%20304?v=${version}`, { 'if-none-match': etag })).status).toBe(304);
    });

    it('says that there is none', async () => {
      expect((await get(`/images/none?v=${version}`, { 'if-none-match': '*' })).status).toBe(404);
      expect((await get('/images/none', { 'if-none-match': '*' })).status).toBe(404);
    });
  });

  describe('asked for a width', () => {
    it.each([
      ['image/avif,image/webp,*/*', 'avif', 'image/avif'],
      ['image/webp,*/*', 'webp', 'image/webp'],
      ['*/*', 'original', 'image/jpeg'],
    ])('with Accept %s gives %s', async (accept, format, contentType) => {
      for (const path of [`/images/photo.jpg?v=${version}&w=640`, '/images/photo.jpg?w=640']) {
        const { status, headers, body } = await get(path, { accept });
        expect(status).toBe(200);
        expect(headers).toMatchObject({
          'content-type': contentType,
          etag: `"${version}-640.${format}"`,
          vary: 'Accept',
        });
        expect(body.toString()).toBe(`640.${format}`);
        const again = await get(path, { accept, 'if-none-match': headers.etag });
        expect(again.status).toBe(304);
        expect(again.headers.vary).toBe('Accept');
      }
    });

    it('that there is not, names those that there are', async () => {
      const { status, headers, body } = await get('/images/photo.jpg?w=100');
      expect(status).toBe(400);
      expect(headers['content-type']).toBe('application/problem+json');
      expect(JSON.parse(body.toString())).toEqual({
        type: 'about:blank',
        title: 'Bad Request',
        requestId: headers['x-request-id'],
        status: 400,
        detail: expect.stringContaining('64, 160, 320, 640, 960, 1280, 1920, 2560'),
      });
    });
  });

  it.each(['/images/photo.jpg', `/images/photo.jpg?v=${version}`, `/images/photo.jpg?v=${version}&w=64`])(
    'answers HEAD of %s as GET, without the bytes',
    async (path) => {
      const [whole, head] = [await get(path), await send('HEAD', path, { range: 'bytes=0-1' })];
      expect(head.status).toBe(200);
      expect(head.body).toHaveLength(0);
      for (const name of [
        'content-type',
        'content-length',
        'etag',
        'cache-control',
        'vary',
        'accept-ranges',
      ]) {
        expect(head.headers[name]).toBe(whole.headers[name]);
      }
    },
  );

  it.each([
    ['GET', '/images/none', 404],
    ['HEAD', '/images/none', 404],
    ['GET', `/images/none?v=${version}`, 404],
    ['HEAD', `/images/none?v=${version}`, 404],
    ['GET', `/images/none?v=${version}&w=64`, 404],
    ['GET', `/images/photo.jpg?v=${otherVersion}`, 404],
    ['GET', '/images/photo.jpg?v=1', 404],
    ['GET', '/images/%zz', 400],
    ['GET', '/images/', 400],
    ['GET', `/images/${'x'.repeat(201)}`, 400],
    ['POST', '/images/photo.jpg', 405],
    ['DELETE', '/images/photo.jpg', 405],
  ])('answers %s %s with %i and a problem document', async (method, path, status) => {
    const answer = await send(method, path);
    expect(answer.status).toBe(status);
    expect(answer.headers['content-type']).toBe('application/problem+json');
    expect(answer.headers.allow).toBe(status === 405 ? 'GET, HEAD' : undefined);
    if (method !== 'HEAD') expect(JSON.parse(answer.body.toString())).toMatchObject({ status });
  });

  it('says the same whether the connection stays open or not', async () => {
    await cached(`/images/photo.jpg?v=${version}`);
    const [kept, closed] = [
      await send('GET', `/images/photo.jpg?v=${version}`),
      await send('GET', `/images/photo.jpg?v=${version}`, {}, false),
    ];
    expect(kept.headers).toMatchObject({ connection: 'keep-alive', 'keep-alive': 'timeout=72' });
    expect(closed.headers.connection).toBe('close');
    const names = ({ headers }: Answer) => Object.keys(headers).filter((name) => name !== 'keep-alive');
    expect(names(kept).sort()).toEqual(names(closed).sort());
    expect(Math.abs(Date.parse(kept.headers.date!) - Date.now())).toBeLessThan(5_000);
    expect(closed.body.equals(kept.body)).toBe(true);
  });

  it('leaves other paths alone', async () => {
    expect((await get('/graphql')).status).toBe(421);
  });

  it('finds the new version when the one it was about to read has just been replaced', async () => {
    store('replaced', otherVersion, photo);
    const find = vi
      .spyOn(rows, 'get')
      .mockReturnValueOnce({ version, contentType: 'image/jpeg', sizeBytes: 1 });
    const { status, headers } = await get('/images/replaced');
    expect([status, headers.etag]).toEqual([200, `"${otherVersion}"`]);
    find.mockRestore();
  });

  it('is unavailable for what is not cached while the object store is down', async () => {
    await cached(`/images/photo.jpg?v=${version}`);
    fault = new ShoalError('UNAVAILABLE', 'The object store does not answer.');
    store('cold while down', version, photo);
    const cold = await get(`/images/cold%20while%20down?v=${version}`);
    expect(cold.status).toBe(503);
    expect(cold.headers['retry-after']).toMatch(/^\d+$/);
    expect(errors).toHaveLength(1);
    expect((await get(`/images/photo.jpg?v=${version}`)).status).toBe(200);
  });

  it('breaks the connection rather than end a body short', async () => {
    store('broken', version, large);
    damage = (bytes) => bytes.subarray(0, MIB);
    await expect(get(`/images/broken?v=${version}`)).rejects.toThrow(/aborted|hang up|reset/);
  });

  it('answers requests that were sent without waiting for answers, in their order', async () => {
    await cached(`/images/photo.jpg?v=${version}`);
    const paths = ['photo.jpg', 'none', 'photo.jpg', 'large', 'photo.jpg'].map(
      (key) => `/images/${key}?v=${version}`,
    );
    const requests = paths.map(
      (path, i) => `GET ${path} HTTP/1.1\r\nHost: a\r\n${i === 4 ? 'Connection: close\r\n' : ''}\r\n`,
    );
    const socket = connect(port, '127.0.0.1');
    socket.write(requests.join(''));
    const pieces: Buffer[] = [];
    for await (const piece of socket) pieces.push(piece as Buffer);
    let rest = Buffer.concat(pieces);
    for (const expected of [photo, undefined, photo, large, photo]) {
      const headEnd = rest.indexOf('\r\n\r\n') + 4;
      const head = rest.subarray(0, headEnd).toString();
      const length = Number(/content-length: (\d+)/i.exec(head)?.[1]);
      expect(head).toMatch(expected === undefined ? /^HTTP\/1.1 404/ : /^HTTP\/1.1 200/);
      if (expected !== undefined)
        expect(rest.subarray(headEnd, headEnd + length).equals(expected)).toBe(true);
      rest = rest.subarray(headEnd + length);
    }
    expect(rest).toHaveLength(0);
  });

  it('serves others while clients take nothing, in bounded memory, and those to the end once they do', async () => {
    await cached(`/images/large?v=${version}`);
    const slow = await Promise.all(Array.from({ length: 8 }, () => openSlowly(`/images/large?v=${version}`)));
    const quick = await get(`/images/photo.jpg?v=${version}`);
    expect(quick.body.equals(photo)).toBe(true);
    expect(budget.usedBytes).toBeLessThanOrEqual(budget.limitBytes + 2 * MIB);
    const bodies = await Promise.all(slow.map((client) => client.rest()));
    for (const body of bodies) expect(body.equals(large)).toBe(true);
  });

  it('lets go of everything when clients go away in the middle', async () => {
    await cached(`/images/large?v=${version}`);
    const slow = await Promise.all(Array.from({ length: 4 }, () => openSlowly(`/images/large?v=${version}`)));
    for (const client of slow) client.destroy();
    await vi.waitUntil(() => budget.usedBytes <= IDLE_BYTES, PATIENCE);
    expect((await get(`/images/photo.jpg?v=${version}`)).status).toBe(200);
  });

  it('serves no version that was deleted', async () => {
    store('deleted', version, photo);
    await cached(`/images/deleted?v=${version}`);
    objects.delete(`${hashKey('deleted')}:${version}`);
    await pool.cache.delete(entryNamesOfVersion(hashKey('deleted'), version));
    expect((await get(`/images/deleted?v=${version}`)).status).toBe(404);
  });

  it('reads an image once for 500 who ask at the same time', async () => {
    store('crowded', version, photo);
    const before = objectReads;
    const answers = await Promise.all(Array.from({ length: 500 }, () => get(`/images/crowded?v=${version}`)));
    expect(answers.filter(({ status, body }) => status !== 200 || !body.equals(photo))).toEqual([]);
    expect(objectReads - before).toBe(1);
  });

  function store(key: string, version: string, bytes: Buffer): void {
    rows.set(key, { version, contentType: 'image/jpeg', sizeBytes: bytes.length });
    objects.set(`${hashKey(key)}:${version}`, bytes);
  }

  async function get(path: string, headers: OutgoingHttpHeaders = {}): Promise<Answer> {
    return await send('GET', path, headers);
  }

  /** Asks until the answer comes from the pool. */
  async function cached(path: string): Promise<Answer> {
    return await vi.waitFor(async () => {
      const answer = await get(path);
      expect(answer.headers['x-cache']).toBe('HIT');
      return answer;
    }, PATIENCE);
  }

  async function send(
    method: string,
    path: string,
    headers: OutgoingHttpHeaders = {},
    agent: Agent | false = keepAliveAgent,
  ): Promise<Answer> {
    return await new Promise((resolve, reject) => {
      const req = request({ host: '127.0.0.1', port, method, path, headers, agent }, (res) => {
        const pieces: Buffer[] = [];
        res.on('data', (piece: Buffer) => pieces.push(piece));
        res.on('error', reject);
        res.on('end', () =>
          resolve({ status: res.statusCode!, headers: res.headers, body: Buffer.concat(pieces) }),
        );
      });
      req.on('error', reject);
      req.end();
    });
  }

  /** Resolves when the head has come; the body is not read until it is asked for. */
  async function openSlowly(path: string) {
    const req = request({ host: '127.0.0.1', port, path, agent: keepAliveAgent }).end();
    const [res] = (await once(req, 'response')) as [AsyncIterable<Buffer> & { destroy(): void }];
    return {
      async rest(): Promise<Buffer> {
        const pieces: Buffer[] = [];
        for await (const piece of res) pieces.push(piece);
        return Buffer.concat(pieces);
      },
      destroy: () => res.destroy(),
    };
  }
});

function* chunksOf(bytes: Buffer): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += 65_536) yield bytes.subarray(at, at + 65_536);
}
