import { Clock } from './clock.ts';
import type { Config } from './config.ts';
import { startNode } from './start-node.ts';

const START_ERROR = 71;

/** Runs a node until it is told to stop: by a signal, by a client that may, or by the end of its parent. */
export async function run(config: Config): Promise<void> {
  const shutdown = (isGraceful: boolean): void => {
    process.kill(process.pid, isGraceful ? 'SIGTERM' : 'SIGINT');
  };
  try {
    const { addresses, node, drain } = await startNode(config, new Clock(Date.now), shutdown);
    const drainAndExit = (): void => void drain().then(() => process.exit(0));
    process.once('SIGTERM', drainAndExit);
    process.once('SIGUSR1', drainAndExit);
    process.once('SIGINT', () => process.exit(0));
    const { credentials } = node;
    if (credentials !== undefined) process.on('SIGHUP', () => credentials.renew());
    if (config.exitsWithParent) process.stdin.resume().once('close', () => process.exit(0));
    // Whoever reads it may be gone before the node is.
    process.stdout.on('error', () => {});
    process.stdout.write(addresses.map((address) => `listening on ${address}\n`).join(''));
  } catch (error) {
    process.stderr.write(`Cannot start: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(START_ERROR);
  }
}
