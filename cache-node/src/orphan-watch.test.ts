import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { type Watched, watchForOrphaning } from './orphan-watch.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function watch(timeoutSeconds: number) {
  const connections = { count: 0, onCountChange: () => {} } satisfies Watched;
  const end = vi.fn();
  const stop = watchForOrphaning(connections, timeoutSeconds, end);
  const setCount = (count: number): void => {
    connections.count = count;
    connections.onCountChange();
  };
  return { end, stop, setCount };
}

it('ends when nobody has come since the start', () => {
  const { end } = watch(30);
  vi.advanceTimersByTime(29_999);
  expect(end).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1);
  expect(end).toHaveBeenCalledOnce();
});

it('does not while somebody is there, however long', () => {
  const { end, setCount } = watch(30);
  vi.advanceTimersByTime(29_000);
  setCount(1);
  setCount(2);
  setCount(1);
  vi.advanceTimersByTime(1_000_000);
  expect(end).not.toHaveBeenCalled();
});

it('counts anew from when the last one left', () => {
  const { end, setCount } = watch(30);
  vi.advanceTimersByTime(29_000);
  setCount(1);
  setCount(0);
  vi.advanceTimersByTime(29_000);
  setCount(1);
  setCount(0);
  vi.advanceTimersByTime(29_999);
  expect(end).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1);
  expect(end).toHaveBeenCalledOnce();
});

it('is over when it is stopped', () => {
  const { end, stop, setCount } = watch(30);
  stop();
  setCount(0);
  vi.advanceTimersByTime(60_000);
  expect(end).not.toHaveBeenCalled();
});
