import type { CacheConfig } from '../state/pool-state.ts';

/** What a node is launched from. */
export interface NodeSpec {
  /** The token of the launch: one id never becomes two nodes. */
  readonly id: string;
  readonly slot: number;
  readonly label: string;
  readonly config: CacheConfig;
  /** The epoch at the launch, for those who look at what runs. */
  readonly epoch: number;
}

/** A node that runs, whether it answers or not. */
export interface RunningNode {
  readonly id: string;
  readonly slot: number;
  /** `unix:PATH` or `host:port`. */
  readonly address: string;
  /** It is taken away soon by somebody else, and why, in words. Its entries should be had before. */
  readonly notice?: string | undefined;
}

/** Launches and stops cache nodes, or knows those that were given. */
export interface Provisioner {
  /** False: the nodes are given, none can be launched or stopped. */
  readonly isElastic: boolean;
  /** Why none can be launched or stopped, in words for the user. Left out where they can. */
  readonly fixedReason?: string;
  /** A node may take so long from its launch until it answers. Unless given, as long as a process may. */
  readonly startMs?: number;
  /** True: nodes go on when the api ends in order, for the next one to find them. Otherwise they are stopped. */
  readonly outliveApi?: boolean;
  /**
   * Launches the node, or finds the one that was launched under this id before. It need not answer yet.
   * @throws when it can't be launched, with the reason in words
   */
  launch(spec: NodeSpec): Promise<RunningNode>;
  /** The end of what a node that does not answer has told of its start. Empty if it has told nothing. */
  lastWords?(id: string): Promise<string>;
  /** Every node of ours that runs, whoever launched it and whenever. */
  list(): Promise<readonly RunningNode[]>;
  /** Asks the node to end, forces it after a deadline (a frozen one too), resolves when it has ended. One that does not run is no error. */
  stop(id: string): Promise<void>;
  /** Calls the listener when a node has ended by itself, with the reason in words; returns the way to stop listening. `list` shows it too. */
  onEnded(listener: (id: string, reason: string) => void): () => void;
}
