import { afterEach, describe, expect, test } from 'vitest';
import { MEMCACHED, nameOf, OUR_NODE, put, putMany, WarmNodes } from '../../../test/warm-nodes.ts';
import { type ListedEntry, listEntries } from './entry-listing.ts';

const OPTIONS = { silenceMs: 20_000, signal: new AbortController().signal };

describe('the listing of a node', () => {
  let nodes: WarmNodes | undefined;

  afterEach(async () => {
    await nodes?.close();
    nodes = undefined;
  });

  test.each([
    { name: 'our cache node', command: OUR_NODE },
    { name: 'memcached', command: MEMCACHED },
  ])('of $name gives our entries, without leases and foreign names', async ({ command }) => {
    nodes = await WarmNodes.open();
    await nodes.grow(1, { command });
    const { address, client } = nodes.all[0]!;
    const names = Array.from({ length: 3_000 }, (_, i) => nameOf(i));
    await Promise.all(names.map((name) => put(client, name, Buffer.alloc(200))));
    await put(client, `${nameOf('variant')}:640.avif`, Buffer.alloc(200));
    await client.ask(`mg ${nameOf('lease')} c N30\r\n`);
    await put(client, 'a-name-of-somebody-else', Buffer.alloc(10));
    await put(client, `${'z'.repeat(32)}:version`, Buffer.alloc(10));
    const evil = Buffer.from(`${nameOf('evil')}\r\nflush_all`).toString('base64');
    await client.store(`ms ${evil} 2 b\r\n`, Buffer.from('hi'));

    const listed = await all(listEntries(address, OPTIONS));
    expect(listed.map(({ name }) => name).toSorted()).toEqual(
      [...names, `${nameOf('variant')}:640.avif`].toSorted(),
    );
    for (const { name, keyHash, sizeBytes, usedAt } of listed) {
      expect(name.startsWith(`${keyHash}:`)).toBe(true);
      expect(sizeBytes).toBeGreaterThan(200 + name.length);
      expect(sizeBytes).toBeLessThan(200 + name.length + 70);
      expect(Math.abs(usedAt - Date.now() / 1000)).toBeLessThan(30);
    }
  });

  test('begins with what was used last', async () => {
    nodes = await WarmNodes.open();
    await nodes.grow(1);
    const { address, client } = nodes.all[0]!;
    for (let i = 0; i < 100; i++) await put(client, nameOf(i), Buffer.alloc(10));
    await client.ask(`mg ${nameOf(7)} s\r\n`);
    const listed = await all(listEntries(address, OPTIONS));
    expect(listed.slice(0, 3).map(({ name }) => name)).toEqual([nameOf(7), nameOf(99), nameOf(98)]);
  });

  test('makes the node wait while nobody asks for more, however many entries it has', async () => {
    nodes = await WarmNodes.open();
    await nodes.grow(1, { capacityMiB: 256 });
    const { address, client } = nodes.all[0]!;
    const count = 200_000;
    await putMany(
      client,
      Array.from({ length: count }, (_, i) => nameOf(i)),
      'small',
    );
    const written = async () => {
      const lines = await client.askForLines('stats\r\n', (line) => line === 'END');
      return Number(
        lines
          .find((line) => line.startsWith('STAT bytes_written '))!
          .split(' ')
          .at(-1),
      );
    };
    const listing = listEntries(address, OPTIONS);
    const before = await written();
    let listed = (await listing.next()).value!.length as number;
    let [sent, last] = [await written(), -1];
    // Each look costs the node some two kilobytes of its own; a node that goes on listing sends far more between two.
    while (sent - last > 10_000) [last, sent] = [sent, await written()];
    expect(sent - before).toBeLessThan(3_000_000);
    for await (const entries of listing) {
      expect(entries.length).toBeLessThan(2_000);
      listed += entries.length;
    }
    expect(listed).toBe(count);
    expect((await written()) - before).toBeGreaterThan(20_000_000);
  });

  test('is broken off when the node is silent, when the signal aborts, and when the node ends', async () => {
    nodes = await WarmNodes.open();
    await nodes.grow(1);
    const { address, process } = nodes.all[0]!;
    const abort = new AbortController();
    abort.abort(new Error('enough'));
    await expect(all(listEntries(address, { silenceMs: 200, signal: abort.signal }))).rejects.toThrow(
      'enough',
    );
    process.kill('SIGSTOP');
    await expect(all(listEntries(address, { ...OPTIONS, silenceMs: 200 }))).rejects.toThrow(/silent/);
    process.kill('SIGKILL');
    await expect(all(listEntries(address, OPTIONS))).rejects.toThrow(/closed|ECONN|EPIPE|ENOENT/);
  });
});

async function all(listing: AsyncIterable<ListedEntry[]>): Promise<ListedEntry[]> {
  const entries: ListedEntry[] = [];
  for await (const some of listing) entries.push(...some);
  return entries;
}
