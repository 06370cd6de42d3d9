import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { startLocalPool } from '../../../test/local-pool.ts';
import { introduction } from '../nodes/introduction.ts';
import { openNodeSecretFile } from './secret-file.ts';

test('A secret is made once, for its owner alone; nodes ask for it, and take a new one beside it', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'shoal-secret-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const { file, secret } = await openNodeSecretFile(folder);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect(secret.length).toBeGreaterThan(40);
  expect(await openNodeSecretFile(folder)).toEqual({ file, secret });

  const local = await startLocalPool({
    size: 1,
    nodeSecret: secret,
    secretFile: file,
    readSilenceMs: 15_000,
  });
  onTestFinished(() => local.close());
  const [node] = local.pool.state!.nodes;
  const path = node!.address!.slice('unix:'.length);
  for (const command of ['version', 'stats', 'stats settings', 'mn', 'mg a v', 'flush_all', 'policy'])
    expect(await ask(path, `${command}\r\n`)).toBe('CLIENT_ERROR unauthenticated');

  const renewed = 'another-secret-of-the-nodes';
  const refusal = 'CLIENT_ERROR authentication failure';
  expect(await ask(path, introduction(renewed))).toBe(refusal);
  await writeFile(file, `shoal:${renewed}\nshoal:${secret}\n`);
  for (const either of [renewed, secret]) expect(await ask(path, introduction(either))).toBe('STORED');
  await writeFile(file, 'no secret\n');
  expect(await ask(path, introduction(renewed))).toBe('STORED');
  await writeFile(file, `shoal:${renewed}\n`);
  expect(await ask(path, introduction(secret))).toBe(refusal);
  expect((await openNodeSecretFile(folder)).secret).toBe(renewed);
  // Who is connected stays.
  expect((await local.pool.counters(node!.id)).connections).toBeGreaterThan(0);

  await writeFile(file, 'nothing\n');
  await expect(openNodeSecretFile(folder)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
});

/** The first line of the answer to a stranger. */
async function ask(path: string, text: string): Promise<string> {
  const socket = connect({ path });
  try {
    socket.write(text);
    let answer = '';
    for await (const chunk of socket as AsyncIterable<Buffer>) {
      answer += chunk.toString('latin1');
      if (answer.includes('\r\n')) break;
    }
    return answer.split('\r\n')[0]!;
  } finally {
    socket.destroy();
  }
}
