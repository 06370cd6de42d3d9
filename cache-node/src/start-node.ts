import type { CacheNode } from './cache-node.ts';
import { Cache } from './cache.ts';
import type { Clock } from './clock.ts';
import type { Config } from './config.ts';
import { Counters } from './counters.ts';
import { Credentials } from './credentials.ts';
import { Housekeeper } from './housekeeper.ts';
import { KeyPrefixes } from './key-prefixes.ts';
import { watchForOrphaning } from './orphan-watch.ts';
import { Server } from './server.ts';
import { Sweeper } from './sweeper.ts';

export interface RunningNode {
  /** Where it listens: `host:port`, or `unix:path`. */
  readonly addresses: readonly string[];
  readonly node: CacheNode;
  /** Serves nobody else and finishes what is under way. */
  drain(): Promise<void>;
}

/** Builds a node and has it listen. `shutdown` is called when a client that may asks for it, or no client comes any more. @throws if an address is taken. */
export async function startNode(
  config: Config,
  clock: Clock,
  shutdown: (isGraceful: boolean) => void,
): Promise<RunningNode> {
  const server = new Server(config);
  const counters = new Counters();
  const { capacityBytes, policy, maxItems, canEvict, hasCas } = config;
  const random = Math.random;
  const cache = new Cache({ capacityBytes, policy, maxItems, canEvict, hasCas, random }, counters, clock);
  const node: CacheNode = {
    config,
    cache,
    counters,
    clock,
    connections: server,
    prefixes: new KeyPrefixes(config.prefixDelimiter, config.hasDetail),
    sweeper: new Sweeper(cache, clock, counters),
    housekeeper: new Housekeeper(cache),
    credentials: config.credentialsPath === undefined ? undefined : new Credentials(config.credentialsPath),
    startedAt: clock.seconds(),
    settings: { verbosity: config.verbosity, crawlerIsEnabled: config.hasCrawler },
    shutdown,
  };
  const addresses = await server.start(node);
  const stopSweeping = config.hasCrawler ? node.sweeper.start() : () => {};
  const { orphanTimeoutSeconds } = config;
  const stopWatching =
    orphanTimeoutSeconds > 0
      ? watchForOrphaning(server, orphanTimeoutSeconds, () => shutdown(true))
      : () => {};
  const drain = async (): Promise<void> => {
    stopWatching();
    stopSweeping();
    node.housekeeper.stop();
    await server.drain();
  };
  return { addresses: addresses.map((address) => address.replace(/^tcp:/, '')), node, drain };
}
