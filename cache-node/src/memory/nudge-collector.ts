import { giveBack } from './give-back.ts';

const NUDGES = 4;
const NUDGE_BYTES = 128 * 1024 * 1024;
const PAUSE_MS = 10;
const PAUSE_BEFORE_AGAIN_MS = 500;

/**
 * Has V8 collect garbage soon, though little is allocated any more, in its usual small steps. It begins to when much memory outside
 * its heap is taken, and cannot know that nobody is going to touch that. A collection that is asked for in so many words would be
 * one long pause.
 *
 * It is nudged twice: the first collection finds which pages of the heap are nearly empty, and the second moves what is left in them
 * together, so that the system gets them back.
 */
export function nudgeCollector(): void {
  nudgeOnce();
  setTimeout(nudgeOnce, PAUSE_BEFORE_AGAIN_MS).unref();
}

function nudgeOnce(): void {
  const timer = setInterval(nudge, PAUSE_MS).unref();
  let left = NUDGES;
  function nudge(): void {
    giveBack(new ArrayBuffer(NUDGE_BYTES));
    if (--left === 0) clearInterval(timer);
  }
}
