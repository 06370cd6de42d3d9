import { spawn } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort, stopChild, waitForHttp, type Contender } from './contender.ts';
import type { Picture } from './pictures.ts';

const SERVER = join(import.meta.dirname, 'bare-server.mjs');

/** Two bare processes that forward bytes and do nothing else: what Node leaves to reach on this machine. */
export async function startBare(folder: string, pictures: readonly Picture[]): Promise<Contender> {
  const root = join(folder, 'bare');
  await mkdir(root);
  for (const { fileName, bytes } of pictures) await writeFile(join(root, fileName), bytes);
  const port = await freePort();
  const socket = join(folder, 'bare.sock');
  const start = (role: string) =>
    spawn(process.execPath, [SERVER, role, socket, root], {
      env: { PATH: process.env['PATH'], PORT: `${port}` },
      stdio: 'inherit',
    });
  const [node, server] = [start('node'), start('http')];
  await waitForHttp(`http://127.0.0.1:${port}/`, server);
  return {
    name: 'bare Node',
    urlOf: ({ fileName }) => `http://127.0.0.1:${port}/images/${fileName}`,
    isWarm: () => true,
    async stop() {
      await stopChild(server);
      await stopChild(node);
    },
  };
}
