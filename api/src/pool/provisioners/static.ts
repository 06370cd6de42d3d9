import { formatAddress } from '../nodes/node-address.ts';
import type { GivenNode } from './given-nodes.ts';
import type { Provisioner, RunningNode } from './provisioner.ts';

/** Knows nodes that somebody else runs, ours or any memcached. Their ids are their labels. */
export class StaticProvisioner implements Provisioner {
  readonly isElastic = false;
  readonly fixedReason =
    'The nodes are given by CACHE_NODES; change that setting and restart to change the pool.';
  readonly #nodes: readonly RunningNode[];

  constructor(nodes: readonly GivenNode[]) {
    this.#nodes = nodes.map(({ label, address }, slot) => ({
      id: label,
      slot,
      address: formatAddress(address),
    }));
  }

  /** @throws always */
  async launch(): Promise<never> {
    throw new Error(this.fixedReason);
  }

  /** All of them, whether they answer or not. */
  async list(): Promise<readonly RunningNode[]> {
    return this.#nodes;
  }

  /** @throws always */
  async stop(): Promise<never> {
    throw new Error(this.fixedReason);
  }

  /** Nobody tells when such a node ends: the listener is never called. */
  onEnded(): () => void {
    return () => {};
  }
}
