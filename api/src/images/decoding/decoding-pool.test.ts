import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { openDecodingPool, USUAL_LIMITS, WORKER_COMMAND } from '../../../test/decoding-workers.ts';
import { makePngBomb } from '../../../test/hostile-pictures.ts';
import { makePicture } from '../../../test/pictures.ts';
import { decodingWorkerCommand } from './decoding-pool.ts';
import { inspectImage } from './inspect-image.ts';
import { renderVariant } from './render-variant.ts';

const PATIENCE = { timeout: 20_000, interval: 10 };
const MANY_PIXELS = 1e9;

let folder: string;
let picture: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shoal-decoding-'));
  picture = join(folder, 'picture');
  await writeFile(picture, await makePicture('jpeg', 300, 200));
});
afterAll(() => rm(folder, { recursive: true }));

describe('Workers', () => {
  test('give what decoding in one process gives, refusals too', async () => {
    const pool = openDecodingPool();
    const [inspected, rendered, refused] = await Promise.all([
      pool.inspect(picture, { maxPixels: MANY_PIXELS }),
      pool.render(await readFile(picture), { width: 64, format: 'webp' }),
      pool.inspect(picture, { maxPixels: 1 }).catch((error: unknown) => error),
    ]);
    expect(inspected).toEqual(await inspectImage(picture, { maxPixels: MANY_PIXELS }));
    expect(rendered).toEqual(await renderVariant(await readFile(picture), { width: 64, format: 'webp' }));
    expect(refused).toMatchObject({
      code: 'PAYLOAD_TOO_LARGE',
      message: expect.stringContaining('300 x 200'),
    });
    expect(pool.workers).toHaveLength(2);
    await expect(pool.inspect(`${picture}-gone`, { maxPixels: 1 })).rejects.not.toHaveProperty('code');
  });

  test('are ended and replaced when a picture takes too much memory or time', async () => {
    const onWorkerLost = vi.fn();
    const interlaced = join(folder, 'interlaced');
    await writeFile(interlaced, makePngBomb(7_000, 7_000, { isInterlaced: true }));
    const small = { ...USUAL_LIMITS, memoryBytes: 160 * 2 ** 20 };
    const pool = openDecodingPool({ limits: small, atOnce: 1, onWorkerLost });
    await pool.inspect(picture, { maxPixels: MANY_PIXELS });
    const [first] = pool.workers;
    await expect(pool.inspect(interlaced, { maxPixels: MANY_PIXELS })).rejects.toMatchObject({
      code: 'PAYLOAD_TOO_LARGE',
      message: 'The picture takes more than 160 MiB of memory to decode. Send a smaller one.',
    });
    const hurried = openDecodingPool({ limits: { ...USUAL_LIMITS, cpuSeconds: 0.25 }, atOnce: 1 });
    await expect(hurried.inspect(interlaced, { maxPixels: MANY_PIXELS })).rejects.toMatchObject({
      code: 'BAD_USER_INPUT',
      message: 'The picture takes too long to decode. Send a smaller one.',
    });
    await pool.inspect(picture, { maxPixels: MANY_PIXELS });
    expect(pool.workers).not.toContain(first);
    expect(onWorkerLost).not.toHaveBeenCalled();
  });

  test('that somebody else has killed are replaced, unnoticed by who waits', async () => {
    const onWorkerLost = vi.fn();
    const pool = openDecodingPool({ atOnce: 1, onWorkerLost });
    pool.prepare();
    const [idle] = pool.workers;
    process.kill(idle!, 'SIGKILL');
    expect(await pool.inspect(picture, { maxPixels: MANY_PIXELS })).toMatchObject({ width: 300 });
    await vi.waitUntil(() => !pool.workers.includes(idle!), PATIENCE);
    expect(pool.workers).toHaveLength(1);
  });

  test('know no secret of ours', async () => {
    vi.stubEnv('DATABASE_URL', 'mysql://secret');
    const pool = openDecodingPool({ atOnce: 1 });
    await pool.inspect(picture, { maxPixels: MANY_PIXELS });
    vi.unstubAllEnvs();
    expect(await readFile(`/proc/${pool.workers[0]}/environ`, 'latin1')).not.toContain('secret');
  });

  test('end with the process that started them, however it ends', async () => {
    const source = `
      import { DecodingPool } from ${JSON.stringify(import.meta.resolve('./decoding-pool.ts'))};
      const command = ${JSON.stringify(WORKER_COMMAND)};
      const limits = ${JSON.stringify(USUAL_LIMITS)};
      const pool = new DecodingPool({ command, limits, atOnce: 1, maxWaiting: 0, clock: () => 0 });
      await pool.inspect(${JSON.stringify(picture)}, { maxPixels: 1e9 });
      console.log(pool.workers[0]);
      setInterval(() => {}, 1e6);`;
    const args = ['--import', import.meta.resolve('tsx'), '--input-type=module', '--eval', source];
    const api = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    const [line] = (await once(createInterface(api.stdout), 'line')) as [string];
    expect(await isRunning(line)).toBe(true);
    api.kill('SIGKILL');
    await vi.waitUntil(async () => !(await isRunning(line)), PATIENCE);
  });

  test('end when they have nothing to do, but for one', async () => {
    const pool = openDecodingPool({ atOnce: 3, idleMs: 50 });
    await Promise.all([1, 2, 3].map(() => pool.inspect(picture, { maxPixels: MANY_PIXELS })));
    await vi.waitUntil(() => pool.workers.length === 1, PATIENCE);
    expect(await pool.inspect(picture, { maxPixels: MANY_PIXELS })).toMatchObject({ width: 300 });
  });
});

