import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import { findProcesses, isEnding, isRunning } from './process-table.ts';

const IDLE = ['-e', 'setInterval(() => {}, 1000)', '--'];
const FOLDER = `/tmp/shoal process table ${process.pid}`;

describe.each([
  ['/proc', process.platform === 'linux', true],
  ['ps', hasPs(), false],
])('the processes that %s shows', (_, isHere, hasProc) => {
  const children: ChildProcess[] = [];

  afterEach(async () => {
    for (const child of children.splice(0)) {
      const exit = child.exitCode ?? child.signalCode ?? once(child, 'exit');
      child.kill('SIGKILL');
      await exit;
    }
  });

  it.skipIf(!isHere)('are those with a socket in the folder, frozen ones too', async () => {
    const [first, frozen] = [await start('-s', `${FOLDER}/a.sock`), await start('-s', `${FOLDER}/b.sock`)];
    frozen.kill('SIGSTOP');
    await start('-s', `${FOLDER} 2/c.sock`);
    await start('-x', `${FOLDER}/d.sock`);
    expect(await findProcesses(FOLDER, hasProc)).toEqual(
      new Map([
        [`${FOLDER}/a.sock`, first.pid],
        [`${FOLDER}/b.sock`, frozen.pid],
      ]),
    );
    expect(isRunning(frozen.pid!, `${FOLDER}/b.sock`, hasProc)).toBe(true);
  });

  it.skipIf(!isHere)('are none that have ended', async () => {
    const child = await start('-s', `${FOLDER}/a.sock`);
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(await findProcesses(FOLDER, hasProc)).toEqual(new Map());
    expect(isRunning(child.pid!, `${FOLDER}/a.sock`, hasProc)).toBe(false);
  });

  async function start(flag: string, path: string): Promise<ChildProcess> {
    const child = spawn(process.execPath, [...IDLE, flag, path, '-m', '64'], { stdio: 'ignore' });
    children.push(child);
    await once(child, 'spawn');
    return child;
  }
});

it.runIf(process.platform === 'linux')(
  'a child is known to be ending before its parent hears of it',
  async () => {
    const child = spawn(process.execPath, [...IDLE]);
    await once(child, 'spawn');
    const { pid } = child;
    expect(isEnding(pid!)).toBe(false);
    child.kill('SIGKILL');
    // Nothing is heard of while this loop runs.
    const deadline = Date.now() + 15_000;
    while (!isEnding(pid!) && Date.now() < deadline);
    expect(child.signalCode).toBeNull();
    expect(isEnding(pid!)).toBe(true);
    await once(child, 'exit');
  },
);

function hasPs(): boolean {
  try {
    execFileSync('ps', ['-axww', '-o', 'pid='], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
