import { EntryRead, type EntryReceiver } from '../nodes/entry-read.ts';
import type { NodeClient } from '../nodes/node-client.ts';

/** Where reads of a key go at this moment. */
export interface NodeFinder {
  nodeFor(keyHash: string): NodeClient | undefined;
}

/** A read of the pool: when its node fails or is late before anything has come, it goes on once at the node's stand-in. */
export class PoolRead extends EntryRead {
  readonly #finder: NodeFinder;
  readonly #keyHash: string;

  constructor(name: string, receiver: EntryReceiver, node: NodeClient, finder: NodeFinder, keyHash: string) {
    super(name, receiver, node);
    this.#finder = finder;
    this.#keyHash = keyHash;
  }

  override refuse(reason: Error): void {
    const standIn = this.#finder.nodeFor(this.#keyHash);
    if (standIn === undefined || standIn === this.node) super.refuse(reason);
    else standIn.read(this.name, this.receiver);
  }
}
