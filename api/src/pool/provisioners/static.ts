import { formatAddress } from '../nodes/node-address.ts';
import type { GivenNode } from './given-nodes.ts';
import type { Provisioner, RunningNode } from './provisioner.ts';

/** Who knows the nodes that somebody else runs. */
export interface GivenNodeSource {
  /** Why none can be launched or stopped here, in words for the user. */
  readonly fixedReason: string;
  /** @throws when it can't be told now */
  nodes(): Promise<readonly GivenNode[]>;
}

/** The nodes that `CACHE_NODES` names, for ever. */
export function namedNodes(nodes: readonly GivenNode[]): GivenNodeSource {
  return {
    fixedReason: 'The nodes are given by CACHE_NODES; change that setting and restart to change the pool.',
    nodes: async () => nodes,
  };
}

/** Knows nodes that somebody else runs, ours or any memcached. Their ids are their labels. */
export class StaticProvisioner implements Provisioner {
  readonly isElastic = false;
  readonly fixedReason: string;
  readonly #source: GivenNodeSource;

  constructor(source: GivenNodeSource) {
    this.fixedReason = source.fixedReason;
    this.#source = source;
  }

  /** @throws always */
  async launch(): Promise<never> {
    throw new Error(this.fixedReason);
  }

  /** All of them, whether they answer or not. */
  async list(): Promise<readonly RunningNode[]> {
    return (await this.#source.nodes()).map(({ label, address }, slot) => ({
      id: label,
      slot,
      address: formatAddress(address),
    }));
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
