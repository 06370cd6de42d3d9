import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import type { Picture } from './pictures.ts';

/** A way to serve pictures, running. */
export interface Contender {
  readonly name: 'nginx' | 'nginx, sendfile' | 'bare Node' | 'Shoal' | 'Express';
  urlOf(picture: Picture): string;
  /** What its readers send. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Whether this response came the way that is to be measured. */
  isWarm(response: Response): boolean;
  stop(): Promise<void>;
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** Resolves when something answers over HTTP. */
export async function waitForHttp(url: string, child: ChildProcess): Promise<void> {
  for (;;) {
    if (child.exitCode !== null) throw new Error(`${child.spawnfile} ended with code ${child.exitCode}.`);
    try {
      await (await fetch(url)).arrayBuffer();
      return;
    } catch {
      await setTimeout(20);
    }
  }
}

export async function stopChild(child: ChildProcess, signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill(signal);
  await once(child, 'close');
}
