import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { createClient } from 'graphql-ws';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import {
  AS_ADMIN,
  query,
  upload,
  uploaded,
  uploadedDirectly,
  type Answer,
  type UploadedImage,
} from './client.ts';
import { makePicture, photographs, type Picture } from './pictures.ts';
import { startSystem, type System } from './system.ts';

let system: System;
let picture: Picture;
beforeAll(async () => {
  system = await startSystem();
  picture = await makePicture({ name: 'picture.jpg' });
});
afterAll(() => system.stop());

describe('the main job', () => {
  it('gives every photograph back as it came, and as a thumbnail', async () => {
    for (const { name, bytes } of await photographs()) {
      const key = `photographs/${name}`;
      const image = await uploaded(system.url, key, bytes);
      const { autoOrient } = await sharp(bytes).metadata();
      expect(image).toMatchObject({
        key,
        bytes: bytes.length,
        sha256: createHash('sha256').update(bytes).digest('hex'),
        width: autoOrient.width,
        height: autoOrient.height,
      });
      expect(await cacheWordOf(image.url)).toBe('MISS');
      // A miss is answered before its owner is filled.
      await expect.poll(() => cacheWordOf(image.url), { timeout: 15_000 }).toBe('HIT');
      const response = await fetch(system.url + image.url);
      expect(response.headers.get('content-type')).toBe(image.contentType);
      expect(Buffer.from(await response.arrayBuffer()).equals(bytes)).toBe(true);
      const thumbnail = await fetch(system.url + image.thumbnailUrl, { headers: { accept: 'image/webp' } });
      expect(thumbnail.headers.get('content-type')).toBe('image/webp');
      const { width, height } = await sharp(await thumbnail.arrayBuffer()).metadata();
      expect(width).toBe(Math.min(320, image.width));
      expect(height / width).toBeCloseTo(image.height / image.width, 1);
    }
  });

  it('takes bytes that are sent by a request of their own', async () => {
    const { bytes } = await makePicture({ name: 'direct.png' });
    const image = await uploadedDirectly(system.url, 'direct', bytes);
    expect(image).toMatchObject({ key: 'direct', contentType: 'image/png', bytes: bytes.length });
    expect(Buffer.from(await (await fetch(system.url + image.url)).arrayBuffer()).equals(bytes)).toBe(true);
  });

  it('is seen by who subscribed', async () => {
    const changes: unknown[] = [];
    const client = createClient({
      url: `${system.url.replace('http', 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      connectionParams: AS_ADMIN,
    });
    const subscription = client.iterate({
      query: 'subscription { imageChanged(prefix: "seen/") { kind key image { bytes } } }',
    });
    const arrived = (async () => {
      for await (const { data } of subscription) if (changes.push(data?.['imageChanged']) === 3) break;
    })();
    // The server has no word for "subscribed": a first change is repeated until it is seen.
    await expect
      .poll(async () => {
        await uploaded(system.url, 'seen/0', picture.bytes, true);
        return changes.length;
      })
      .toBeGreaterThan(0);
    await uploaded(system.url, 'not/seen', picture.bytes);
    await query(system.url, 'mutation { deleteImage(key: "seen/0") { key } }');
    await uploaded(system.url, 'seen/1', picture.bytes);
    await arrived;
    await client.dispose();
    expect(changes.at(0)).toMatchObject({ key: 'seen/0', image: { bytes: picture.bytes.length } });
    expect(changes.slice(1)).toEqual([
      { kind: 'DELETED', key: 'seen/0', image: null },
      { kind: 'UPLOADED', key: 'seen/1', image: { bytes: picture.bytes.length } },
    ]);
  });
});

describe('an overwrite', () => {
  it('is a CONFLICT unless asked for, and then is what readers get', async () => {
    const other = await makePicture({ name: 'other.png', seed: 2 });
    const first = await uploaded(system.url, 'twice', picture.bytes);
    const refused = await upload(system.url, 'twice', other.bytes);
    expect(refused.errors).toMatchObject([{ extensions: { code: 'CONFLICT' } }]);
    const second = await uploaded(system.url, 'twice', other.bytes, true);
    expect(second.version).not.toBe(first.version);
    expect(await sizeOf('/images/twice')).toBe(other.bytes.length);
    expect(await sizeOf(first.url)).toBe(picture.bytes.length);
    expect(await sizeOf(second.url)).toBe(other.bytes.length);
  });
});

describe('a deletion', () => {
  it('takes the image, all its versions and renderings from readers at once', async () => {
    const urls: string[] = [];
    for (const overwrite of [false, true]) {
      const image = await uploaded(system.url, 'gone', picture.bytes, overwrite);
      urls.push(image.url, image.thumbnailUrl);
    }
    for (const url of urls) expect((await fetch(system.url + url)).status).toBe(200);
    const { data } = await query(system.url, 'mutation { deleteImage(key: "gone") { key } }');
    expect(data).toEqual({ deleteImage: { key: 'gone' } });
    for (const url of [...urls, '/images/gone']) expect((await fetch(system.url + url)).status).toBe(404);
    const again = await query(system.url, 'mutation { deleteImage(key: "gone") { key } }');
    expect(again.data).toEqual({ deleteImage: null });
  });
});

describe('any key', () => {
  const keys = [
    'a b/c d.jpg',
    'what?is=this&that#here',
    '100%',
    '%2F%00',
    '../../etc/passwd',
    '..',
    '.',
    '/absolute',
    'double//slash/',
    'back\\slash',
    'écrit en français',
    '漢字',
    '👩‍👩‍👧‍👦',
    '<script>alert(1)</script>',
    "Robert'); DROP TABLE images;--",
    '𝒳'.repeat(200),
    'con',
    '__proto__',
  ];

  it.each(keys)('works in the URL and on disk: %s', async (key) => {
    const image = await uploaded(system.url, key, picture.bytes, true);
    expect(image.key).toBe(key.normalize('NFC'));
    // The URL parser of fetch is a browser's: it collapses dot segments.
    const response = await fetch(new URL(image.url, system.url));
    expect(response.status).toBe(200);
    expect(Buffer.from(await response.arrayBuffer()).equals(picture.bytes)).toBe(true);
    const unversioned = image.url.replace(/[?&]v=[^&]*/, '');
    expect((await fetch(new URL(unversioned, system.url))).status).toBe(200);
  });

  it('never leaves the folder', () => {
    expect(readdirSync(system.dataDir).toSorted()).toEqual(
      expect.arrayContaining(['objects', 'staging', 'shoal.db']),
    );
    const names = readdirSync(join(system.dataDir, 'objects'), { recursive: true }).map(String);
    expect(names.length).toBeGreaterThan(keys.length);
    for (const name of names) expect(name).toMatch(/^[0-9a-z./-]+$/);
  });

  it.each([
    ['', 'is empty'],
    [' a', 'begins or ends with a space'],
    ['a\u0000', 'contains a control character'],
    ['a'.repeat(201), 'is longer than 200 characters'],
  ])('that breaks the rule is refused by name: %j', async (key, fault) => {
    const { errors } = await upload(system.url, key, picture.bytes);
    expect(errors).toMatchObject([
      { message: expect.stringContaining(fault), extensions: { code: 'BAD_USER_INPUT' } },
    ]);
  });
});

describe('what is no picture', () => {
  it.each([
    ['text', Buffer.from('hello'), 'UNSUPPORTED_MEDIA_TYPE'],
    [
      'SVG',
      Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'),
      'UNSUPPORTED_MEDIA_TYPE',
    ],
    ['HTML', Buffer.from('<!doctype html><script>alert(1)</script>'), 'UNSUPPORTED_MEDIA_TYPE'],
    ['nothing', Buffer.alloc(0), 'BAD_USER_INPUT'],
  ])('is refused: %s', async (_name, bytes, code) => {
    const { errors } = await upload(system.url, 'no-picture', bytes);
    expect(errors).toMatchObject([{ extensions: { code } }]);
  });

  it('is refused when it is cut short', async () => {
    for (const name of ['cut.jpg', 'cut.png', 'cut.webp']) {
      const { bytes } = await makePicture({ name });
      const { errors } = await upload(system.url, 'no-picture', bytes.subarray(0, bytes.length / 2));
      expect(errors, name).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
    }
  });

  it('leaves nothing behind', async () => {
    // The answer goes out a moment before the last temporary file is removed.
    await expect.poll(() => readdirSync(join(system.dataDir, 'staging'))).toEqual([]);
    expect((await fetch(`${system.url}/images/no-picture`)).status).toBe(404);
  });
});

describe('an upload', () => {
  it('larger than MAX_UPLOAD_MIB is refused with the limit', async () => {
    const { errors } = await upload(system.url, 'large', Buffer.alloc(33 * 2 ** 20, 1));
    expect(errors).toMatchObject([
      { message: expect.stringContaining('32 MiB'), extensions: { code: 'PAYLOAD_TOO_LARGE' } },
    ]);
  });

  it('that breaks off leaves nothing', async () => {
    const boundary = 'frontier';
    const broken = request(`${system.url}/graphql`, {
      method: 'POST',
      headers: {
        'content-type': `multipart/form-data; boundary=${boundary}`,
        'apollo-require-preflight': 'true',
        ...AS_ADMIN,
      },
    });
    broken.on('error', () => undefined);
    const part = (name: string, value: string) =>
      `--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;
    const operation = {
      query: 'mutation ($input: UploadImageInput!) { uploadImage(input: $input) { key } }',
      variables: { input: { key: 'broken', file: null } },
    };
    broken.write(part('operations', JSON.stringify(operation)));
    broken.write(part('map', JSON.stringify({ 0: ['variables.input.file'] })));
    broken.write(`--${boundary}\r\nContent-Disposition: form-data; name="0"; filename="broken.jpg"\r\n\r\n`);
    broken.write(picture.bytes.subarray(0, 50_000));
    await expect.poll(() => readdirSync(join(system.dataDir, 'staging')).length).toBeGreaterThan(0);
    broken.destroy();
    await expect.poll(() => readdirSync(join(system.dataDir, 'staging'))).toEqual([]);
    expect((await fetch(`${system.url}/images/broken`)).status).toBe(404);
  });

  it('without the preflight header is refused before its body is read', async () => {
    const answer = await upload(system.url, 'forged', picture.bytes, { headers: {} });
    expect(answer.status).toBe(400);
    expect(answer.errors?.[0]?.message).toContain('apollo-require-preflight');
    expect((await fetch(`${system.url}/images/forged`)).status).toBe(404);
  });

  it('races with another of the same key for one winner', async () => {
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => upload(system.url, 'contested', picture.bytes)),
    );
    expect(answers.filter((answer) => answer.data)).toHaveLength(1);
    const losers = answers.filter((answer) => answer.errors);
    for (const { errors } of losers) expect(errors).toMatchObject([{ extensions: { code: 'CONFLICT' } }]);
  });
});

