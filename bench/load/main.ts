/** Load to look at: uploads images and reads them with a Zipf popularity. Run with: npm run load -- --help */
import { describe, openDisplay } from './display.ts';
import { HELP, readOptions, UsageError, type LoadOptions } from './options.ts';
import { makePictures } from './pictures.ts';
import { makeRandom, makeZipf } from './randomness.ts';
import { readOpenly } from './read-openly.ts';
import { ShoalClient } from './shoal-client.ts';
import { Tally } from './tally.ts';
import { uploadAll } from './upload-all.ts';

/** So many differ; the images beyond have the bytes of one of them. */
const DIFFERENT_PICTURES = 120;

try {
  const options = readOptions(process.argv.slice(2));
  if (options === undefined) process.stdout.write(HELP);
  else await run(options);
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`);
  if (error instanceof UsageError) process.stderr.write('See: npm run load -- --help\n');
  process.exitCode = 1;
}

async function run(options: LoadOptions): Promise<void> {
  const { url, token, prefix, images, zipf, seed, widths } = options;
  const client = new ShoalClient(url, token);
  const stopping = new AbortController();
  process.once('SIGINT', () => stopping.abort());
  const random = makeRandom(seed);
  try {
    await expectShoal(client, url);
    const pictures = await makePictures(Math.min(images, DIFFERENT_PICTURES), random);
    const display = openDisplay('Uploading', images);
    const paths = await uploadAll({
      client,
      pictures,
      prefix,
      count: images,
      signal: stopping.signal,
      onProgress: (done) => display.update(done, `${done} of ${images} images`),
    }).finally(() => display.end());
    const pick = makeZipf(images, zipf, random);
    const nextPath = () => withWidth(paths[pick()]!, widths, random);
    if (!stopping.signal.aborted) await read(options, client, nextPath, stopping.signal);
  } finally {
    client.close();
  }
}

async function read(
  options: LoadOptions,
  client: ShoalClient,
  nextPath: () => string,
  signal: AbortSignal,
): Promise<void> {
  const { rate, shape, minutes } = options;
  const seconds = minutes * 60;
  const display = openDisplay('Reading', seconds);
  const startedAt = performance.now();
  const all = new Tally();
  let latest = new Tally();
  let nodes = '';
  const timer = setInterval(() => {
    const elapsed = (performance.now() - startedAt) / 1000;
    display.update(Math.min(seconds, elapsed), describe(latest.figures(), 1) + nodes);
    latest = new Tally();
    countNodes(client).then(
      (text) => (nodes = text),
      () => (nodes = ''),
    );
  }, 1000);
  await readOpenly({ client, nextPath, rate, shape, seconds, signal, tallies: () => [all, latest] });
  clearInterval(timer);
  display.end();
  process.stdout.write(`In all: ${describe(all.figures(), (performance.now() - startedAt) / 1000)}\n`);
}

async function countNodes(client: ShoalClient): Promise<string> {
  const { pool } = await client.query<{ pool: { nodes: { state: string }[] } }>(
    '{ pool { nodes { state } } }',
  );
  const count = pool.nodes.filter(({ state }) => state === 'READY').length;
  return ` · ${count} ${count === 1 ? 'node' : 'nodes'}`;
}

async function expectShoal(client: ShoalClient, url: string): Promise<void> {
  try {
    await client.query('{ __typename }');
  } catch (error) {
    throw new Error(`No Shoal answers at ${url}. Start one with ./start.sh, or say where with --url.`, {
      cause: error,
    });
  }
}

function withWidth(path: string, widths: readonly number[], random: () => number): string {
  if (widths.length === 0 || random() < 0.5) return path;
  return `${path}&w=${widths[Math.floor(random() * widths.length)]!}`;
}
