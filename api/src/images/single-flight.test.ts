import { describe, expect, it } from 'vitest';
import { SingleFlight } from './single-flight.ts';

describe('SingleFlight', () => {
  it('lets all who come before it has landed join, and starts anew afterwards', () => {
    const flights = new SingleFlight<{ number: number }>();
    const landings: (() => void)[] = [];
    const start = (landed: () => void) => ({ number: landings.push(landed) });

    const first = flights.join('a', start);
    expect(flights.join('a', start)).toBe(first);
    expect(flights.join('b', start)).not.toBe(first);
    expect(flights.size).toBe(2);

    landings[0]!();
    expect(flights.join('a', start).number).toBe(3);
  });

  it('lets nobody join what was forgotten, whose landing leaves the one that follows alone', () => {
    const flights = new SingleFlight<{ number: number }>();
    const landings: (() => void)[] = [];
    const start = (landed: () => void) => ({ number: landings.push(landed) });

    const first = flights.join('a', start);
    expect(flights.forget('a')).toBe(first);
    expect(flights.forget('a')).toBeUndefined();
    const second = flights.join('a', start);
    landings[0]!();
    expect(flights.join('a', start)).toBe(second);

    expect(flights.forgetAll()).toEqual([second]);
    expect(flights.size).toBe(0);
  });
});
