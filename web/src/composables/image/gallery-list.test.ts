import { describe, expect, it } from 'vitest';
import type { ImageTileFragment } from '../../graphql/generated/graphql.ts';
import { applyChange, type GalleryList, type ImageChange } from './gallery-list.ts';

describe('applyChange', () => {
  const newest = listOf({ order: 'NEWEST', images: [tile('c', 'v3'), tile('a', 'v2'), tile('b', 'v1')] });
  const byKey = listOf({ order: 'KEY', images: [tile('a', 'v2'), tile('c', 'v1')] });

  it.each<[string, GalleryList, ImageChange, string, string]>([
    ['puts a new upload first', newest, uploaded('d', 'v4'), 'insert', 'd c a b'],
    ['puts a new key into its place', byKey, uploaded('b', 'v3'), 'insert', 'a b c'],
    ['appends behind the last when nothing more follows', byKey, uploaded('d', 'v3'), 'insert', 'a c d'],
    [
      'leaves what lies behind the loaded part to its page',
      { ...byKey, hasMore: true },
      uploaded('d', 'v3'),
      'none',
      'a c',
    ],
    ['ignores keys outside the prefix', { ...byKey, prefix: 'c' }, uploaded('b', 'v3'), 'none', 'a c'],
    ['replaces in place', newest, { ...uploaded('a', 'v9'), kind: 'REPLACED' }, 'inPlace', 'c a b'],
    [
      'shows a replaced image that was not loaded',
      newest,
      { ...uploaded('x', 'v9'), kind: 'REPLACED' },
      'insert',
      'x c a b',
    ],
    ['ignores an echo', newest, uploaded('a', 'v2'), 'none', 'c a b'],
    ['ignores an older version that comes late', newest, uploaded('c', 'v1'), 'none', 'c a b'],
    ['removes a deleted image', newest, { kind: 'DELETED', key: 'a', image: null }, 'remove', 'c b'],
    [
      'ignores the deletion of an unknown image',
      newest,
      { kind: 'DELETED', key: 'x', image: null },
      'none',
      'c a b',
    ],
    ['removes all', newest, { kind: 'ALL_DELETED', key: null, image: null }, 'remove', ''],
  ])('%s', (_name, list, change, kind, keys) => {
    const effect = applyChange(list, change);
    expect(effect.kind).toBe(kind);
    expect(effect.images.map((image) => image.key).join(' ')).toBe(keys);
  });

  it('carries the new version', () => {
    expect(applyChange(newest, uploaded('a', 'v9')).images[1]!.version).toBe('v9');
  });
});

function listOf(part: Partial<GalleryList>): GalleryList {
  return { images: [], order: 'NEWEST', prefix: '', hasMore: false, ...part };
}

function uploaded(key: string, version: string): ImageChange {
  return { kind: 'UPLOADED', key, image: tile(key, version) };
}

function tile(key: string, version: string): ImageTileFragment {
  return {
    key,
    version,
    bytes: 1,
    width: 4,
    height: 3,
    thumbHash: '',
    updatedAt: '2026-01-01T00:00:00Z',
    url: '',
    thumbnail160: '',
    thumbnail320: '',
    thumbnail640: '',
    thumbnail960: '',
  };
}
