import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { createConnection } from 'mysql2/promise';

const START_DEADLINE_MS = 30_000;

/** A real server in a folder of its own, reached by a unix socket, so that it takes no port. */
export interface MariaDb {
  /** The url of a database, which is made when it is not there. */
  createDatabase(name: string): Promise<string>;
  dropDatabase(name: string): Promise<void>;
  /** Kills it as a power cut would, and calls `meanwhile` before it starts again. */
  restart(meanwhile?: () => Promise<void>): Promise<void>;
  /** Lets it hang until the returned function is called. */
  freeze(): () => void;
  stop(): Promise<void>;
}

/** What to do to have MariaDB, `undefined` when it is there. */
export const mariaDbMissing: string | undefined =
  findBinary('mariadbd') && findBinary('mariadb-install-db')
    ? undefined
    : 'MariaDB is not installed: apt-get install mariadb-server-core mariadb-client-core';

/** `isDurable`: what it has acknowledged survives its being killed. `options` are for its command line. */
export async function startMariaDb({
  isDurable = false,
  options: moreOptions = [],
}: { isDurable?: boolean; options?: readonly string[] } = {}): Promise<MariaDb> {
  const folder = await mkdtemp(join(tmpdir(), 'shoal-mariadb-'));
  const data = join(folder, 'data');
  const socket = join(folder, 'socket');
  // A server that starts removes the temporary tables of all others that share its temporary folder.
  const temporary = join(folder, 'tmp');
  await mkdir(temporary);
  const options = { env: { ...process.env, TMPDIR: temporary } };
  const user = process.getuid?.() === 0 ? ['--user=root'] : [];
  try {
    await promisify(execFile)(
      binary('mariadb-install-db'),
      [
        '--no-defaults',
        `--datadir=${data}`,
        '--auth-root-authentication-method=normal',
        '--skip-test-db',
        ...user,
      ],
      options,
    );
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
  const launch = () =>
    spawn(
      binary('mariadbd'),
      [
        '--no-defaults',
        `--datadir=${data}`,
        `--socket=${socket}`,
        '--skip-networking',
        '--skip-log-bin',
        '--innodb-buffer-pool-size=16M',
        `--innodb-flush-log-at-trx-commit=${isDurable ? 1 : 0}`,
        '--performance-schema=OFF',
        ...moreOptions,
        ...user,
      ],
      { ...options, stdio: 'ignore' },
    );
  let server = launch();
  const killServer = () => server.kill('SIGKILL');
  const end = async () => {
    if (server.exitCode !== null || server.signalCode !== null) return;
    const ended = once(server, 'exit');
    killServer();
    await ended;
  };
  process.once('exit', killServer);

  const run = async (statement: string) => {
    const connection = await createConnection({ socketPath: socket, user: 'root' });
    try {
      await connection.query(statement);
    } finally {
      connection.destroy();
    }
  };
  const stop = async () => {
    process.off('exit', killServer);
    await end();
    await rm(folder, { recursive: true, force: true });
  };
  const answering = () =>
    untilAnswering(
      () => run('SELECT 1'),
      () => server.exitCode,
    );
  try {
    await answering();
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    createDatabase: async (name) => {
      // A collation that ignores case and trailing spaces, as servers have by default: no column may rely on it.
      await run(`CREATE DATABASE IF NOT EXISTS ${name} CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci`);
      return `mysql://root@localhost/${name}?socketPath=${encodeURIComponent(socket)}`;
    },
    dropDatabase: (name) => run(`DROP DATABASE IF EXISTS ${name}`),
    restart: async (meanwhile) => {
      await end();
      await meanwhile?.();
      server = launch();
      await answering();
    },
    freeze: () => {
      server.kill('SIGSTOP');
      return () => void server.kill('SIGCONT');
    },
    stop,
  };
}

async function untilAnswering(ask: () => Promise<void>, exitCode: () => number | null): Promise<void> {
  const deadline = Date.now() + START_DEADLINE_MS;
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (exitCode() !== null || Date.now() > deadline) {
        throw new Error(`mariadbd did not start (exit code ${exitCode()}).`, { cause: error });
      }
    }
    await sleep(20);
  }
}

function binary(name: string): string {
  const path = findBinary(name);
  if (path === undefined) throw new Error(`${name} is not installed.`);
  return path;
}

function findBinary(name: string): string | undefined {
  return [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin']
    .map((folder) => join(folder, name))
    .find((path) => existsSync(path));
}
