import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ShoalError } from '../errors.ts';
import { hashKey, parseKey } from '../images/key.ts';
import { parseImageTarget } from './image-target.ts';
import { imagePath } from './image-url.ts';

const version = '0190163d-8694-739b-aea5-966c26f8ad91';

const hostileKeys = [
  'photo.jpg',
  'a b.jpg',
  'a/b/c.jpg',
  'a//b',
  '/a',
  'a/',
  '.',
  '..',
  '../../etc/passwd',
  'a/../b',
  'a/./b',
  '...',
  '%',
  '%2e%2e',
  '%41',
  'a?b=c&d#e',
  'a+b c',
  'key=v&v=1',
  '\\..\\',
  'http://example.com/x',
  'ключ.png',
  '日本語/画像.png',
  '🐟🐠',
  'é',
  '"quoted" \'single\' <tag> `tick`',
  'x'.repeat(200),
  '🐟'.repeat(200),
];

describe('a key in a URL', () => {
  it.each(hostileKeys)('%s comes back from its path, even through a browser', (key) => {
    for (const wanted of [{}, { version }, { version, width: 640 }] as const) {
      const path = imagePath(key, wanted);
      expect(path).toMatch(/^\/images[/?][\x21-\x7e]*$/);
      const seenByBrowser = new URL(path, 'http://shoal.example');
      expect(seenByBrowser.pathname + seenByBrowser.search).toBe(path);
      expect(parseImageTarget(path)).toEqual({
        key: parseKey(key),
        keyHash: hashKey(parseKey(key)),
        version: undefined,
        width: undefined,
        ...wanted,
      });
    }
  });

  it('comes back whatever it is', () => {
    const keys = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 30 }).filter(isKey);
    fc.assert(
      fc.property(keys, (key) => {
        const { pathname, search } = new URL(imagePath(key, { version }), 'http://shoal.example');
        expect(parseImageTarget(pathname + search)?.key).toBe(parseKey(key));
      }),
    );
  });

  it('stays readable where that is safe', () => {
    expect(imagePath('cats/tom & jerry.jpg', { version, width: 64 })).toBe(
      `/images/cats/tom%20%26%20jerry.jpg?v=${version}&w=64`,
    );
    expect(imagePath('../x')).toBe('/images?key=..%2Fx');
  });
});

describe('parseImageTarget', () => {
  it.each([
    ['/images/a%2Fb', 'a/b'],
    ['/images/%E2%9C%93', '✓'],
    ['/images/\u00e2\u009c\u0093', '✓'],
    ['/images/../x', '../x'],
    ['/images/%2e%2e/x', '../x'],
    ['/images/a+b', 'a+b'],
    ['/images?key=a+b', 'a b'],
    ['/images?key=a%2Bb', 'a+b'],
    ['/images?utm=1&key=a&key=b', 'a'],
    ['/images/a?key=b', 'a'],
    ['/images/e%CC%81', 'é'],
    ['http://shoal.example:8080/images/a', 'a'],
    ['/images//', '/'],
  ])('reads the key of %s', (url, key) => {
    expect(parseImageTarget(url)?.key).toBe(key);
  });

  it.each([
    '/',
    '/images',
    '/images?v=1',
    '/imagesque/a',
    '/graphql',
    '*',
    '/image/a',
    'http://shoal.example',
  ])('leaves %s to others', (url) => {
    expect(parseImageTarget(url)).toBeUndefined();
  });

  it.each([
    ['/images/', 'BAD_USER_INPUT'],
    ['/images?key=', 'BAD_USER_INPUT'],
    ['/images/%', 'BAD_USER_INPUT'],
    ['/images/%zz', 'BAD_USER_INPUT'],
    ['/images/%ff', 'BAD_USER_INPUT'],
    ['/images/%C3', 'BAD_USER_INPUT'],
    ['/images/%ed%a0%80', 'BAD_USER_INPUT'],
    ['/images/a%00b', 'BAD_USER_INPUT'],
    ['/images/%0d%0aX:1', 'BAD_USER_INPUT'],
    ['/images/%20a', 'BAD_USER_INPUT'],
    [`/images/${'x'.repeat(201)}`, 'BAD_USER_INPUT'],
    ['/images/a?w=', 'BAD_USER_INPUT'],
    ['/images/a?w=641', 'BAD_USER_INPUT'],
    ['/images/a?w=0640', 'BAD_USER_INPUT'],
    ['/images/a?w=64.0', 'BAD_USER_INPUT'],
    ['/images/a?v=', 'NOT_FOUND'],
    ['/images/a?v=3', 'NOT_FOUND'],
    ['/images/a?v=0190163d-8694-739b-aea5-966c26f8ad91%0d%0amd', 'NOT_FOUND'],
  ])('refuses %s with %s', (url, code) => {
    expect(() => parseImageTarget(url)).toThrow(expect.objectContaining({ code }));
  });

  it('names the widths that there are', () => {
    expect(() => parseImageTarget('/images/a?w=5')).toThrow(/64, 160, 320, 640, 960, 1280, 1920, 2560/);
  });
});

function isKey(text: string): boolean {
  try {
    parseKey(text);
    return true;
  } catch (error) {
    if (error instanceof ShoalError) return false;
    throw error;
  }
}
