import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename } from 'node:path';
import { KeyTurns } from '../../key-turns.ts';
import { formatAddress } from '../nodes/node-address.ts';
import { nodeArguments } from './node-arguments.ts';
import {
  keepLogSmall,
  lastWritten,
  listNodeFiles,
  LONGEST_SOCKET_NAME,
  nodeFiles,
  parseFileName,
  removeNodeFiles,
  type NodeFiles,
} from './node-files.ts';
import { NodeProcess } from './node-process.ts';
import { findProcesses, isRunning } from './process-table.ts';
import type { NodeSpec, Provisioner, RunningNode } from './provisioner.ts';
import { openSocketFolder } from './socket-folder.ts';

export interface LocalProvisionerOptions {
  /** The node's program and the arguments before ours. */
  readonly command: readonly [program: string, ...args: string[]];
  /** Where the sockets lie. Made if it is not there. */
  readonly folder: string;
  /** The largest entry that a node must take. */
  readonly maxEntryMiB: number;
  /** A node ends by itself when nobody has been connected to it for so long. */
  readonly orphanTimeoutSeconds: number;
  /** Lines of `name:password` that the nodes take. Unless given, they ask nobody. */
  readonly secretFile?: string | undefined;
  /** Milliseconds since the Unix epoch. */
  readonly now: () => number;
  /** A node that has not ended this long after it was asked to is killed. */
  readonly stopTimeoutMs?: number;
}

/** Files without a process are younger while it is being launched. */
const LEFTOVER_AGE_MS = 60_000;

/**
 * Launches nodes as processes of their own that listen on unix sockets. They outlive this process: the next one finds them by the
 * folder and the system's processes. What nobody finds ends by itself after a while.
 */
export class LocalProvisioner implements Provisioner {
  readonly isElastic = true;
  readonly #options: LocalProvisionerOptions;
  /** As it was at the beginning: the process may move its temporary files to another place later, sockets must stay. */
  readonly #temporaryFolder = tmpdir();
  readonly #nodes = new Map<string, NodeProcess>();
  readonly #turns = new KeyTurns();
  readonly #listeners = new Set<(id: string, reason: string) => void>();
  #hasLooked = false;

  constructor(options: LocalProvisionerOptions) {
    this.#options = options;
  }

  async launch(spec: NodeSpec): Promise<RunningNode> {
    return await this.#turns.run(spec.id, async () => {
      const folder = await this.#openFolder();
      return describe((await this.#find(folder, spec.id)) ?? (await this.#spawn(folder, spec)));
    });
  }

  async list(): Promise<readonly RunningNode[]> {
    const folder = await this.#openFolder();
    const unknown = (await listNodeFiles(folder)).filter(({ id }) => !this.#nodes.has(id));
    if (!this.#hasLooked || unknown.length > 0) await this.#adopt(folder);
    await this.#removeLeftovers(unknown);
    // Whoever sees here that a node is gone has been told why.
    const ending = [...this.#nodes.values()].filter(({ isRunning }) => !isRunning);
    await Promise.all(ending.map(({ ended }) => ended));
    const running = [...this.#nodes.values()].filter(({ isRunning }) => isRunning);
    await Promise.all(running.map(({ files }) => keepLogSmall(files)));
    return running.map(describe);
  }

  async stop(id: string): Promise<void> {
    await this.#turns.run(id, async () => {
      const folder = await this.#openFolder();
      const node = await this.#find(folder, id);
      await node?.stop(this.#options.stopTimeoutMs ?? 1_000);
      const left = (await listNodeFiles(folder)).filter((files) => files.id === id);
      await Promise.all(left.map(removeNodeFiles));
    });
  }

  onEnded(listener: (id: string, reason: string) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async #openFolder(): Promise<string> {
    return await openSocketFolder(this.#options.folder, LONGEST_SOCKET_NAME, this.#temporaryFolder);
  }

  async #find(folder: string, id: string): Promise<NodeProcess | undefined> {
    const known = this.#nodes.get(id);
    if (known?.isRunning) return known;
    await known?.ended;
    await this.#adopt(folder);
    return this.#nodes.get(id);
  }

  /** Takes over every node that runs and is not known yet. */
  async #adopt(folder: string): Promise<void> {
    for (const [socket, processId] of await findProcesses(folder)) {
      const files = parseFileName(folder, basename(socket));
      if (files?.socket !== socket || this.#nodes.has(files.id) || !isRunning(processId, socket)) continue;
      this.#follow(new NodeProcess(files, processId));
    }
    this.#hasLooked = true;
  }

  async #spawn(folder: string, spec: NodeSpec): Promise<NodeProcess> {
    const files = nodeFiles(folder, spec);
    const [program, ...args] = this.#options.command;
    const ours = nodeArguments({
      ...this.#options,
      listen: ['-s', files.socket],
      config: spec.config,
    });
    // What a launch before has left would be taken for old and removed.
    await removeNodeFiles(files);
    const log = await open(files.log, 'a', 0o600);
    try {
      // In a session of its own and without a pipe to us, so that nothing that happens to us reaches it.
      const child = spawn(program, [...args, ...ours], {
        detached: true,
        stdio: ['ignore', 'ignore', log.fd],
        // Large pages for the arena, where the system lets those have them who ask: see the node's README.
        env: { GLIBC_TUNABLES: 'glibc.malloc.hugetlb=1', ...process.env },
      });
      child.unref();
      // At once: it may end at any moment, and whoever looks at the system's processes must know it as our child.
      const node = child.pid === undefined ? undefined : new NodeProcess(files, child.pid, child);
      if (node !== undefined) this.#follow(node);
      await once(child, 'spawn');
      return node!;
    } catch (error) {
      await removeNodeFiles(files);
      throw new Error(`${spec.label} can't be launched: ${(error as Error).message}`, { cause: error });
    } finally {
      await log.close();
    }
  }

  #follow(node: NodeProcess): void {
    const { id } = node.files;
    this.#nodes.set(id, node);
    void node.ended.then((reason) => {
      this.#nodes.delete(id);
      if (node.isStopping) return;
      for (const listener of this.#listeners) listener(id, reason);
    });
  }

  async #removeLeftovers(found: readonly NodeFiles[]): Promise<void> {
    for (const files of found) {
      if (this.#nodes.has(files.id)) continue;
      if (this.#options.now() - (await lastWritten(files)) >= LEFTOVER_AGE_MS) await removeNodeFiles(files);
    }
  }
}

/** The command line of our own node. */
export function cacheNodeCommand(mainFile: string): [string, ...string[]] {
  return [process.execPath, mainFile];
}

function describe({ files }: NodeProcess): RunningNode {
  const { id, slot, socket } = files;
  return { id, slot, address: formatAddress({ path: socket }) };
}
