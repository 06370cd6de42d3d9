import type { Cache } from './cache.ts';
import type { Clock } from './clock.ts';
import type { Config } from './config.ts';
import type { Counters } from './counters.ts';
import type { Credentials } from './credentials.ts';
import type { Housekeeper } from './housekeeper.ts';
import type { KeyPrefixes } from './key-prefixes.ts';
import type { Sweeper } from './sweeper.ts';

/** Everything that the sessions of one node share. */
export interface CacheNode {
  readonly config: Config;
  readonly cache: Cache;
  readonly counters: Counters;
  readonly clock: Clock;
  readonly prefixes: KeyPrefixes;
  readonly sweeper: Sweeper;
  readonly housekeeper: Housekeeper;
  /** Present when clients must say who they are. */
  readonly credentials: Credentials | undefined;
  /** When the node started, in seconds since 1970. */
  readonly startedAt: number;
  /** What a client may change while the node runs. */
  readonly settings: Settings;
  readonly connections: ConnectionCount;
  /** Ends the process: at once, or after what is under way. */
  shutdown(isGraceful: boolean): void;
}

export interface Settings {
  verbosity: number;
  crawlerIsEnabled: boolean;
}

export interface ConnectionCount {
  readonly count: number;
  readonly isAccepting: boolean;
  describe(): ConnectionFacts[];
  /** Has new clients see the certificate that is in its file now. @throws if it can't be used; then all stays as it was. */
  renewCertificates(): void;
  /** When the certificate was read, in seconds since 1970. */
  readonly certificateReadAt: number;
}

/** What `stats conns` shows of one connection. */
export interface ConnectionFacts {
  readonly id: number;
  readonly address: string;
  readonly listenAddress: string | undefined;
  readonly state: string;
  readonly idleSeconds: number;
}
