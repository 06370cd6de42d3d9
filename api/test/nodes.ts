import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cacheNodeCommand, LocalSlotProvisioner, type LocalNode } from '../src/pool/slot-provisioner.ts';

type Command = [program: string, ...args: string[]];

/** The program of our own node; `npm run build -w cache-node` makes it. */
export const ourNode: Command = cacheNodeCommand(
  fileURLToPath(new URL('../../cache-node/dist/main.js', import.meta.url)),
);

/** What speaks the protocol here: our node and, where it is installed, memcached. */
export const nodePrograms: readonly { name: string; command: Command }[] = [
  { name: 'our cache node', command: ourNode },
  ...(hasMemcached() ? [{ name: 'memcached', command: memcached() }] : []),
];

export interface NodesFixture {
  readonly folder: string;
  /** Remembers what it has launched. */
  readonly provisioner: LocalSlotProvisioner & { readonly launched: LocalNode[] };
  /** Stops what runs and removes the folder. */
  close(): Promise<void>;
}

/** A folder of its own and a way to launch nodes in it. */
export async function openNodes({
  command = ourNode,
  capacityMiB = 96,
}: { command?: Command; capacityMiB?: number } = {}): Promise<NodesFixture> {
  const folder = await mkdtemp(join(tmpdir(), 'shoal-nodes-'));
  const provisioner = new RememberingProvisioner({
    command,
    folder,
    capacityMiB,
    maxEntryMiB: 33,
    stopTimeoutMs: 200,
  });
  return {
    folder,
    provisioner,
    async close() {
      for (const { processId } of provisioner.launched) tryToContinue(processId);
      await Promise.all(provisioner.launched.map((node) => node.stop()));
      await rm(folder, { recursive: true, force: true });
    },
  };
}

class RememberingProvisioner extends LocalSlotProvisioner {
  readonly launched: LocalNode[] = [];

  override async launch(slot: number): Promise<LocalNode> {
    const node = await super.launch(slot);
    this.launched.push(node);
    return node;
  }
}

/** A process that a test has frozen can't end. */
function tryToContinue(processId: number | undefined): void {
  try {
    if (processId !== undefined) process.kill(processId, 'SIGCONT');
  } catch {
    // It has ended already.
  }
}

function hasMemcached(): boolean {
  try {
    execFileSync('memcached', ['-V'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

function memcached(): Command {
  return process.getuid?.() === 0 ? ['memcached', '-u', 'root'] : ['memcached'];
}
