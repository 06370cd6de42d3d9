import { expect, test } from 'vitest';
import { changePolicy, defaultPolicy, type PolicyChanges } from './scaling-policy.ts';

const policy = defaultPolicy(8);

test.each<[string, PolicyChanges, string]>([
  ['a rate above 1', { maxMissRate: 1.01 }, 'maxMissRate must be from 0 to 1, not 1.01.'],
  ['a rate below 0', { minMissRate: -0.1 }, 'minMissRate must be from 0 to 1, not -0.1.'],
  ['equal rates', { minMissRate: 0.2 }, 'minMissRate (0.2) must be below maxMissRate (0.2).'],
  ['a rate that is none', { maxMissRate: NaN }, 'maxMissRate must be from 0 to 1, not NaN.'],
  ['growing by nothing', { expandRatio: 1 }, 'expandRatio must be above 1 and at most 10, not 1.'],
  ['growing too much', { expandRatio: 10.1 }, 'expandRatio must be above 1 and at most 10, not 10.1.'],
  ['shrinking by nothing', { shrinkRatio: 1 }, 'shrinkRatio must be above 0 and below 1, not 1.'],
  ['shrinking to nothing', { shrinkRatio: 0 }, 'shrinkRatio must be above 0 and below 1, not 0.'],
  ['no nodes', { minNodes: 0 }, 'minNodes must be a whole number from 1 to 8, not 0.'],
  ['too many nodes', { maxNodes: 9 }, 'maxNodes must be a whole number from 1 to 8, not 9.'],
  ['bounds that cross', { minNodes: 5, maxNodes: 4 }, 'minNodes (5) must be below maxNodes (4).'],
  ['bounds without room', { minNodes: 5, maxNodes: 5 }, 'minNodes (5) must be below maxNodes (5).'],
  [
    'a long cooldown',
    { cooldownSeconds: 86_401 },
    'cooldownSeconds must be a whole number from 0 to 86,400, not 86401.',
  ],
  [
    'a long flap window',
    { flapWindowMinutes: -1 },
    'flapWindowMinutes must be a whole number from 0 to 1,440, not -1.',
  ],
])('a scaling policy with %s is refused', (_name, changes, message) => {
  expect(() => changePolicy(policy, changes, 8)).toThrow(
    expect.objectContaining({ code: 'BAD_USER_INPUT', message }) as Error,
  );
});

test('all faults of a scaling policy are named together', () => {
  const changes = {
    maxMissRate: 2,
    minMissRate: 3,
    expandRatio: 0,
    shrinkRatio: 2,
    minNodes: 9,
    maxNodes: 0,
  };
  expect(() => changePolicy(policy, changes, 8)).toThrow(
    expect.objectContaining({
      message: [
        'maxMissRate must be from 0 to 1, not 2',
        'minMissRate must be from 0 to 1, not 3',
        'minMissRate (3) must be below maxMissRate (2)',
        'expandRatio must be above 1 and at most 10, not 0',
        'shrinkRatio must be above 0 and below 1, not 2',
        'minNodes must be a whole number from 1 to 8, not 9',
        'maxNodes must be a whole number from 1 to 8, not 0',
        'minNodes (9) must be below maxNodes (0).',
      ].join('; '),
    }) as Error,
  );
});

test('what is given is checked against what is kept', () => {
  expect(() => changePolicy(policy, { minMissRate: 0.3 }, 8)).toThrow('must be below maxMissRate (0.2)');
  expect(changePolicy(policy, { minMissRate: 0.3, maxMissRate: 0.4 }, 8)).toMatchObject({ expandRatio: 1.5 });
});

test('a pool that may have one node only has bounds without room', () => {
  expect(changePolicy(defaultPolicy(1), { maxMissRate: 0.3 }, 1)).toMatchObject({ minNodes: 1, maxNodes: 1 });
});

test('what is null stays as it is, and a change of nothing is none', () => {
  expect(changePolicy(policy, { mode: null, maxNodes: undefined }, 8)).toBe(policy);
  expect(changePolicy(policy, { mode: 'MANUAL', maxNodes: 8 }, 8)).toBe(policy);
});
