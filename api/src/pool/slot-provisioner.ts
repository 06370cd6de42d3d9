import { spawn, type ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { lstat, mkdir, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { NodeAddress } from './node-address.ts';
import { slotLabel } from './ring.ts';

/** A node that was launched and has not been stopped. It need not answer yet. */
export interface LaunchedNode {
  readonly label: string;
  readonly address: NodeAddress;
  /** Resolves with the reason in words when the node has ended, asked to or not. Never rejects. */
  readonly ended: Promise<string>;
  /** Asks the node to end, makes it end after a deadline, and resolves when it has ended. */
  stop(): Promise<void>;
}

/** Launches cache nodes, one to a slot, that end with this process. */
export interface SlotProvisioner {
  /** @throws when no node can be launched, with a message for the log */
  launch(slot: number): Promise<LaunchedNode>;
}

export interface SlotProvisionerOptions {
  /** The node's program and the arguments before ours: our cache-node by this Node.js, or memcached. */
  readonly command: readonly [program: string, ...args: string[]];
  /** Where the sockets lie. Made if it is not there. */
  readonly folder: string;
  readonly capacityMiB: number;
  /** The largest entry that a node must take. */
  readonly maxEntryMiB: number;
  /** A node that has not ended this long after it was asked to is killed. */
  readonly stopTimeoutMs?: number;
}

/** A node in a process of its own. */
export interface LocalNode extends LaunchedNode {
  readonly processId: number | undefined;
}

/** What fits into a sockaddr_un (unix(7)), without the zero at its end. */
const MAX_SOCKET_PATH_BYTES = 107;
const ORPHAN_CHECKS = 40;
const ORPHAN_CHECK_MS = 50;
const MAX_ERROR_CHARACTERS = 500;

/** Launches nodes as child processes that listen on unix sockets and end with this process, however it ends. */
export class LocalSlotProvisioner implements SlotProvisioner {
  readonly #options: SlotProvisionerOptions;
  /** As it was at the beginning: the process may move its temporary files to another place later, sockets must stay. */
  readonly #temporaryFolder = tmpdir();

  constructor(options: SlotProvisionerOptions) {
    this.#options = options;
  }

  async launch(slot: number): Promise<LocalNode> {
    const { command, capacityMiB, maxEntryMiB, stopTimeoutMs = 1_000 } = this.#options;
    const label = slotLabel(slot);
    const path = join(await socketFolder(this.#options.folder, this.#temporaryFolder), `${label}.sock`);
    await clearSocket(path);
    const [program, ...args] = command;
    // No memcached takes an entry of more than half its memory; what is larger is read from the object store.
    const entryMiB = Math.min(maxEntryMiB, Math.floor(capacityMiB / 2));
    const child = spawn(program, [...args, '-s', path, '-m', `${capacityMiB}`, '-I', `${entryMiB}m`], {
      // In a group of its own: Ctrl-C in a terminal reaches us alone, and we stop the nodes in order. The pipe to its input
      // is never written to: that it closes tells the node that we are gone.
      detached: true,
      stdio: ['pipe', 'ignore', 'pipe'],
    });
    const ended = endOf(child).then(async (reason) => {
      await rm(path, { force: true });
      return reason;
    });
    return {
      label,
      address: { path },
      processId: child.pid,
      ended,
      stop: () => stop(child, ended, stopTimeoutMs),
    };
  }
}

/** The command line of our own node. */
export function cacheNodeCommand(mainFile: string): [string, ...string[]] {
  return [process.execPath, mainFile, '-o', 'exit_with_parent'];
}

/** The folder asked for or, where the sockets' paths would be too long in it, a short one of its own. */
async function socketFolder(wanted: string, temporaryFolder: string): Promise<string> {
  const folder = resolve(wanted);
  const longest = join(folder, `${slotLabel(999)}.sock`);
  if (Buffer.byteLength(longest) <= MAX_SOCKET_PATH_BYTES) {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    return folder;
  }
  const user = process.getuid?.() ?? 0;
  const name = createHash('md5').update(folder).digest('hex').slice(0, 12);
  const short = join(temporaryFolder, `shoal-${user}-${name}`);
  await mkdir(short, { recursive: true, mode: 0o700 });
  // Anybody may make folders there: another user's would let them stand in for our nodes.
  const facts = await lstat(short);
  if (!facts.isDirectory() || (process.getuid !== undefined && facts.uid !== user)) {
    throw new Error(
      `${short} belongs to somebody else. Remove it, or choose a data folder with a shorter path.`,
    );
  }
  return short;
}

/** Removes what a node before has left. One that still answers is given a moment to end, as it does when its parent was killed. */
async function clearSocket(path: string): Promise<void> {
  for (let attempt = 0; await answers(path); attempt++) {
    if (attempt === ORPHAN_CHECKS)
      throw new Error(`A process answers at ${path}: is Shoal already running on this folder?`);
    await setTimeout(ORPHAN_CHECK_MS);
  }
  await rm(path, { force: true });
}

async function answers(path: string): Promise<boolean> {
  return await new Promise((resolve) => {
    const socket = connect({ path });
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}

async function endOf(child: ChildProcess): Promise<string> {
  let errors = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    errors = (errors + text).slice(-MAX_ERROR_CHARACTERS);
  });
  child.stdin?.on('error', () => {}); // The node went first.
  return await new Promise((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('close', (code, signal) => {
      const how = signal === null ? `ended with code ${code}` : `was ended by ${signal}`;
      resolve(errors.trim() === '' ? how : `${how}: ${errors.trim()}`);
    });
  });
}

async function stop(child: ChildProcess, ended: Promise<string>, timeoutMs: number): Promise<void> {
  child.kill('SIGTERM');
  const deadline = new AbortController();
  await Promise.race([ended, setTimeout(timeoutMs, undefined, { signal: deadline.signal })]);
  deadline.abort();
  child.kill('SIGKILL');
  await ended;
}
