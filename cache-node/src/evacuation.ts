import type { Entry } from './entry.ts';
import type { EntryIndex } from './entry-index.ts';
import type { Room } from './room.ts';

/** What is done in one go, so that no client waits for it: whichever comes first. */
const SLOTS_PER_STEP = 2000;
const BYTES_PER_STEP = 2 * 1024 * 1024;

/** Moves values out of the memory that is to be given back. What a client is being sent stays until the next round. */
export class Evacuation {
  readonly #index: EntryIndex;
  readonly #room: Room;
  /** How far the round has come in the index; `undefined` between two rounds. */
  #round: { at: number; readonly end: number } | undefined;

  constructor(index: EntryIndex, room: Room) {
    this.#index = index;
    this.#room = room;
  }

  step(): 'more' | 'waits' | 'done' {
    if (!this.#room.arena.isRetiring) {
      this.#round = undefined;
      return 'done';
    }
    const round = (this.#round ??= { at: 0, end: this.#index.walkLength });
    const last = Math.min(round.at + SLOTS_PER_STEP, round.end);
    for (let bytes = 0; bytes < BYTES_PER_STEP && round.at < last;) {
      // Moving one may evict another, so nobody is moved while the index is walked through.
      const found: Entry[] = [];
      this.#index.visit(round.at++, round.end, (entry) => void found.push(entry));
      for (const entry of found) bytes += this.#room.vacate(entry);
    }
    if (round.at < round.end) return 'more';
    this.#round = undefined;
    return this.#room.arena.isRetiring ? 'waits' : 'done';
  }
}