/** A worker that does what the path to inspect says. */
const STRANGE_WORKER = `
  const { Socket } = require('node:net');
  const api = new Socket({ fd: 3, readable: true, writable: true });
  const say = (head, payloadBytes = 0) => {
    const text = Buffer.from(JSON.stringify(head));
    const prefix = Buffer.alloc(8);
    prefix.writeUInt32BE(text.length, 0);
    prefix.writeUInt32BE(payloadBytes, 4);
    api.write(Buffer.concat([prefix, text]));
  };
  const picture = { contentType: 'image/png', width: 1, height: 1, thumbHash: '' };
  api.on('data', (bytes) => {
    const { path } = JSON.parse(bytes.subarray(8));
    if (path === 'answer') say({ kind: 'picture', picture });
    if (path === 'die') process.abort();
    if (path === 'lie') say({ kind: 'picture', picture: { ...picture, contentType: 'text/html' } });
    if (path === 'flood') say({ kind: 'rendering', contentType: 'image/png' }, 2 ** 31);
    if (path === 'babble') api.write(Buffer.alloc(64, 255));
    // and for 'hang' nothing
  });
  api.on('close', () => process.exit());
`;

describe('A worker that', () => {
  const open = (options = {}) =>
    openDecodingPool({ command: [process.execPath, '--eval', STRANGE_WORKER], atOnce: 1, ...options });
  const inspect = (pool: ReturnType<typeof open>, path: string, signal?: AbortSignal) =>
    pool.inspect(path, { maxPixels: 1, signal });

  test.each(['die', 'lie', 'flood', 'babble'])('can only %s costs its picture a refusal', async (deed) => {
    const onWorkerLost = vi.fn();
    const pool = open({ onWorkerLost });
    await expect(inspect(pool, deed)).rejects.toMatchObject({
      code: 'BAD_USER_INPUT',
      message: expect.stringContaining('Save it anew'),
    });
    expect(onWorkerLost).toHaveBeenCalledTimes(2);
    expect(await inspect(pool, 'answer')).toMatchObject({ width: 1 });
  });

  test('hangs is ended, and others go on; those that are too many come back later', async () => {
    const pool = open({ maxWaiting: 1, limits: { ...USUAL_LIMITS, cpuSeconds: 0.1 } });
    const hanging = expect(inspect(pool, 'hang')).rejects.toMatchObject({
      message: 'The picture takes too long to decode. Send a smaller one.',
    });
    const waiting = inspect(pool, 'answer');
    await expect(inspect(pool, 'answer')).rejects.toMatchObject({
      code: 'TOO_BUSY',
      httpStatus: 429,
      retryAfterSeconds: 1,
    });
    await hanging;
    expect(await waiting).toMatchObject({ width: 1 });
  });

  test('is not there makes pictures wait for better times', async () => {
    const pool = open({ command: [join(folder, 'nothing')] });
    await expect(inspect(pool, 'answer')).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });

  test('works for nobody any more is not asked', async () => {
    const pool = open();
    const aborted = new AbortController();
    const first = inspect(pool, 'answer');
    const second = inspect(pool, 'hang', aborted.signal);
    aborted.abort();
    await first;
    await expect(second).rejects.toMatchObject({ message: 'The upload was aborted.' });
  });

  test('works when everything is stopped ends in the middle', async () => {
    const pool = open();
    const hanging = expect(inspect(pool, 'hang')).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await vi.waitUntil(() => pool.workers.length === 1, PATIENCE);
    await pool.close();
    await hanging;
    await expect(inspect(pool, 'answer')).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });
});

test('A compiled worker is run without what makes sources run, or tells secrets', () => {
  const main = fileURLToPath(new URL('file:///shoal/worker-main.js'));
  expect(decodingWorkerCommand(main)).toEqual([process.execPath, '--max-old-space-size=64', main]);
});

async function isRunning(processId: string): Promise<boolean> {
  const status = await readFile(`/proc/${processId}/status`, 'utf8').catch(() => 'State:\tZ');
  return !/^State:\s+Z/m.test(status);
}
