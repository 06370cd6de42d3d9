import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { BodyBudget } from '../../api/src/pool/nodes/body-budget.ts';
import { parseAddress } from '../../api/src/pool/nodes/node-address.ts';
import { NodeClient } from '../../api/src/pool/nodes/node-client.ts';
import { PoolCache, type Routing } from '../../api/src/pool/routing/pool-cache.ts';
import { Ring, slotLabel } from '../../api/src/pool/routing/ring.ts';
import { SlabPool } from '../../api/src/pool/nodes/slab.ts';
import type { WarmingNode } from '../../api/src/pool/warming/warming.ts';

interface BenchNode extends WarmingNode {
  readonly process: ChildProcess;
  readonly client: NodeClient;
}

const CACHE_NODE = join(import.meta.dirname, '../../cache-node/dist/main.js');
/** A busy machine is no failure here: all reads are to be answered by their owners. */
const PATIENCE = { connectTimeoutMs: 30_000, readPatienceMs: 30_000, readSilenceMs: 30_000 };

/** Real nodes behind the pool's own routing, and a way to change their number. */
export class BenchPool {
  readonly budget = new BodyBudget(512 * 2 ** 20);
  readonly cache = new PoolCache(() => this.#routing);
  readonly #slabs = new SlabPool(this.budget);
  readonly #nodes: BenchNode[] = [];
  readonly #folder: string;
  readonly #nodeMiB: number;
  #ring = new Ring([]);
  #previous: readonly Ring[] = [];
  #routing: Routing = { ring: this.#ring, previous: [], clients: new Map(), allClients: [] };

  constructor(folder: string, nodeMiB: number) {
    this.#folder = folder;
    this.#nodeMiB = nodeMiB;
  }

  get ring(): Ring {
    return this.#ring;
  }

  get nodes(): readonly WarmingNode[] {
    return this.#nodes;
  }

  /** Starts nodes until there are so many. They own nothing before they are on the ring. */
  async start(count: number): Promise<void> {
    while (this.#nodes.length < count) this.#nodes.push(await this.#startNode(this.#nodes.length));
    this.#route();
  }

  /** Ends the last nodes until there are so many. */
  async stop(count: number): Promise<void> {
    const leaving = this.#nodes.splice(count);
    this.#route();
    for (const { client, process } of leaving) {
      client.close();
      process.kill('SIGKILL');
      if (process.exitCode === null && process.signalCode === null) await once(process, 'exit');
    }
  }

  /** The nodes of these rings are asked after a miss; none unless given. */
  enter(ring: Ring, previous: readonly Ring[] = []): void {
    this.#ring = ring;
    this.#previous = previous;
    this.#route();
  }

  #route(): void {
    this.#routing = {
      ring: this.#ring,
      previous: this.#previous,
      clients: new Map(this.#nodes.map(({ label, client }) => [label, client])),
      allClients: this.#nodes.map(({ client }) => client),
    };
  }

  async #startNode(slot: number): Promise<BenchNode> {
    const label = slotLabel(slot);
    const address = `unix:${join(this.#folder, `${label}.sock`)}`;
    const process = spawn(
      globalThis.process.execPath,
      [CACHE_NODE, '-o', 'exit_with_parent', '-s', address.slice('unix:'.length), '-m', `${this.#nodeMiB}`],
      { stdio: ['pipe', 'ignore', 'inherit'] },
    );
    let client: NodeClient | undefined;
    await new Promise<void>((onUp) => {
      client = new NodeClient({
        address: parseAddress(address),
        slabs: this.#slabs,
        random: Math.random,
        onChange: (isUp) => isUp && onUp(),
        ...PATIENCE,
      });
    });
    return { label, address, process, client: client! };
  }
}

export function ringOf(size: number): Ring {
  return new Ring(Array.from({ length: size }, (_, slot) => slotLabel(slot)));
}
