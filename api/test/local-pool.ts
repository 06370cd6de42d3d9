import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { makeNewId } from '../src/ordered-id.ts';
import { BodyBudget } from '../src/pool/nodes/body-budget.ts';
import { MemoryPoolStore } from '../src/pool/state/memory-pool-store.ts';
import { startPool, type Pool, type PoolOptions } from '../src/pool/pool.ts';
import { LocalProvisioner, type LocalProvisionerOptions } from '../src/pool/provisioners/local.ts';

/** The program of our own node; `npm run build -w cache-node` makes it. */
export const OUR_NODE = [
  process.execPath,
  fileURLToPath(new URL('../../cache-node/dist/main.js', import.meta.url)),
] as const;

export interface LocalPool {
  readonly pool: Pool;
  readonly store: MemoryPoolStore;
  readonly provisioner: LocalProvisioner;
  readonly folder: string;
  /** Stops what runs and removes the folder. */
  close(): Promise<void>;
}

export type LocalPoolOptions = Partial<Omit<PoolOptions, 'provisioner' | 'store'>> &
  Partial<Pick<LocalProvisionerOptions, 'command' | 'folder' | 'secretFile'>> & {
    readonly size?: number;
    readonly capacityMiB?: number;
  };

/** A pool that is looked after as in a running Shoal: with nodes as processes, and its state in memory. */
export async function startLocalPool(options: LocalPoolOptions = {}): Promise<LocalPool> {
  const { size = 2, capacityMiB = 96, command = OUR_NODE } = options;
  const root = await mkdtemp(join(tmpdir(), 'shoal-nodes-'));
  const folder = options.folder ?? root;
  const now = Date.now;
  const store = new MemoryPoolStore({ now, clock: () => performance.now() });
  await store.initialise({ desiredSize: size, capacityMiB });
  const provisioner = new LocalProvisioner({
    command,
    folder,
    maxEntryMiB: 33,
    orphanTimeoutSeconds: 20,
    now,
    stopTimeoutMs: 200,
    ...(options.secretFile !== undefined && { secretFile: options.secretFile }),
  });
  const remove = () => rm(root, { recursive: true, force: true });
  try {
    const pool = await startPool({
      budget: new BodyBudget(64 * 2 ** 20),
      holder: 'test',
      maxNodes: 8,
      log: { warn() {} },
      random: () => 0.5,
      newId: makeNewId(now),
      ...options,
      store,
      provisioner,
    });
    const close = async () => {
      await pool.close();
      await remove();
    };
    return { pool, store, provisioner, folder, close };
  } catch (error) {
    await remove();
    throw error;
  }
}
