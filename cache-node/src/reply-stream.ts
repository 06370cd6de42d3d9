import type { Outbox } from './outbox.ts';

/** A long reply that is made and sent piece by piece while other clients are served, and only as fast as its own reads. */
export class ReplyStream {
  readonly #reply: Outbox;
  readonly #next: () => boolean;
  readonly #stop: () => void;
  readonly #onEnd: () => void;
  #turn: NodeJS.Immediate | undefined;

  /** `next` adds a piece and says whether there are more; `stop` is called instead of `onEnd` when the client leaves before. */
  constructor(reply: Outbox, next: () => boolean, stop: () => void, onEnd: () => void) {
    this.#reply = reply;
    this.#next = next;
    this.#stop = stop;
    this.#onEnd = onEnd;
    this.#turn = setImmediate(() => this.goOn());
  }

  /** Makes a piece, unless the client has to read first: then it is to be called again. */
  goOn(): void {
    // There may be a turn to come when the client has read: two would make twice as much at once.
    clearImmediate(this.#turn);
    if (this.#reply.isBlocked) return;
    const hasMore = this.#next();
    this.#reply.flush();
    if (!hasMore) this.#onEnd();
    else if (!this.#reply.isBlocked) this.#turn = setImmediate(() => this.goOn());
  }

  stop(): void {
    clearImmediate(this.#turn);
    this.#stop();
  }
}
