import { describe, expect, it } from 'vitest';
import { readNumbers, sortFaults } from './field-faults.ts';

const fields = [
  { name: 'minNodes', label: 'Min nodes', isWhole: true },
  { name: 'maxNodes', label: 'Max nodes', isWhole: true },
  { name: 'maxMissRate', label: 'Max miss rate', isWhole: false },
] as const;

describe('readNumbers', () => {
  it('reads what was typed and leaves out what was not', () => {
    expect(readNumbers(fields, { minNodes: ' 2 ', maxMissRate: '0.25' })).toEqual({
      numbers: { minNodes: 2, maxMissRate: 0.25 },
      faults: [],
    });
  });

  it.each(['', '2.5', 'two', '3000000000', 'Infinity'])('takes %o for no whole number', (text) => {
    expect(readNumbers(fields, { minNodes: text })).toEqual({
      numbers: {},
      faults: ['minNodes must be a whole number.'],
    });
  });

  it('names every faulty field', () => {
    expect(readNumbers(fields, { minNodes: 'a', maxNodes: '3', maxMissRate: '' }).faults).toEqual([
      'minNodes must be a whole number.',
      'maxMissRate must be a number.',
    ]);
  });
});

describe('sortFaults', () => {
  it('puts a fault at the field that it names first, in the words of the form', () => {
    const { byField, others } = sortFaults(fields, [
      'minNodes must not be more than maxNodes',
      'maxMissRate must be 0 to 1',
      'The pool is fixed.',
    ]);
    expect([...byField]).toEqual([
      ['minNodes', 'Min nodes must not be more than max nodes'],
      ['maxMissRate', 'Max miss rate must be 0 to 1'],
    ]);
    expect(others).toEqual(['The pool is fixed.']);
  });

  it('keeps two faults of one field', () => {
    const { byField } = sortFaults(fields, ['minNodes is small.', 'minNodes is odd.']);
    expect(byField.get('minNodes')).toBe('Min nodes is small. Min nodes is odd.');
  });
});
