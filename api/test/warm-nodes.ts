import { spawn, type ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { CopyConnection } from '../src/pool/warming/copy-connection.ts';
import type { Ring } from '../src/pool/routing/ring.ts';
import type { WarmingNode } from '../src/pool/warming/warming.ts';

export type NodeCommand = readonly [program: string, ...args: string[]];

/** Our own node; `npm run build -w cache-node` makes it. */
export const OUR_NODE: NodeCommand = [
  process.execPath,
  fileURLToPath(new URL('../../cache-node/dist/main.js', import.meta.url)),
  '-o',
  'exit_with_parent',
];
export const MEMCACHED: NodeCommand = process.getuid?.() === 0 ? ['memcached', '-u', 'root'] : ['memcached'];

/** A real node, and a client of it. */
export interface RunningWarmNode extends WarmingNode {
  readonly process: ChildProcess;
  readonly client: CopyConnection;
}

/** Real nodes in processes of their own, labelled `node-0` and so on, on sockets in a folder of their own. */
export class WarmNodes {
  readonly all: RunningWarmNode[] = [];
  readonly #folder: string;
  readonly #processes: ChildProcess[] = [];

  private constructor(folder: string) {
    this.#folder = folder;
  }

  static async open(): Promise<WarmNodes> {
    return new WarmNodes(await mkdtemp(join(tmpdir(), 'shoal-warm-')));
  }

  /** Starts nodes until there are so many. */
  async grow(
    count: number,
    { command = OUR_NODE, capacityMiB = 96, args = [] as readonly string[] } = {},
  ): Promise<void> {
    const start = async (slot: number): Promise<RunningWarmNode> => {
      const label = `node-${slot}`;
      const path = join(this.#folder, `${label}.sock`);
      const limits = ['-m', `${capacityMiB}`, '-I', `${Math.min(40, capacityMiB / 2)}m`];
      const [program, ...own] = command;
      const child = spawn(program, [...own, '-s', path, ...limits, ...args], {
        stdio: ['pipe', 'ignore', 'inherit'],
      });
      this.#processes.push(child);
      return { label, address: `unix:${path}`, process: child, client: await connectTo(`unix:${path}`) };
    };
    const slots = Array.from({ length: count - this.all.length }, (_, i) => this.all.length + i);
    this.all.push(...(await Promise.all(slots.map(start))));
  }

  get labels(): string[] {
    return this.all.map(({ label }) => label);
  }

  get nodes(): WarmingNode[] {
    return this.all.map(({ label, address }) => ({ label, address }));
  }

  ownerOf(ring: Ring, name: string): RunningWarmNode {
    const label = ring.owner(name.slice(0, 32));
    return this.all.find((node) => node.label === label)!;
  }

  async close(): Promise<void> {
    for (const { client } of this.all.splice(0)) client.close(new Error('The test is over.'));
    for (const process of this.#processes.splice(0)) {
      process.kill('SIGKILL');
      if (process.exitCode === null && process.signalCode === null) await once(process, 'exit');
    }
    await rm(this.#folder, { recursive: true, force: true });
  }
}

/** The name of an entry as images have them. */
export function nameOf(key: number | string): string {
  return `${createHash('md5').update(`image-${key}`).digest('hex')}:0199-version`;
}

/** Bytes that only this entry has. */
export function bytesOf(name: string, sizeBytes: number): Buffer {
  return Buffer.alloc(sizeBytes, name);
}

export async function put(client: CopyConnection, name: string, value: Buffer, flags = 1): Promise<string> {
  return await client.store(`ms ${name} ${value.length} F${flags}\r\n`, value);
}

/** Stores many small entries in one go. */
export async function putMany(
  client: CopyConnection,
  names: readonly string[],
  value: string,
): Promise<void> {
  const commands = names.map((name) => `ms ${name} ${value.length} q F1\r\n${value}\r\n`).join('');
  await client.askForLines(`${commands}mn\r\n`, (line) => line === 'MN');
}

/** The value; undefined where there is none. Does not count as a use. */
export async function peek(client: CopyConnection, name: string): Promise<Buffer | undefined> {
  const value = await client.askForValue(`mg ${name} v u\r\n`);
  return value?.bytes;
}

async function connectTo(address: string): Promise<CopyConnection> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await CopyConnection.open(address, 30_000);
    } catch (error) {
      if (attempt === 2_000) throw error;
      await setTimeout(20);
    }
  }
}
