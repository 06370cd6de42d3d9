import { describe, expect, it } from 'vitest';
import { ImageSelection } from './image-selection.ts';

const all = ['a', 'b', 'c', 'd', 'e'];

describe('ImageSelection', () => {
  it('chooses and lets go one by one', () => {
    const selection = new ImageSelection();
    selection.toggle('a');
    selection.toggle('c');
    selection.toggle('a');
    expect([...selection.keys]).toEqual(['c']);
  });

  it.each([
    ['forwards', 'b', 'd', ['b', 'c', 'd']],
    ['backwards', 'd', 'b', ['d', 'b', 'c']],
    ['to itself', 'b', 'b', ['b']],
  ])('extends %s from what was chosen last', (_name, from, to, keys) => {
    const selection = new ImageSelection();
    selection.toggle(from);
    selection.extend(to, all);
    expect([...selection.keys]).toEqual(keys);
  });

  it('extends several times from the same place', () => {
    const selection = new ImageSelection();
    selection.toggle('c');
    selection.extend('d', all);
    selection.extend('b', all);
    expect([...selection.keys].toSorted()).toEqual(['b', 'c', 'd']);
  });

  it('chooses one where there is nothing to extend from', () => {
    const selection = new ImageSelection();
    selection.extend('b', all);
    selection.clear();
    selection.extend('d', all);
    expect([...selection.keys]).toEqual(['d']);
  });

  it('forgets what is gone', () => {
    const selection = new ImageSelection();
    selection.select(all);
    selection.forget('b');
    selection.forget('z');
    expect([...selection.keys]).toEqual(['a', 'c', 'd', 'e']);
  });
});
