import type { CacheConfig } from '../state/pool-state.ts';

/** What a node is launched from. */
export interface NodeSpec {
  /** The token of the launch: one id never becomes two nodes. */
  readonly id: string;
  readonly slot: number;
  readonly label: string;
  readonly config: CacheConfig;
}

/** A node that runs, whether it answers or not. */
export interface RunningNode {
  readonly id: string;
  readonly slot: number;
  /** `unix:PATH` or `host:port`. */
  readonly address: string;
}

/** Launches and stops cache nodes, or knows those that were given. */
export interface Provisioner {
  /** False: the nodes are given, none can be launched or stopped. */
  readonly isElastic: boolean;
  /** Why none can be launched or stopped, in words for the user. Left out where they can. */
  readonly fixedReason?: string;
  /**
   * Launches the node, or finds the one that was launched under this id before. It need not answer yet.
   * @throws when it can't be launched, with the reason in words
   */
  launch(spec: NodeSpec): Promise<RunningNode>;
  /** Every node of ours that runs, whoever launched it and whenever. */
  list(): Promise<readonly RunningNode[]>;
  /** Asks the node to end, forces it after a deadline (a frozen one too), resolves when it has ended. One that does not run is no error. */
  stop(id: string): Promise<void>;
  /** Calls the listener when a node has ended by itself, with the reason in words; returns the way to stop listening. `list` shows it too. */
  onEnded(listener: (id: string, reason: string) => void): () => void;
}
