import type { Client } from '@urql/vue';
import { createApp, effectScope, nextTick, shallowRef, type EffectScope, type ShallowRef } from 'vue';
import { afterEach, describe, expect, it } from 'vitest';
import type { ImagesQueryVariables, ImageTileFragment } from '../../graphql/generated/graphql.ts';
import { clientKey } from '../../graphql/use-client.ts';
import { ImageChanges, type FullImageChange } from '../live/image-changes.ts';
import { imageChangesKey } from '../live/use-image-changes.ts';
import type { GalleryFilter } from './fetch-images.ts';
import { useGallery, type Gallery } from './use-gallery.ts';

let scope: EffectScope | undefined;
afterEach(() => scope?.stop());

describe('useGallery', () => {
  it('loads page by page', async () => {
    const { gallery, api } = open();
    expect(gallery.state.value).toBe('loading');
    await api.answer('c b', { more: true });
    expect(keysOf(gallery)).toBe('c b');
    expect([gallery.state.value, gallery.rest.value]).toEqual(['ready', 'more']);
    void gallery.loadMore();
    await api.answer('b a');
    expect(keysOf(gallery)).toBe('c b a');
    expect(gallery.rest.value).toBe('none');
  });

  it('says that it is empty or failed, and tries again on request', async () => {
    const { gallery, api } = open();
    await api.fail();
    expect([gallery.state.value, gallery.error.value]).toEqual(['failed', 'The server can’t be reached.']);
    void gallery.reload();
    await api.answer('');
    expect(gallery.state.value).toBe('empty');
  });

  it('keeps what it has when only the next page fails', async () => {
    const { gallery, api } = open();
    await api.answer('a', { more: true });
    void gallery.loadMore();
    await api.fail();
    expect([gallery.state.value, gallery.rest.value]).toEqual(['ready', 'failed']);
  });

  it('drops an answer to an earlier filter', async () => {
    const { gallery, api, filter } = open();
    filter.value = { prefix: 'x', order: 'KEY' };
    await nextTick();
    await api.answer('old');
    expect(gallery.state.value).toBe('loading');
    await api.answer('x1 x2');
    expect(keysOf(gallery)).toBe('x1 x2');
    expect(api.asked.map(({ prefix }) => prefix)).toEqual([null, 'x']);
  });

  it('applies what changed while a page was on its way', async () => {
    const { gallery, api, changes } = open();
    changes.publish(uploaded('new', '9'));
    changes.publish({ kind: 'DELETED', key: 'b', image: null });
    await api.answer('b a');
    expect(keysOf(gallery)).toBe('new a');
  });

  it('lets arrivals wait while they would move the view', async () => {
    const { gallery, api, changes, canShift } = open();
    await api.answer('b a');
    canShift.value = false;
    changes.publish(uploaded('new', '9'));
    changes.publish(uploaded('gone', '91'));
    changes.publish({ kind: 'DELETED', key: 'gone', image: null });
    expect(keysOf(gallery)).toBe('b a');
    expect(gallery.arrivals.value.map(({ key }) => key)).toEqual(['new']);
    gallery.showArrivals();
    expect(keysOf(gallery)).toBe('new b a');
    expect(gallery.arrivals.value).toEqual([]);
  });

  it('fetches its part again after a gap in the changes', async () => {
    const { gallery, api, goLive } = open();
    await api.answer('c b a');
    goLive();
    await api.answer('d c a');
    expect(keysOf(gallery)).toBe('d c a');
  });

  it('fetches again after a gap without moving the view', async () => {
    const { gallery, api, goLive, canShift } = open();
    await api.answer('c b a');
    canShift.value = false;
    goLive();
    await api.answer('d c a');
    expect(keysOf(gallery)).toBe('c a');
    expect(gallery.arrivals.value.map(({ key }) => key)).toEqual(['d']);
  });

  it('catches up once a load under way is through', async () => {
    const { gallery, api, goLive } = open();
    goLive();
    expect(api.asked).toHaveLength(1);
    await api.answer('a');
    expect(api.asked).toHaveLength(2);
    await api.answer('b a');
    expect(keysOf(gallery)).toBe('b a');
  });

  it('does not hammer a server that fails', async () => {
    const { gallery, api, goLive } = open();
    goLive();
    await api.fail();
    await api.fail();
    expect(api.asked).toHaveLength(2);
    expect(gallery.state.value).toBe('failed');
  });
});

interface Api {
  readonly asked: ImagesQueryVariables[];
  /** Answers the oldest open request with keys in their order; versions fall from 50 on. */
  answer(keys: string, options?: { more?: boolean }): Promise<void>;
  fail(): Promise<void>;
}

function open(): {
  gallery: Gallery;
  api: Api;
  changes: ImageChanges;
  filter: ShallowRef<GalleryFilter>;
  canShift: ShallowRef<boolean>;
  goLive: () => void;
} {
  const asked: ImagesQueryVariables[] = [];
  const waiting: ((result: unknown) => void)[] = [];
  const client = {
    query: (_document: unknown, variables: ImagesQueryVariables) => {
      asked.push(variables);
      return new Promise((resolve) => waiting.push(resolve));
    },
  };
  const settle = async (result: unknown): Promise<void> => {
    waiting.shift()!(result);
    await new Promise((done) => setImmediate(done));
  };
  const api: Api = {
    asked,
    answer: (keys, { more = false } = {}) => {
      const nodes = keys.split(' ').filter(Boolean);
      const edges = nodes.map((key, place) => ({ cursor: key, node: tile(key, String(50 - place)) }));
      return settle({
        data: { images: { edges, pageInfo: { endCursor: nodes.at(-1) ?? null, hasNextPage: more } } },
      });
    },
    fail: () => settle({ error: { graphQLErrors: [] } }),
  };

  let goLive = (): void => {};
  const changes = new ImageChanges({
    subscribe: (sink) => {
      goLive = sink.onLive;
      return () => {};
    },
    pause: () => Promise.resolve(),
  });
  changes.start();

  const filter = shallowRef<GalleryFilter>({ prefix: '', order: 'NEWEST' });
  const canShift = shallowRef(true);
  scope = effectScope();
  const app = createApp({})
    .provide(clientKey, client as unknown as Client)
    .provide(imageChangesKey, changes);
  const gallery = app.runWithContext(() =>
    scope!.run(() =>
      useGallery(
        () => filter.value,
        () => canShift.value,
      ),
    ),
  )!;
  return { gallery, api, changes, filter, canShift, goLive: () => goLive() };
}

function keysOf(gallery: Gallery): string {
  return gallery.images.value.map((image) => image.key).join(' ');
}

function uploaded(key: string, version: string): FullImageChange {
  return { kind: 'UPLOADED', key, image: tile(key, version) as FullImageChange['image'] };
}

function tile(key: string, version: string): ImageTileFragment {
  return { key, version } as ImageTileFragment;
}
