import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { freePort, stopChild, waitForHttp, type Contender } from './contender.ts';
import type { Picture } from './pictures.ts';
import { pathOf } from './tools.ts';

/** Express, memjs and memcached, with the pictures in memcached. */
export async function startExpress(pictures: readonly Picture[]): Promise<Contender> {
  const [cachePort, port] = [await freePort(), await freePort()];
  const user = process.getuid?.() === 0 ? ['-u', 'root'] : [];
  const cache = spawn(await pathOf('memcached'), [
    '-l',
    '127.0.0.1',
    '-p',
    `${cachePort}`,
    '-m',
    '256',
    '-I',
    '32m',
    ...user,
  ]);
  const server = spawn(process.execPath, [join(import.meta.dirname, 'express-server.mjs')], {
    env: {
      PATH: process.env['PATH'],
      PORT: `${port}`,
      MEMCACHED: `127.0.0.1:${cachePort}`,
      NODE_ENV: 'production',
    },
    stdio: 'inherit',
  });
  const url = `http://127.0.0.1:${port}`;
  await waitForHttp(url, server);
  for (const { fileName, bytes } of pictures) {
    const response = await fetch(`${url}/images/${fileName}`, {
      method: 'PUT',
      body: Uint8Array.from(bytes),
    });
    if (!response.ok) throw new Error(`Express answers ${response.status} to an upload.`);
  }
  return {
    name: 'Express',
    urlOf: ({ fileName }) => `${url}/images/${fileName}`,
    isWarm: () => true,
    async stop() {
      await stopChild(server);
      await stopChild(cache, 'SIGKILL');
    },
  };
}
