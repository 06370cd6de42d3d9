import { giveBack } from './give-back.ts';

const NUDGES = 4;
const NUDGE_BYTES = 128 * 1024 * 1024;
const PAUSE_MS = 10;

/**
 * Has V8 collect garbage soon, though little is allocated any more, in its usual small steps. It begins to when much memory outside
 * its heap is taken, and cannot know that nobody is going to touch that. A collection that is asked for in so many words would be
 * one long pause.
 */
export function nudgeCollector(): void {
  const timer = setInterval(nudge, PAUSE_MS).unref();
  let left = NUDGES;
  function nudge(): void {
    giveBack(new ArrayBuffer(NUDGE_BYTES));
    if (--left === 0) clearInterval(timer);
  }
}
