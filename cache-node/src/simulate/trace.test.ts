import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Access, readTrace, writeTrace } from './trace.ts';

describe('a trace', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'shoal-trace-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  async function read(content: string | Buffer, name = 'trace.csv'): Promise<[string, number][]> {
    await writeFile(join(folder, name), content);
    const accesses: Access[] = [];
    for await (const piece of readTrace(join(folder, name))) accesses.push(...piece);
    return accesses.map(({ key, sizeBytes }) => [key, sizeBytes]);
  }

  test.each<{ name: string; content: string; accesses: [string, number][] }>([
    {
      name: 'keys and sizes',
      content: 'a,1\nb,20\n',
      accesses: [
        ['a', 1],
        ['b', 20],
      ],
    },
    {
      name: 'keys alone',
      content: 'a\nb\na\n',
      accesses: [
        ['a', 1],
        ['b', 1],
        ['a', 1],
      ],
    },
    {
      name: 'no newline at the end',
      content: 'a,1\nb,20',
      accesses: [
        ['a', 1],
        ['b', 20],
      ],
    },
    {
      name: 'lines of Windows and empty ones',
      content: 'a,1\r\n\r\nb,20\r\n\n',
      accesses: [
        ['a', 1],
        ['b', 20],
      ],
    },
    { name: 'commas in keys', content: 'a,b,3\n', accesses: [['a,b', 3]] },
    { name: 'a heading', content: 'key,size\na,1\n', accesses: [['a', 1]] },
    { name: 'a size of 0', content: 'a,0\n', accesses: [['a', 0]] },
    { name: 'nothing', content: '', accesses: [] },
  ])('may hold $name', async ({ content, accesses }) => {
    expect(await read(content)).toEqual(accesses);
    expect(await read(gzipSync(content), 'trace.csv.gz')).toEqual(accesses);
  });

  test('is read in pieces, with lines and characters that lie across them', async () => {
    const lines = Array.from({ length: 150_000 }, (_, index) => `ключ-${index},${index}`);
    const accesses = await read(lines.join('\n'));
    expect(accesses).toHaveLength(lines.length);
    expect(accesses.every(([key, size], index) => key === `ключ-${index}` && size === index)).toBe(true);
  });

  test.each(['b,', 'b,-1', 'b,1.5', ',1', 'b,1x'])('names the malformed line "%s"', async (line) => {
    await expect(read(`a,1\n${line}\n`)).rejects.toThrow(
      `line 2: "${line}" is neither "key,size" nor a key alone`,
    );
  });

  test('that does not exist, or is not packed as its name says, is an error that names it', async () => {
    for (const name of ['none.csv', 'none.csv.gz']) {
      await expect(readTrace(join(folder, name))[Symbol.asyncIterator]().next()).rejects.toThrow(
        /cannot read.*none/,
      );
    }
    await expect(read('a,1\n', 'plain.gz')).rejects.toThrow(/cannot read.*plain\.gz/);
    await expect(read(gzipSync('a,1\n').subarray(0, -6), 'cut.gz')).rejects.toThrow(/cannot read.*cut\.gz/);
  });

  test.each(['trace.csv', 'trace.csv.gz'])('written to %s reads back the same', async (name) => {
    const path = join(folder, name);
    await writeTrace(path, [[{ key: 'a', sizeBytes: 1 }], [{ key: 'b', sizeBytes: 2 }]]);
    const pieces: Access[][] = [];
    for await (const piece of readTrace(path)) pieces.push(piece);
    expect(pieces.flat()).toEqual([
      { key: 'a', sizeBytes: 1 },
      { key: 'b', sizeBytes: 2 },
    ]);
  });

  test('that cannot be written is an error that names it', async () => {
    await expect(writeTrace(join(folder, 'none', 'trace.csv'), [])).rejects.toThrow(/cannot write.*none/);
  });
});
