import { describe } from 'vitest';
import { MemoryPoolStore } from './memory-pool-store.ts';
import { testPoolStore } from './pool-store.suite.ts';

describe('a pool in memory', () => {
  testPoolStore(async () => {
    let clockMs = 0;
    const store = new MemoryPoolStore({ now: Date.now, clock: () => clockMs });
    return { one: store, other: store, pass: (ms) => void (clockMs += ms) };
  });
});
