import { execFile } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { sep } from 'node:path';
import { promisify } from 'node:util';

/** What a node's socket stands between in its arguments. By it and its user a process is known as ours. */
const BEFORE_SOCKET = '-s';
const AFTER_SOCKET = '-m';
const SYSTEM_HAS_PROC = process.platform === 'linux';

/** The processes of this user that were told to listen on a socket in the folder, by the socket's path. Frozen ones too, zombies not. */
export async function findProcesses(
  folder: string,
  hasProc = SYSTEM_HAS_PROC,
): Promise<ReadonlyMap<string, number>> {
  return hasProc ? findInProc(folder) : await findByPs(folder);
}

/** Whether the process runs and is still the one that was told to listen on the socket. */
export function isRunning(processId: number, socket: string, hasProc = SYSTEM_HAS_PROC): boolean {
  if (hasProc) return socketOf(String(processId)) === socket;
  try {
    process.kill(processId, 0);
    return true;
  } catch {
    return false;
  }
}

/**
 * Whether a child of ours is ending or has ended though we have not heard of it yet: its memory has been taken from it. False where
 * that can't be seen.
 */
export function isEnding(processId: number): boolean {
  if (!SYSTEM_HAS_PROC) return false;
  try {
    const facts = readFileSync(`/proc/${processId}/stat`, 'utf8');
    // The name, the second field, stands in parentheses and may hold some itself. The 23rd is the size of the memory: proc(5).
    return facts.slice(facts.lastIndexOf(')') + 2).split(' ')[20] === '0';
  } catch {
    return true;
  }
}

function findInProc(folder: string): Map<string, number> {
  const user = process.getuid?.();
  const found = new Map<string, number>();
  for (const name of readdirSync('/proc')) {
    const socket = /^\d+$/.test(name) ? socketOf(name) : undefined;
    if (socket?.startsWith(folder + sep) && userOf(name) === user) found.set(socket, Number(name));
  }
  return found;
}

function socketOf(processId: string): string | undefined {
  try {
    const words = readFileSync(`/proc/${processId}/cmdline`, 'utf8').split('\0');
    const index = words.lastIndexOf(BEFORE_SOCKET);
    return index !== -1 && words[index + 2] === AFTER_SOCKET ? words[index + 1] : undefined;
  } catch {
    return undefined; // It has ended.
  }
}

function userOf(processId: string): number | undefined {
  try {
    return statSync(`/proc/${processId}`).uid;
  } catch {
    return undefined;
  }
}

/** Where there is no /proc, ps(1) tells the same, the arguments as one text. */
async function findByPs(folder: string): Promise<Map<string, number>> {
  const columns = ['pid=', 'uid=', 'stat=', 'args='].flatMap((column) => ['-o', column]);
  const { stdout } = await promisify(execFile)('ps', ['-axww', ...columns], { maxBuffer: 2 ** 26 });
  const user = String(process.getuid?.());
  const found = new Map<string, number>();
  for (const line of stdout.split('\n')) {
    const [, processId, uid, state, socket] =
      /^\s*(\d+)\s+(\d+)\s+(\S+)\s.*? -s (.+?) -m \d/.exec(line) ?? [];
    if (uid !== user || state?.startsWith('Z') || !socket?.startsWith(folder + sep)) continue;
    found.set(socket, Number(processId));
  }
  return found;
}
