import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { startLocalPool } from '../../../test/local-pool.ts';
import { introduction } from '../nodes/introduction.ts';
import { CopyConnection } from '../warming/copy-connection.ts';
import { NodeSecretFile } from './node-secret-file.ts';

test('A secret is made once, for its owner alone, and replaced while nodes and readers go on', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'shoal-secret-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const file = await NodeSecretFile.open(folder);
  const first = file.current();
  expect((await stat(file.path)).mode & 0o777).toBe(0o600);
  expect(first.length).toBeGreaterThan(40);
  expect((await NodeSecretFile.open(folder)).current()).toBe(first);

  const local = await startLocalPool({
    size: 1,
    nodeSecret: () => file.current(),
    secretFile: file.path,
    readSilenceMs: 15_000,
  });
  onTestFinished(() => local.close());
  const [node] = local.pool.state!.nodes;
  const path = node!.address!.slice('unix:'.length);
  const renewed = 'another-secret-of-the-nodes';
  const refusal = 'CLIENT_ERROR authentication failure';
  expect(await ask(path, introduction(renewed))).toBe(refusal);
  await writeFile(file.path, `shoal:${renewed}\nshoal:${first}\n`);
  for (const either of [renewed, first]) expect(await ask(path, introduction(either))).toBe('STORED');
  expect(file.current()).toBe(renewed);
  await writeFile(file.path, 'no secret\n');
  expect(await ask(path, introduction(renewed))).toBe('STORED');
  expect(file.current()).toBe(renewed);
  await writeFile(file.path, `shoal:${renewed}\n`);
  expect(await ask(path, introduction(first))).toBe(refusal);
  // Who is connected stays, and new connections say the new secret.
  expect((await local.pool.counters(node!.id)).connections).toBeGreaterThan(0);
  const copying = await CopyConnection.open(node!.address!, 15_000, () => file.current());
  copying.close(new Error('The test is over.'));

  await writeFile(file.path, 'nothing\n');
  await expect(NodeSecretFile.open(folder)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
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