describe('a list', () => {
  it('pages through a prefix in the order of keys, and through all by newest', async () => {
    const keys = ['list/ä', 'list/b', 'list/a', 'list/😀', 'list/Z'];
    for (const key of keys) await uploaded(system.url, key, picture.bytes);
    const seen: string[] = [];
    let after: string | null = null;
    do {
      const text =
        'query ($after: String) { images(first: 2, prefix: "list/", after: $after) { edges { node { key } } pageInfo { hasNextPage endCursor } } }';
      const answer: Answer<{ images: Page }> = await query(system.url, text, { after });
      const { edges, pageInfo } = answer.data!.images;
      seen.push(...edges.map((edge) => edge.node.key));
      after = pageInfo.hasNextPage ? pageInfo.endCursor : null;
    } while (after !== null);
    expect(seen).toEqual(['list/Z', 'list/a', 'list/b', 'list/ä', 'list/😀']);
    const newest = await query<{ images: Page }>(
      system.url,
      '{ images(first: 5, order: NEWEST) { edges { node { key } } pageInfo { hasNextPage endCursor } } }',
    );
    expect(newest.data!.images.edges.map((edge) => edge.node.key)).toEqual(keys.toReversed());
  });

  it.each([
    ['images(first: 0) { edges { cursor } }', 'first must not be less than 1'],
    ['images(first: 201) { edges { cursor } }', 'first must not be greater than 200'],
    ['images(after: "x") { edges { cursor } }', 'not a cursor of this list'],
    ['images(order: NEWEST, prefix: "a") { edges { cursor } }', 'A prefix needs the order KEY'],
    ['images(first: 1) { edges { node { thumbnailUrl(width: 5) } } }', 'Choose one of 64, 160'],
  ])('says what is wrong with %s', async (field, fault) => {
    const { errors } = await query(system.url, `{ ${field} }`);
    expect(errors).toMatchObject([
      { message: expect.stringContaining(fault), extensions: { code: 'BAD_USER_INPUT' } },
    ]);
  });
});

