import { describe, expect, it } from 'vitest';
import { UploadSpeed } from './upload-speed.ts';

describe('UploadSpeed', () => {
  it('is taken over the last five seconds', () => {
    const speed = new UploadSpeed();
    expect(speed.sample(0, 0)).toBeUndefined();
    expect(speed.sample(1000, 500)).toBe(500);
    expect(speed.sample(5000, 5000)).toBe(1000);
    expect(speed.sample(10_000, 5000)).toBe(0);
  });

  it('begins anew when the count falls', () => {
    const speed = new UploadSpeed();
    speed.sample(0, 1000);
    expect(speed.sample(1000, 0)).toBeUndefined();
    expect(speed.sample(2000, 300)).toBe(300);
  });
});
