import type { RunningNode } from '../provisioners/provisioner.ts';
import type { WarmProgress } from '../warming/warming.ts';

/** How a launch by this process went. */
export type Launch =
  | { readonly phase: 'UNDER_WAY'; readonly slot: number }
  | { readonly phase: 'LAUNCHED'; readonly slot: number; readonly address: string }
  | { readonly phase: 'FAILED'; readonly slot: number; readonly reason: string };

export type SeenHealth = { readonly isUp: true } | { readonly isUp: false; readonly reason: string };

/** What one pass of warming has come to. */
export interface SeenPass {
  readonly epoch: number;
  readonly isDone: boolean;
  readonly progress: WarmProgress;
}

/** What the leader sees of the world. Maps are by the ids of nodes. */
export interface Seen {
  /** Nodes that run. Undefined when that can't be told now. Looked at after the launches, and before the state was read. */
  readonly running: ReadonlyMap<string, RunningNode> | undefined;
  readonly launches: ReadonlyMap<string, Launch>;
  /** Nodes that ended by themselves, and why. */
  readonly ended: ReadonlyMap<string, string>;
  /** Whether they answer. A node is not in it while that is not known yet. */
  readonly health: ReadonlyMap<string, SeenHealth>;
  /** Since when this process has known the node to be launched. */
  readonly launchedSince: ReadonlyMap<string, number>;
  /** The version of the configuration that this process has told them since they began to answer. */
  readonly configured: ReadonlyMap<string, number>;
  /** Nodes that were emptied and have answered ever since. */
  readonly emptied: ReadonlySet<string>;
  /** What nodes that take long to start have told last. */
  readonly lastWords: ReadonlyMap<string, string>;
  readonly pass: SeenPass | undefined;
}
