import type { NodeAddress } from '../node-address.ts';

/** A node that was launched and has not been stopped. It need not answer yet. */
export interface LaunchedNode {
  readonly label: string;
  readonly address: NodeAddress;
  /** Resolves with the reason in words when the node has ended, asked to or not. Never rejects. */
  readonly ended: Promise<string>;
  /** Asks the node to end, makes it end after a deadline, and resolves when it has ended. */
  stop(): Promise<void>;
}

/** Launches cache nodes, one to a slot. */
export interface Provisioner {
  /** @throws when no node can be launched, with a message for the log */
  launch(slot: number): Promise<LaunchedNode>;
}
