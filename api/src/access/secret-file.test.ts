import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { makeToken } from './secret.ts';
import { readSecretFile } from './secret-file.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shoal-secret-'));
  const made = folder;
  onTestFinished(() => rm(made, { recursive: true }));
});

const read = () => readSecretFile({ folder, name: 'admin.token', setting: 'ADMIN_TOKEN', make: makeToken });

describe('a file of secrets', () => {
  test('is made at the first start, with 256 random bits that only the owner can read', async () => {
    const [token] = await read();
    expect(await readdir(folder)).toEqual(['admin.token']);
    expect(await readFile(join(folder, 'admin.token'), 'utf8')).toBe(`${token}\n`);
    expect(Buffer.from(token!.replace('shoal_', ''), 'base64url')).toHaveLength(32);
    expect((await stat(join(folder, 'admin.token'))).mode & 0o777).toBe(0o600);
  });

  test('stays the same at the next start, and is closed to others again', async () => {
    const made = await read();
    await chmod(join(folder, 'admin.token'), 0o644);
    expect(await read()).toEqual(made);
    expect((await stat(join(folder, 'admin.token'))).mode & 0o777).toBe(0o600);
  });

  test('holds one on each line', async () => {
    const secrets = ['a'.repeat(32), 'b'.repeat(40)];
    await writeFile(join(folder, 'admin.token'), secrets.join('\n'));
    expect(await read()).toEqual(secrets);
  });

  test.each(['', 'short', `${'two words '.repeat(5)}`, `${'a'.repeat(32)}\nshort`])(
    'is refused when it holds %j',
    async (text) => {
      await writeFile(join(folder, 'admin.token'), text);
      await expect(read()).rejects.toMatchObject({
        code: 'UNAVAILABLE',
        message:
          "The file admin.token in DATA_DIR can't be used. Remove it, and it is made anew, or set ADMIN_TOKEN.",
      });
    },
  );
});
