import { describe, expect, it, vi } from 'vitest';
import type { ImageFactsFragment } from '../../graphql/generated/graphql.ts';
import { UploadQueue, type UploadQueueOptions } from './upload-queue.ts';
import { keptOf, type SendOutcome, type SendUpload, type Upload } from './upload.ts';

describe('UploadQueue', () => {
  it('holds drafts back until they are started', async () => {
    const { queue, attempts } = build();
    queue.add(fileOf('a.png'), 'a');
    expect(phases(queue)).toEqual(['draft']);
    queue.setKey(queue.uploads[0]!.id, 'b');
    queue.start();
    await settle(attempts[0]!, stored('b'));
    expect(attempts[0]!.upload.key).toBe('b');
    expect(phases(queue)).toEqual(['stored']);
  });

  it('sends at most as many at a time as it has lanes, in order', async () => {
    const { queue, attempts } = build({ lanes: 2 });
    for (const key of ['a', 'b', 'c']) queue.add(fileOf(key), key, { start: true });
    expect(phases(queue)).toEqual(['sending', 'sending', 'waiting']);
    await settle(attempts[1]!, stored('b'));
    expect(phases(queue)).toEqual(['sending', 'stored', 'sending']);
  });

  it('tells progress, and that the answer is due once all bytes are sent', () => {
    const { queue, attempts } = build();
    queue.add(fileOf('a', 10), 'a', { start: true });
    attempts[0]!.onProgress(4);
    expect(queue.uploads[0]!.state).toEqual({ phase: 'sending', sentBytes: 4 });
    attempts[0]!.onProgress(10);
    expect(queue.uploads[0]!.state).toEqual({ phase: 'storing' });
  });

  it('keeps drafts with a faulty or a doubled key and sends the others', () => {
    const { queue } = build();
    for (const key of ['good', ' bad', 'twice', 'twice']) queue.add(fileOf(key), key);
    expect(queue.start()?.key).toBe(' bad');
    expect(phases(queue)).toEqual(['sending', 'draft', 'draft', 'draft']);
    expect(queue.uploads.map((upload) => queue.faultOf(upload))).toEqual([
      undefined,
      'The key begins or ends with a space.',
      'Another file here has this key.',
      'Another file here has this key.',
    ]);
  });

  it('asks about a conflict and can replace', async () => {
    const { queue, attempts } = build();
    queue.add(fileOf('a'), 'a', { start: true });
    await settle(attempts[0]!, { kind: 'conflict', existing: imageOf('a') });
    expect(queue.uploads[0]!.state).toEqual({ phase: 'conflict', existing: imageOf('a') });
    queue.replace(queue.uploads[0]!.id);
    expect(attempts[1]!.upload.overwrite).toBe(true);
    expect(phases(queue)).toEqual(['sending']);
  });

  it('renames a conflict to a free key and leaves it for editing', async () => {
    const { queue, attempts } = build();
    queue.add(fileOf('a'), 'cat.jpg', { start: true });
    queue.add(fileOf('b'), 'cat-2.jpg');
    await settle(attempts[0]!, { kind: 'conflict', existing: undefined });
    queue.rename(queue.uploads[0]!.id);
    expect(queue.uploads[0]).toMatchObject({ key: 'cat-3.jpg', overwrite: false, state: { phase: 'draft' } });
  });

  it('aborts what is cancelled, frees its lane and can send it again', async () => {
    const { queue, attempts } = build({ lanes: 1 });
    queue.add(fileOf('a'), 'a', { start: true });
    queue.add(fileOf('b'), 'b', { start: true });
    const { id } = queue.uploads[0]!;
    queue.cancel(id);
    expect(attempts[0]!.signal.aborted).toBe(true);
    queue.retry(id);
    await settle(attempts[0]!, { kind: 'failed', message: 'aborted', canRetry: true });
    expect(phases(queue)).toEqual(['sending', 'waiting']);
    await settle(attempts[1]!, stored('a'));
    expect(phases(queue)).toEqual(['stored', 'sending']);
  });

  it('believes that an image is stored even when the cancellation was a moment earlier', async () => {
    const { queue, attempts, onStored } = build();
    queue.add(fileOf('a'), 'a', { start: true });
    queue.cancel(queue.uploads[0]!.id);
    await settle(attempts[0]!, stored('a'));
    expect(phases(queue)).toEqual(['stored']);
    expect(onStored).toHaveBeenCalledWith(imageOf('a'));
  });

  it('goes on with the next when sending throws', async () => {
    const { queue, attempts } = build({ lanes: 1 });
    queue.add(fileOf('a'), 'a', { start: true });
    queue.add(fileOf('b'), 'b', { start: true });
    attempts[0]!.reject(new Error('broken'));
    await vi.waitFor(() => expect(phases(queue)).toEqual(['failed', 'sending']));
  });

  it('refuses at once what is declared as something other than a picture', () => {
    const { queue } = build();
    queue.add(new File(['%PDF'], 'a.pdf', { type: 'application/pdf' }), 'a.pdf', { start: true });
    expect(queue.uploads[0]!.state).toMatchObject({ phase: 'failed', canRetry: false });
  });

  it('pauses: what is on its way begins anew, what only lacks the answer is waited for', async () => {
    const { queue, attempts } = build({ lanes: 2 });
    for (const key of ['a', 'b', 'c']) queue.add(fileOf(key), key, { start: true });
    attempts[0]!.onProgress(3);
    queue.pause();
    expect(phases(queue)).toEqual(['storing', 'waiting', 'waiting']);
    expect(attempts[1]!.signal.aborted).toBe(true);
    await settle(attempts[0]!, stored('a'));
    await settle(attempts[1]!, { kind: 'failed', message: 'aborted', canRetry: true });
    expect(phases(queue)).toEqual(['stored', 'waiting', 'waiting']);
    queue.resume();
    expect(phases(queue)).toEqual(['stored', 'sending', 'sending']);
    expect(attempts).toHaveLength(4);
  });

  it('suggests keys by a pattern, and leaves alone what was chosen', () => {
    const { queue } = build({ pattern: 'sea/{name}' });
    queue.suggest(['a.png', 'b.png', 'b.png'].map((name) => ({ file: fileOf(name), path: name })));
    expect(keys(queue)).toEqual(['sea/a.png', 'sea/b.png', 'sea/b-2.png']);
    queue.setKey(queue.uploads[0]!.id, 'mine');
    queue.setPattern('{name}');
    expect(keys(queue)).toEqual(['mine', 'b.png', 'b-2.png']);
    queue.setPattern('same');
    expect(keys(queue)).toEqual(['mine', 'same', 'same-2']);
  });

  it('points out what is stored already, without holding it back', async () => {
    const storedAs = new Map([['b', 'old']]);
    const examine = vi.fn((file: File) =>
      Promise.resolve({ sha256: file.name, storedAs: storedAs.get(file.name) }),
    );
    const { queue } = build({ examine });
    queue.suggest(['a', 'b'].map((name) => ({ file: fileOf(name), path: name })));
    await vi.waitFor(
      () => expect(queue.uploads[1]!.content).toEqual({ sha256: 'b', storedAs: 'old' }),
      15_000,
    );
    queue.start();
    expect(phases(queue)).toEqual(['sending', 'sending']);
  });

  it('answers a conflict under the next free key at once', async () => {
    const { queue, attempts } = build();
    queue.add(fileOf('a'), 'cat.jpg', { start: true });
    await settle(attempts[0]!, { kind: 'conflict', existing: undefined });
    queue.sendRenamed(queue.uploads[0]!.id);
    expect(attempts[1]!.upload).toMatchObject({ key: 'cat-2.jpg', overwrite: false });
  });

  it('goes on after a reload with what was not through', async () => {
    const { queue, attempts } = build();
    for (const key of ['stored', 'sending', 'failed'])
      queue.add(fileOf(key), key, { overwrite: true, start: true });
    queue.add(fileOf('draft'), 'draft');
    await settle(attempts[0]!, stored('stored'));
    await settle(attempts[2]!, { kind: 'failed', message: 'no', canRetry: true });
    const kept = queue.uploads.map(keptOf).filter((upload) => upload !== undefined);
    const after = build();
    after.queue.restore(kept);
    expect(keys(after.queue)).toEqual(['sending', 'failed', 'draft']);
    expect(phases(after.queue)).toEqual(['sending', 'sending', 'draft']);
    expect(after.attempts[0]!.upload).toMatchObject({ key: 'sending', overwrite: true });
  });

  it('clears only what needs no more attention', async () => {
    const { queue, attempts } = build();
    for (const key of ['stored', 'failed', 'cancelled']) queue.add(fileOf(key), key, { start: true });
    queue.add(fileOf('draft'), 'draft');
    queue.cancel(queue.uploads[2]!.id);
    await settle(attempts[0]!, stored('stored'));
    await settle(attempts[1]!, { kind: 'failed', message: 'no', canRetry: true });
    queue.clearOver();
    expect(queue.uploads.map((upload) => upload.key)).toEqual(['failed', 'draft']);
  });
});

