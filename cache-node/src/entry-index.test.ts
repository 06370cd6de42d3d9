import { describe, expect, it } from 'vitest';
import { EntryIndex } from './entry-index.ts';
import { Entry } from './entry.ts';
import { Arena } from './memory/arena.ts';
import { Value } from './memory/value.ts';

describe('an index of entries', () => {
  const value = Value.allocate(new Arena(4096), 40, 1);
  const entryOf = (key: string): Entry => {
    if (!value) throw new Error('No room');
    return new Entry(key, 1, value);
  };

  it('finds what was added while it grows, and nothing else', () => {
    const index = new EntryIndex();
    const model = new Map<string, Entry>();
    for (let step = 0; step < 30_000; step++) {
      const key = `key:${(step * 7919) % 20_011}`;
      const found = index.findText(key);
      expect(found).toBe(model.get(key));
      if (found && step % 3 === 0) {
        index.remove(found);
        model.delete(key);
      } else if (!found) {
        const entry = entryOf(key);
        index.add(entry);
        model.set(key, entry);
      }
    }
    expect(index.count).toBe(model.size);
    for (const [key, entry] of model) expect(index.findText(key)).toBe(entry);
  });

  it('finds by the bytes of a request', () => {
    const index = new EntryIndex();
    const entry = entryOf('caf\xe9');
    index.add(entry);
    const request = Buffer.from('get caf\xe9\r\n', 'latin1');
    expect(index.find(request, 4, 8)).toBe(entry);
    expect(index.find(request, 4, 7)).toBeUndefined();
  });

  it('refuses to remove what it does not hold', () => {
    expect(() => new EntryIndex().remove(entryOf('a'))).toThrow();
  });
});
