import { describe, expect, it } from 'vitest';
import { shallowRef } from 'vue';
import { useDraft } from './use-draft.ts';

describe('useDraft', () => {
  it('follows what is stored except where the user has changed it', () => {
    const { stored, draft } = start();
    draft.set('size', '5');
    stored.value = { size: '3', name: 'other' };
    expect(draft.values.value).toEqual({ size: '5', name: 'other' });
    expect(draft.changes.value).toEqual({ size: '5' });
  });

  it('is not changed once what is stored is what was typed', () => {
    const { stored, draft } = start();
    draft.set('size', '5');
    expect(draft.isChanged.value).toBe(true);
    stored.value = { size: '5', name: 'pool' };
    expect(draft.isChanged.value).toBe(false);
  });

  it('forgets the changes', () => {
    const { draft } = start();
    draft.set('name', 'mine');
    draft.discard();
    expect(draft.values.value).toEqual({ size: '2', name: 'pool' });
  });
});

function start(): {
  stored: { value: { size: string; name: string } };
  draft: ReturnType<typeof useDraft<{ size: string; name: string }>>;
} {
  const stored = shallowRef({ size: '2', name: 'pool' });
  return { stored, draft: useDraft(() => stored.value) };
}
