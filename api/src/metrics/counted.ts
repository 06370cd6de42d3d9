const NAMES = ['hits', 'misses', 'sets', 'evictions', 'bytesIn', 'bytesOut'] as const;

/** What a node has counted: since it started, or in an interval. */
export type Counted = Readonly<Record<(typeof NAMES)[number], number>>;

export const NOTHING_COUNTED: Counted = {
  hits: 0,
  misses: 0,
  sets: 0,
  evictions: 0,
  bytesIn: 0,
  bytesOut: 0,
};

/** Only what is counted, of something that says more. */
export function countedOf({ hits, misses, sets, evictions, bytesIn, bytesOut }: Counted): Counted {
  return { hits, misses, sets, evictions, bytesIn, bytesOut };
}

export function sum(one: Counted, other: Counted): Counted {
  return combine((name) => one[name] + other[name]);
}

/**
 * What was counted between two looks at one node. When any counter fell, the node was restarted in between: all of them have counted
 * from 0 since, and what was counted between the first look and the restart is lost.
 */
export function countedBetween(before: Counted, after: Counted): Counted {
  const isRestarted = NAMES.some((name) => after[name] < before[name]);
  return isRestarted ? countedOf(after) : combine((name) => after[name] - before[name]);
}

function combine(value: (name: keyof Counted) => number): Counted {
  return {
    hits: value('hits'),
    misses: value('misses'),
    sets: value('sets'),
    evictions: value('evictions'),
    bytesIn: value('bytesIn'),
    bytesOut: value('bytesOut'),
  };
}
