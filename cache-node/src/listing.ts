import type { Entry } from './entry.ts';
import type { EntryIndex } from './entry-index.ts';
import { IndexWalk } from './index-walk.ts';
import type { Room } from './room.ts';

/** Each needs a mark of its own on the entries. */
const MOST_LISTINGS = 8;

/** The listings that are under way. */
export class Listings {
  readonly #index: EntryIndex;
  readonly #room: Room;
  /** Bits: the marks in use, and those that a listing which was broken off has left on entries. */
  #used = 0;
  #soiled = 0;

  constructor(index: EntryIndex, room: Room) {
    this.#index = index;
    this.#room = room;
  }

  /** `undefined` when there are too many already. */
  begin(): Listing | undefined {
    for (let mark = 1; mark < 1 << MOST_LISTINGS; mark <<= 1) {
      if (this.#used & mark) continue;
      this.#used |= mark;
      return new Listing(this.#walk(mark), (isComplete) => {
        this.#used &= ~mark;
        if (!isComplete) this.#soiled |= mark;
      });
    }
    return undefined;
  }

  *#walk(mark: number): IterableIterator<Entry | undefined> {
    if (this.#soiled & mark) yield* this.#clean(mark);
    for (const entry of this.#room.walk()) {
      const isNew = entry !== undefined && !entry.isListed(mark);
      if (isNew) entry.setListed(mark, true);
      yield isNew ? entry : undefined;
    }
    // Who moved in the policy's order while it was walked through may have been passed over.
    for (const walk = new IndexWalk(this.#index); !walk.isComplete;) {
      const missed = walk.next().filter((entry) => !takeMark(entry, mark));
      yield undefined;
      yield* missed;
    }
  }

  *#clean(mark: number): IterableIterator<undefined> {
    for (const walk = new IndexWalk(this.#index); !walk.isComplete;) {
      for (const entry of walk.next()) entry.setListed(mark, false);
      yield undefined;
    }
    this.#soiled &= ~mark;
  }
}

/**
 * All entries from most to least valuable, piece by piece while requests go on. What is there from the beginning to the end comes
 * once; what has moved meanwhile perhaps at the end, out of order.
 */
export class Listing {
  readonly #walk: IterableIterator<Entry | undefined>;
  readonly #onEnd: (isComplete: boolean) => void;
  #isOver = false;

  constructor(walk: IterableIterator<Entry | undefined>, onEnd: (isComplete: boolean) => void) {
    this.#walk = walk;
    this.#onEnd = onEnd;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** One step, which may come to nothing. */
  next(): Entry | undefined {
    const { value, done } = this.#walk.next();
    if (done === true) this.#end(true);
    return done === true ? undefined : value;
  }

  /** Breaks it off. */
  stop(): void {
    this.#walk.return?.();
    this.#end(false);
  }

  #end(isComplete: boolean): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#onEnd(isComplete);
  }
}

/** Removes the mark. Returns whether it was there. */
function takeMark(entry: Entry, mark: number): boolean {
  const isListed = entry.isListed(mark);
  entry.setListed(mark, false);
  return isListed;
}
