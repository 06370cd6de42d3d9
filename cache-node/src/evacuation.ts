import type { EntryIndex } from './entry-index.ts';
import { IndexWalk } from './index-walk.ts';
import type { Room } from './room.ts';

/** What is done in one go, so that no client waits for it: whichever comes first. */
const STEPS_AT_ONCE = 2000;
const BYTES_AT_ONCE = 2 * 1024 * 1024;

/** Moves values out of the memory that is to be given back. What a client is being sent stays until the next round. */
export class Evacuation {
  readonly #index: EntryIndex;
  readonly #room: Room;
  #walk: IndexWalk | undefined;

  constructor(index: EntryIndex, room: Room) {
    this.#index = index;
    this.#room = room;
  }

  step(): 'more' | 'waits' | 'done' {
    if (!this.#room.arena.isRetiring) {
      this.#walk = undefined;
      return 'done';
    }
    this.#walk ??= new IndexWalk(this.#index);
    for (let steps = 0, bytes = 0; steps < STEPS_AT_ONCE && bytes < BYTES_AT_ONCE; steps++)
      for (const entry of this.#walk.next()) bytes += this.#room.vacate(entry);
    if (!this.#walk.isComplete) return 'more';
    this.#walk = undefined;
    return this.#room.arena.isRetiring ? 'waits' : 'done';
  }
}
