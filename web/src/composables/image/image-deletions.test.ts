import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ImageTileFragment } from '../../graphql/generated/graphql.ts';
import { ImageDeletions } from './image-deletions.ts';

const DELAY_MS = 1000;

describe('ImageDeletions', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('hides at once and sends after a while', async () => {
    const { deletions, send, onDeleted } = build();
    deletions.schedule([imageOf('a'), imageOf('b')]);
    expect([...deletions.hidden]).toEqual(['a', 'b']);
    expect(send).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(DELAY_MS);
    expect(send.mock.calls.flat()).toEqual(['a', 'b']);
    expect(onDeleted.mock.calls.flat()).toEqual(['a', 'b']);
    expect(deletions.batches).toEqual([]);
    expect(deletions.hidden.size).toBe(0);
  });

  it('sends nothing of what is taken back, the latest first', async () => {
    const { deletions, send } = build();
    deletions.schedule([imageOf('a')]);
    deletions.schedule([imageOf('b')]);
    deletions.undo();
    expect([...deletions.hidden]).toEqual(['a']);
    await vi.advanceTimersByTimeAsync(DELAY_MS);
    expect(send.mock.calls.flat()).toEqual(['a']);
  });

  it('can not be taken back once it is sent', async () => {
    const { deletions, send } = build();
    send.mockReturnValue(new Promise(() => {}));
    deletions.schedule([imageOf('a')]);
    await vi.advanceTimersByTimeAsync(DELAY_MS);
    deletions.undo();
    expect(deletions.batches).toMatchObject([{ phase: 'sending' }]);
  });

  it('deletes an image once, however often it is asked to', () => {
    const { deletions } = build();
    deletions.schedule([imageOf('a')]);
    deletions.schedule([imageOf('a')]);
    expect(deletions.batches).toHaveLength(1);
  });

  it('keeps what was replaced meanwhile, and says so', async () => {
    const { deletions, send, onKept } = build();
    deletions.schedule([imageOf('a', '1'), imageOf('b', '1')]);
    deletions.take({ kind: 'UPLOADED', key: 'a', image: imageOf('a', '1') });
    expect(deletions.hidden.has('a')).toBe(true);
    deletions.take({ kind: 'UPLOADED', key: 'a', image: imageOf('a', '2') });
    expect([...deletions.hidden]).toEqual(['b']);
    expect(onKept).toHaveBeenCalledWith('a was replaced meanwhile and is kept.');
    await vi.advanceTimersByTimeAsync(DELAY_MS);
    expect(send.mock.calls.flat()).toEqual(['b']);
  });

  it('sends nothing for what is gone already', async () => {
    const { deletions, send } = build();
    deletions.schedule([imageOf('a'), imageOf('b')]);
    deletions.take({ kind: 'DELETED', key: 'a', image: null });
    deletions.take({ kind: 'ALL_DELETED', key: null, image: null });
    await vi.advanceTimersByTimeAsync(DELAY_MS);
    expect(send).not.toHaveBeenCalled();
    expect(deletions.batches).toEqual([]);
  });

  it('shows again what could not be deleted, with the reason', async () => {
    const { deletions, send, onKept, onDeleted } = build();
    send.mockImplementation((key) =>
      Promise.resolve(key === 'b' ? 'The server can’t be reached.' : undefined),
    );
    deletions.schedule([imageOf('a'), imageOf('b'), imageOf('c')]);
    await vi.advanceTimersByTimeAsync(DELAY_MS);
    expect(onDeleted.mock.calls.flat()).toEqual(['a', 'c']);
    expect(onKept).toHaveBeenCalledWith('1 of 3 images could not be deleted. The server can’t be reached.');
    expect(deletions.hidden.size).toBe(0);
  });
});

function build() {
  const send = vi.fn<(key: string) => Promise<string | undefined>>(() => Promise.resolve(undefined));
  const onDeleted = vi.fn<(key: string) => void>();
  const onKept = vi.fn<(text: string) => void>();
  return {
    deletions: new ImageDeletions({ send, onDeleted, onKept, delayMs: DELAY_MS }),
    send,
    onDeleted,
    onKept,
  };
}

function imageOf(key: string, version = '1'): ImageTileFragment {
  return { key, version } as ImageTileFragment;
}