interface Attempt {
  readonly upload: Upload;
  readonly signal: AbortSignal;
  readonly onProgress: (sentBytes: number) => void;
  readonly resolve: (outcome: SendOutcome) => void;
  readonly reject: (error: Error) => void;
}

function build({ lanes = 3, ...options }: Partial<UploadQueueOptions> = {}): {
  queue: UploadQueue;
  attempts: Attempt[];
  onStored: ReturnType<typeof vi.fn<(image: ImageFactsFragment) => void>>;
} {
  const attempts: Attempt[] = [];
  const send: SendUpload = (upload, { signal, onProgress }) =>
    new Promise((resolve, reject) => attempts.push({ upload, signal, onProgress, resolve, reject }));
  const onStored = vi.fn<(image: ImageFactsFragment) => void>();
  return { queue: new UploadQueue({ send, lanes, onStored, ...options }), attempts, onStored };
}

async function settle(attempt: Attempt, outcome: SendOutcome): Promise<void> {
  attempt.resolve(outcome);
  await new Promise((done) => setImmediate(done));
}

function phases(queue: UploadQueue): string[] {
  return queue.uploads.map((upload) => upload.state.phase);
}

function keys(queue: UploadQueue): string[] {
  return queue.uploads.map((upload) => upload.key);
}

function fileOf(name: string, size = 3): File {
  return new File([new Uint8Array(size)], name, { type: 'image/png' });
}

function stored(key: string): SendOutcome {
  return { kind: 'stored', image: imageOf(key) };
}

function imageOf(key: string): ImageFactsFragment {
  return { key } as ImageFactsFragment;
}