describe('an image', () => {
  it('is found by its content, and in the node that holds it', async () => {
    const { bytes } = await makePicture({ name: 'content.jpg', seed: 17 });
    const { sha256, url } = await uploaded(system.url, 'content/b', bytes);
    await uploaded(system.url, 'content/a', bytes);
    const text =
      'query ($sha256: [String!]!) { imagesBySha256(sha256: $sha256) { key placement { owner { node hasOriginal renderings } standIn { node } previousOwners { node } } } }';
    interface Found {
      key: string;
      placement: { owner: { node: string; hasOriginal: boolean; renderings: number } };
    }
    const ask = async (): Promise<Found[]> => {
      const { data } = await query<{ imagesBySha256: Found[] }>(system.url, text, {
        sha256: [sha256, '0'.repeat(64)],
      });
      return data!.imagesBySha256;
    };
    const [a, b] = await ask();
    expect([a?.key, b?.key]).toEqual(['content/a', 'content/b']);
    expect(b?.placement).toMatchObject({ owner: { hasOriginal: false }, standIn: null, previousOwners: [] });
    await fetch(system.url + url);
    await fetch(`${system.url}${url}&w=64`);
    await expect
      .poll(async () => (await ask())[1]?.placement.owner, { timeout: 15_000 })
      .toEqual({ node: b!.placement.owner.node, hasOriginal: true, renderings: 1 });
    const faulty = await query(system.url, text, { sha256: ['what'] });
    expect(faulty.errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT');
  });
});

describe('the cache', () => {
  it('can be emptied: readers go to the object store once more', async () => {
    const image: UploadedImage = await uploaded(system.url, 'cleared', picture.bytes);
    expect(await cacheWordOf(image.url)).toBe('MISS');
    await expect.poll(() => cacheWordOf(image.url)).toBe('HIT');
    await query(system.url, 'mutation { clearCache { epoch } }');
    expect(await cacheWordOf(image.url)).toBe('MISS');
  });

  it('reads the object store once for many readers of a cold key', async () => {
    const image = await uploaded(system.url, 'rush', picture.bytes);
    const responses = await Promise.all(
      Array.from({ length: 100 }, async () => {
        const response = await fetch(system.url + image.url);
        return Buffer.from(await response.arrayBuffer()).equals(picture.bytes);
      }),
    );
    expect(responses.every(Boolean)).toBe(true);
  });
});

describe('deleteAllImages', () => {
  it('removes every row, entry and object', async () => {
    const image = await uploaded(system.url, 'last', picture.bytes);
    await fetch(system.url + image.url);
    const { data } = await query<{ deleteAllImages: { deletedCount: number } }>(
      system.url,
      'mutation { deleteAllImages { deletedCount } }',
    );
    expect(data!.deleteAllImages.deletedCount).toBeGreaterThan(10);
    expect((await fetch(system.url + image.url)).status).toBe(404);
    const { data: rest } = await query(
      system.url,
      '{ images { edges { cursor } } pool { nodes { items } } }',
    );
    expect(rest).toEqual({ images: { edges: [] }, pool: { nodes: [{ items: 0 }, { items: 0 }] } });
    const objects = readdirSync(join(system.dataDir, 'objects'), { recursive: true, withFileTypes: true });
    expect(objects.filter((entry) => entry.isFile())).toEqual([]);
  });
});

interface Page {
  edges: { node: { key: string } }[];
  pageInfo: { hasNextPage: boolean; endCursor: string | null };
}

async function cacheWordOf(url: string): Promise<string | null> {
  const response = await fetch(system.url + url);
  await response.arrayBuffer();
  return response.headers.get('x-cache');
}

async function sizeOf(url: string): Promise<number> {
  const response = await fetch(system.url + url);
  return (await response.arrayBuffer()).byteLength;
}
