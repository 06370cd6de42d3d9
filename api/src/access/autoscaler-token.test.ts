import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { openAutoscalerToken } from './autoscaler-token.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shoal-token-'));
  const made = folder;
  onTestFinished(() => rm(made, { recursive: true }));
});

describe("the autoscaler's token", () => {
  test('is made at the first start, with 256 random bits that only the owner can read', async () => {
    const token = await openAutoscalerToken({ given: undefined, folder });
    expect(await readdir(folder)).toEqual(['autoscaler.token']);
    const text = (await readFile(join(folder, 'autoscaler.token'), 'utf8')).trim();
    expect(Buffer.from(text, 'base64url')).toHaveLength(32);
    expect((await stat(join(folder, 'autoscaler.token'))).mode & 0o777).toBe(0o600);
    expect(token.isShownBy(`Bearer ${text}`)).toBe(true);
  });

  test('stays the same at the next start, and is closed to others again', async () => {
    await openAutoscalerToken({ given: undefined, folder });
    const file = join(folder, 'autoscaler.token');
    const text = (await readFile(file, 'utf8')).trim();
    await chmod(file, 0o644);
    const token = await openAutoscalerToken({ given: undefined, folder });
    expect(token.isShownBy(`bearer  ${text}`)).toBe(true);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
  });

  test('that was given needs no file', async () => {
    const given = 'a'.repeat(40);
    const token = await openAutoscalerToken({ given, folder });
    expect(await readdir(folder)).toEqual([]);
    expect(token.isShownBy(`Bearer ${given}`)).toBe(true);
  });

  test.each([
    undefined,
    null,
    7,
    '',
    'Bearer',
    'Bearer ',
    'a'.repeat(40),
    `Basic ${'a'.repeat(40)}`,
    'Bearer a',
  ])('is not shown by %j', async (authorization) => {
    const token = await openAutoscalerToken({ given: 'a'.repeat(40), folder });
    expect(token.isShownBy(authorization)).toBe(false);
  });

  test.each(['', 'short', `${'two words '.repeat(5)}`])(
    'is refused in a file that holds %j',
    async (text) => {
      await writeFile(join(folder, 'autoscaler.token'), text);
      await expect(openAutoscalerToken({ given: undefined, folder })).rejects.toMatchObject({
        code: 'UNAVAILABLE',
        message:
          "The file autoscaler.token in DATA_DIR can't be used. Remove it, and it is made anew, or set AUTOSCALER_TOKEN.",
      });
    },
  );
});
