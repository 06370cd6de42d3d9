import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { stopChild, type Contender } from './contender.ts';
import type { Picture } from './pictures.ts';

const MAIN = join(import.meta.dirname, '../../api/dist/main.js');

const TOKEN = 'admin-of-the-benchmark-0123456789abcdef';

/** All of Shoal as it is started by its users, with one node, and the pictures uploaded. */
export async function startShoal(folder: string, pictures: readonly Picture[]): Promise<Contender> {
  if (!existsSync(MAIN)) throw new Error('Nothing is built yet. Run: npm run build');
  const child = spawn(process.execPath, [MAIN], {
    env: {
      PATH: process.env['PATH'],
      PORT: '0',
      DATA_DIR: join(folder, 'shoal'),
      POOL_SIZE: '1',
      ADMIN_TOKEN: TOKEN,
      LOG_LEVEL: 'warn',
      NODE_ENV: 'production',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const url = await new Promise<string>((resolve, reject) => {
    createInterface(child.stdout).on('line', (line) => {
      const ready = /^Shoal is ready at (http:\S+)$/.exec(line);
      if (ready?.[1] !== undefined) resolve(ready[1]);
    });
    child.once('close', (code) => reject(new Error(`The api ended with code ${code}.`)));
  });
  const paths = new Map<Picture, string>();
  for (const picture of pictures) paths.set(picture, await upload(url, picture));
  return {
    name: 'Shoal',
    urlOf: (picture) => url + paths.get(picture),
    headers: { authorization: `Bearer ${TOKEN}` },
    isWarm: ({ headers }) => headers.get('x-cache') === 'HIT',
    stop: () => stopChild(child, 'SIGINT'),
  };
}

/** @returns the path of the uploaded version */
async function upload(url: string, { fileName, bytes }: Picture): Promise<string> {
  const form = new FormData();
  const query = 'mutation ($input: UploadImageInput!) { uploadImage(input: $input) { url } }';
  form.set('operations', JSON.stringify({ query, variables: { input: { key: fileName, file: null } } }));
  form.set('map', JSON.stringify({ 0: ['variables.input.file'] }));
  form.set('0', new Blob([Uint8Array.from(bytes)]), fileName);
  const headers = { 'apollo-require-preflight': 'true', authorization: `Bearer ${TOKEN}` };
  const response = await fetch(`${url}/graphql`, { method: 'POST', headers, body: form });
  const answer = (await response.json()) as { data?: { uploadImage: { url: string } }; errors?: unknown };
  if (answer.data === undefined) throw new Error(`The upload failed: ${JSON.stringify(answer.errors)}`);
  return answer.data.uploadImage.url;
}
