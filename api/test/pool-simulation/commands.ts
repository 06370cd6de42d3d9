import fc from 'fast-check';
import type { Fault, FaultyRequest } from './world.ts';

export const MAX_NODES = 5;

/** What happens to the pool from outside. `nth` chooses one of those that there are. */
export type Command =
  | { readonly do: 'resize'; readonly size: number }
  | { readonly do: 'pause' | 'resume' | 'configure' | 'delete' }
  | { readonly do: 'cancel' | 'crash' | 'freeze' | 'thaw' | 'restart'; readonly nth: number }
  | { readonly do: 'slow start'; readonly bootMs: number }
  | { readonly do: 'fail'; readonly request: FaultyRequest; readonly fault: Fault; readonly count: number }
  | { readonly do: 'kill api' | 'start api' | 'freeze api' | 'thaw api' | 'close api'; readonly nth: number };

export interface Step {
  readonly command: Command;
  /** The time that passes before the next one. */
  readonly thenMs: number;
}

const nth = fc.nat(4);
const command: fc.Arbitrary<Command> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ do: fc.constant('resize'), size: fc.integer({ min: 1, max: MAX_NODES }) }),
  },
  {
    weight: 5,
    arbitrary: fc.record({ do: fc.constantFrom('pause', 'resume', 'configure', 'delete') }),
  },
  {
    weight: 5,
    arbitrary: fc.record({ do: fc.constantFrom('cancel', 'crash', 'freeze', 'thaw', 'restart'), nth }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('slow start'), bootMs: fc.constantFrom(3_000, 20_000, Infinity) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('fail'),
      request: fc.constantFrom('launch', 'stop', 'configure', 'empty', 'list', 'store', 'warm'),
      fault: fc.constantFrom('refused', 'lost', 'hangs'),
      count: fc.integer({ min: 1, max: 3 }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constantFrom('kill api', 'start api', 'freeze api', 'thaw api', 'close api'),
      nth,
    }),
  },
) as fc.Arbitrary<Command>;

export const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.record({
    command,
    thenMs: fc.oneof(fc.integer({ min: 0, max: 200 }), fc.integer({ min: 200, max: 9_000 })),
  }),
  { maxLength: 25, size: 'max' },
);
