import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { hashKey, parseKey, parsePrefix } from './key.ts';

test.each([
  'a',
  'sea/shore.jpg',
  '..',
  '/',
  'a  b',
  '%2F?#&',
  '日本語',
  '👨‍👩‍👧‍👦',
  '\u{10ffff}',
  'x'.repeat(200),
  '🐟'.repeat(200),
])('%j is a key, unchanged', (text) => {
  expect(parseKey(text)).toBe(text);
});

test.each([
  ['', 'is empty'],
  [' a', 'begins or ends with a space'],
  ['a ', 'begins or ends with a space'],
  ['\u3000a', 'begins or ends with a space'],
  ['a\u00a0', 'begins or ends with a space'],
  ['a\tb', 'contains a control character'],
  ['a\u007f', 'contains a control character'],
  ['a\u0085b', 'contains a control character'],
  ['\udc00', 'contains half of a surrogate pair'],
  ['x'.repeat(201), 'is longer than 200 characters'],
  ['🐟'.repeat(201), 'is longer than 200 characters'],
])('%j is no key: it %s', (text, fault) => {
  expect(() => parseKey(text)).toThrow(expect.objectContaining({ code: 'BAD_USER_INPUT' }));
  expect(() => parseKey(text)).toThrow(`The key ${fault}.`);
});

test('a key is brought to NFC, so that its length is that of what is stored', () => {
  expect(parseKey('cafe\u0301')).toBe('caf\u00e9');
  expect(parseKey('e\u0301'.repeat(200))).toBe('\u00e9'.repeat(200));
  expect(parseKey(parseKey('\u212b'))).toBe('\u00c5');
});

test('a prefix may end with a space, and is brought to NFC', () => {
  expect(parsePrefix('my ')).toBe('my ');
  expect(parsePrefix('')).toBe('');
  expect(parsePrefix('e\u0301')).toBe('\u00e9');
  expect(() => parsePrefix('\ud83c')).toThrow(expect.objectContaining({ code: 'BAD_USER_INPUT' }));
});

test('the hash is the MD5 of the text in UTF-8', () => {
  expect(hashKey('🐟')).toBe(createHash('md5').update(Buffer.from('🐟', 'utf8')).digest('hex'));
});
