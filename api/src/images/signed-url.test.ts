import { describe, expect, test } from 'vitest';
import { SigningKeys } from '../access/signing-keys.ts';
import { parseImageTarget } from '../http/image-target.ts';
import { SignedUrls } from './signed-url.ts';

const NOW = Date.UTC(2026, 0, 1);
const [OLD, NEW] = ['o'.repeat(32), 'n'.repeat(32)];

describe('a signed URL', () => {
  let now = NOW;
  const urls = (...keys: string[]) => new SignedUrls(new SigningKeys(keys), () => now);
  const refusalOf = (signer: SignedUrls, url: string) => signer.refuse(parseImageTarget(url)!)?.message;

  test.each([{ key: 'cats/ä & b?.jpg' }, { key: '../a' }, { key: 'a', width: 640 }])(
    'lets in whoever has it until it expires: %j',
    (image) => {
      now = NOW;
      const url = urls(OLD).sign({ ...image, expiresIn: 60 });
      expect(parseImageTarget(url)).toMatchObject(image);
      expect(refusalOf(urls(OLD), url)).toBeUndefined();
      expect(refusalOf(urls(NEW, OLD), url)).toBeUndefined();
      expect(refusalOf(urls(NEW), url)).toMatch(/signature/);
      now += 60_000;
      expect(refusalOf(urls(OLD), url)).toMatch(/expired/);
    },
  );

  test.each([
    ['another key', (url: string) => url.replace('/a', '/b')],
    ['another width', (url: string) => url.replace('w=640', 'w=320')],
    ['the original', (url: string) => url.replace('w=640&', '')],
    ['a version', (url: string) => `${url}&v=01a2277d-f698-7fba-bff5-9d8c81f48dac`],
    ['a later time', (url: string) => url.replace(/expires=\d+/, 'expires=9999999999')],
    ['no time', (url: string) => url.replace(/expires=\d+&/, '')],
    ['another signature', (url: string) => url.replace(/signature=./, 'signature=')],
    ['no signature', (url: string) => url.replace(/signature=.*/, 'signature=')],
  ])('is worth nothing for %s', (_name, change) => {
    now = NOW;
    const url = urls(OLD).sign({ key: 'a', width: 640, expiresIn: 60 });
    expect(change(url)).not.toBe(url);
    expect(refusalOf(urls(OLD), change(url))).toMatch(/signature/);
  });

  test('is made for at most a week, and of what can be read', () => {
    expect(() => urls(OLD).sign({ key: 'a', expiresIn: 0 })).toThrow(/expiresIn/);
    expect(() => urls(OLD).sign({ key: 'a', expiresIn: 604_801 })).toThrow(/expiresIn/);
    expect(() => urls(OLD).sign({ key: 'a', width: 641, expiresIn: 1 })).toThrow(/width/);
    expect(() => urls(OLD).sign({ key: '', expiresIn: 1 })).toThrow(/key/);
  });
});
