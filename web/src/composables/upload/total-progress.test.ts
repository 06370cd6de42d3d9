import { describe, expect, it } from 'vitest';
import { progressSentence, totalProgress } from './total-progress.ts';
import type { Upload, UploadState } from './upload.ts';

const draft: UploadState = { phase: 'draft' };
const waiting: UploadState = { phase: 'waiting' };
const conflict: UploadState = { phase: 'conflict', existing: undefined };
const failed: UploadState = { phase: 'failed', message: '', canRetry: true };
const stored = { phase: 'stored', image: {} } as UploadState;
const sending = (sentBytes: number): UploadState => ({ phase: 'sending', sentBytes });

describe('progressSentence', () => {
  it.each<[string, UploadState[]]>([
    ['Uploading 2 images', [sending(5), waiting, failed, draft]],
    ['Uploading 1 image', [sending(5), stored]],
    ['Storing 1 image…', [{ phase: 'storing' }, stored]],
    ['1 upload needs you', [conflict, draft, stored]],
    ['2 uploads need you', [conflict, failed]],
    ['1 image to upload', [draft, stored]],
    ['3 images stored', [stored, stored, stored]],
    ['Uploads', []],
  ])('says “%s”', (sentence, states) => {
    expect(progressSentence(totalProgress(states.map(uploadOf)))).toBe(sentence);
  });
});

describe('totalProgress', () => {
  it('weighs by bytes what is under way or stored', () => {
    expect(totalProgress([sending(5), waiting, failed, draft].map(uploadOf)).share).toBe(0.25);
    expect(totalProgress([sending(5), stored].map(uploadOf)).share).toBe(0.75);
    expect(totalProgress([]).share).toBe(0);
  });
});

function uploadOf(state: UploadState, id: number): Upload {
  const file = new File([new Uint8Array(10)], 'x');
  return { id, file, path: 'x', key: `k${id}`, isKeyChosen: false, overwrite: false, state };
}
