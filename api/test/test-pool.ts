import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { vi } from 'vitest';
import { BodyBudget } from '../src/pool/nodes/body-budget.ts';
import type { NodeAddress } from '../src/pool/nodes/node-address.ts';
import { NodeClient, type NodeClientOptions } from '../src/pool/nodes/node-client.ts';
import { PoolCache, type Routing } from '../src/pool/routing/pool-cache.ts';
import { Ring, slotLabel } from '../src/pool/routing/ring.ts';
import { SlabPool } from '../src/pool/nodes/slab.ts';

type Command = readonly [program: string, ...args: string[]];

export interface NodeProgram {
  readonly name: string;
  readonly command: Command;
  readonly transport: 'unix' | 'tcp';
}

/** Our own node; `npm run build -w cache-node` makes it. */
const OUR_NODE: Command = [
  process.execPath,
  fileURLToPath(new URL('../../cache-node/dist/main.js', import.meta.url)),
  '-o',
  'exit_with_parent',
];
const MEMCACHED: Command = process.getuid?.() === 0 ? ['memcached', '-u', 'root'] : ['memcached'];

export const OUR_PROGRAM: NodeProgram = {
  name: 'our node on a socket',
  command: OUR_NODE,
  transport: 'unix',
};

/** What speaks the protocol here: our node and, where it is installed, memcached. */
export const NODE_PROGRAMS: readonly NodeProgram[] = [
  OUR_PROGRAM,
  ...(hasMemcached()
    ? [{ name: 'memcached over TCP', command: MEMCACHED, transport: 'tcp' } as NodeProgram]
    : []),
];

const PATIENCE = { timeout: 15_000, interval: 5 };

/** A node in a process of its own that tests freeze and kill. */
export class TestNode {
  readonly label: string;
  readonly address: NodeAddress;
  readonly #program: NodeProgram;
  #process!: ChildProcess;

  constructor(label: string, address: NodeAddress, program: NodeProgram) {
    this.label = label;
    this.address = address;
    this.#program = program;
    this.start();
  }

  start(): void {
    const [program, ...args] = this.#program.command;
    const { address } = this;
    const listen =
      'path' in address ? ['-s', address.path] : ['-l', address.host, '-p', `${address.port}`, '-U', '0'];
    this.#process = spawn(program, [...args, ...listen, '-m', '96', '-I', '33m'], {
      stdio: ['pipe', 'ignore', 'inherit'],
    });
  }

  /** Resolves when none of its threads runs any more. */
  async freeze(): Promise<void> {
    this.#process.kill('SIGSTOP');
    await vi.waitUntil(() => threadStates(this.#process.pid!).every((state) => state === 'T'), PATIENCE);
  }

  thaw(): void {
    this.#process.kill('SIGCONT');
  }

  /** Resolves when it has ended. */
  async kill(): Promise<void> {
    this.#process.kill('SIGKILL');
    if (this.#process.exitCode === null && this.#process.signalCode === null)
      await once(this.#process, 'exit');
  }
}

export type ClientOptions = Partial<Omit<NodeClientOptions, 'address' | 'slabs'>>;

/** Real nodes and the cache that they are, routed as a test wants it. */
export class TestPool {
  readonly nodes: readonly TestNode[];
  readonly clients: ReadonlyMap<string, NodeClient>;
  readonly cache = new PoolCache(() => this.routing);
  routing: Routing;
  readonly #folder: string;

  private constructor(nodes: readonly TestNode[], clients: ReadonlyMap<string, NodeClient>, folder: string) {
    this.nodes = nodes;
    this.clients = clients;
    this.#folder = folder;
    const ring = new Ring(nodes.map(({ label }) => label));
    this.routing = { ring, previous: [], clients, allClients: [...clients.values()] };
  }

  /** Resolves when all nodes answer. */
  static async open(
    size: number,
    {
      program = OUR_PROGRAM,
      budget = new BodyBudget(64 * 2 ** 20),
      client = {},
    }: { program?: NodeProgram; budget?: BodyBudget; client?: ClientOptions } = {},
  ): Promise<TestPool> {
    const folder = await mkdtemp(join(tmpdir(), 'shoal-nodes-'));
    const slabs = new SlabPool(budget);
    const nodes: TestNode[] = [];
    const clients = new Map<string, NodeClient>();
    for (let slot = 0; slot < size; slot++) {
      const label = slotLabel(slot);
      const address: NodeAddress =
        program.transport === 'unix'
          ? { path: join(folder, `${label}.sock`) }
          : { host: '127.0.0.1', port: await freePort() };
      nodes.push(new TestNode(label, address, program));
      clients.set(label, new NodeClient({ random: () => 0.5, ...client, address, slabs }));
    }
    const pool = new TestPool(nodes, clients, folder);
    try {
      await vi.waitUntil(() => [...clients.values()].every(({ isUp }) => isUp), PATIENCE);
    } catch (error) {
      await pool.close();
      throw error;
    }
    return pool;
  }

  /** The ring has these members now. */
  route(members: readonly TestNode[], previous: readonly (readonly TestNode[])[] = []): void {
    const ringOf = (nodes: readonly TestNode[]) => new Ring(nodes.map(({ label }) => label));
    this.routing = { ...this.routing, ring: ringOf(members), previous: previous.map(ringOf) };
  }

  ownerOf(keyHash: string): TestNode {
    return this.#nodeOf(this.routing.ring.owner(keyHash));
  }

  /** Where a key's reads go while its owner does not answer. */
  standInOf(keyHash: string): TestNode {
    const { ring } = this.routing;
    const owner = ring.owner(keyHash);
    return this.#nodeOf(ring.owner(keyHash, (label) => label !== owner));
  }

  clientOf({ label }: TestNode): NodeClient {
    return this.clients.get(label)!;
  }

  async close(): Promise<void> {
    for (const client of this.clients.values()) client.close();
    await Promise.all(this.nodes.map((node) => node.kill()));
    await rm(this.#folder, { recursive: true, force: true });
  }

  #nodeOf(wanted: string | undefined): TestNode {
    return this.nodes.find(({ label }) => label === wanted)!;
  }
}

/** Letters as in proc(5); none where there is no /proc. */
function threadStates(processId: number): string[] {
  const folder = `/proc/${processId}/task`;
  if (!existsSync(folder)) return [];
  return readdirSync(folder).map((thread) => {
    const stat = readFileSync(join(folder, thread, 'stat'), 'latin1');
    return stat.charAt(stat.lastIndexOf(')') + 2);
  });
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function hasMemcached(): boolean {
  try {
    execFileSync('memcached', ['-V'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
