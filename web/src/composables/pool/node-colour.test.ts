import { describe, expect, it } from 'vitest';
import { nodeColour } from './node-colour.ts';

describe('nodeColour', () => {
  it.each([
    ['node-0', 5, '--color-node-0'],
    ['node-7', 0, '--color-node-7'],
    ['node-8', 0, '--color-node-0'],
    ['10.0.0.1:11211', 3, '--color-node-3'],
    ['node-1.internal:11211', 9, '--color-node-1'],
  ])('is by the slot of %s, else by its place %d', (name, place, token) => {
    expect(nodeColour(name, place)).toBe(token);
  });
});
