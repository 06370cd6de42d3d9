import type { CacheNode } from './cache-node.ts';
import { Cache } from './cache.ts';
import { Clock } from './clock.ts';
import type { Config } from './config.ts';
import { Counters } from './counters.ts';
import { Credentials } from './credentials.ts';
import { KeyPrefixes } from './key-prefixes.ts';
import { Server } from './server.ts';
import { Sweeper } from './sweeper.ts';

const START_ERROR = 71;
const INTERRUPTED = 0;

/** Runs a node until it is told to stop: by a signal, by a client that may, or by the end of its parent. */
export async function run(config: Config): Promise<void> {
  const server = new Server(config);
  const node = buildNode(config, server);
  try {
    const addresses = await server.start(node);
    process.stdout.write(
      addresses.map((address) => `listening on ${address.replace(/^tcp:/, '')}\n`).join(''),
    );
  } catch (error) {
    process.stderr.write(`Cannot listen: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(START_ERROR);
  }
  const stopSweeping = config.hasCrawler ? node.sweeper.start() : () => {};
  const drain = async () => {
    stopSweeping();
    await server.drain();
    process.exit(0);
  };
  process.once('SIGTERM', () => void drain());
  process.once('SIGUSR1', () => void drain());
  process.once('SIGINT', () => process.exit(INTERRUPTED));
  if (config.exitsWithParent) process.stdin.resume().once('close', () => process.exit(0));
}

function buildNode(config: Config, connections: Server): CacheNode {
  const clock = new Clock(Date.now);
  const counters = new Counters();
  const { capacityBytes, policy, maxItems, canEvict, hasCas } = config;
  const cache = new Cache(
    { capacityBytes, policy, maxItems, canEvict, hasCas, random: Math.random },
    counters,
    clock,
  );
  return {
    config,
    cache,
    counters,
    clock,
    connections,
    prefixes: new KeyPrefixes(config.prefixDelimiter, config.hasDetail),
    sweeper: new Sweeper(cache, clock, counters),
    credentials: config.credentialsPath === undefined ? undefined : new Credentials(config.credentialsPath),
    startedAt: clock.seconds(),
    settings: { verbosity: config.verbosity, crawlerIsEnabled: config.hasCrawler },
    shutdown: (isGraceful) => process.kill(process.pid, isGraceful ? 'SIGTERM' : 'SIGINT'),
  };
}
