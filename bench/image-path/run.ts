/**
 * How many images a second our hit path delivers, against nginx serving the same bytes as static files (with and without
 * sendfile), against two bare Node processes that only forward bytes, and against the stack that one would otherwise write: Express,
 * memjs and memcached. All on this machine, one after the other in turns, so that what disturbs one
 * disturbs all. Run with: npm run bench:image-path [-- --seconds 3 --rounds 5 --check]
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { missingTools } from './tools.ts';
import { startBare } from './bare.ts';
import { startExpress } from './express.ts';
import { startNginx } from './nginx.ts';
import { makePictures, type Picture } from './pictures.ts';
import { report, type Measurement } from './report.ts';
import { startShoal } from './shoal.ts';
import type { Contender } from './contender.ts';
import { runWrk } from './wrk.ts';

const CONNECTIONS = 32;

const { values: options } = parseArgs({
  options: {
    seconds: { type: 'string', default: '3' },
    rounds: { type: 'string', default: '5' },
    /** Exit with 1 when a target is missed. */
    check: { type: 'boolean', default: false },
  },
});

const missing = await missingTools();
if (missing.length > 0) {
  console.log(
    `Skipped: ${missing.join(', ')} can't be found. ${'On Debian: apt-get install nginx-light wrk memcached'}`,
  );
  process.exit(0);
}

const folder = await mkdtemp(join(tmpdir(), 'shoal-bench-'));
const contenders: Contender[] = [];
try {
  const pictures = await makePictures();
  contenders.push(await startNginx(folder, pictures, { sendfile: false }));
  contenders.push(await startNginx(folder, pictures, { sendfile: true }));
  contenders.push(await startBare(folder, pictures));
  contenders.push(await startShoal(folder, pictures));
  contenders.push(await startExpress(pictures));
  for (const contender of contenders) for (const picture of pictures) await verify(contender, picture);
  const hasMetTargets = report(await measureAll(contenders, pictures));
  if (options.check && !hasMetTargets) process.exitCode = 1;
} finally {
  await Promise.all(contenders.map((contender) => contender.stop()));
  await rm(folder, { recursive: true, force: true });
}

async function measureAll(
  contenders: readonly Contender[],
  pictures: readonly Picture[],
): Promise<Measurement[]> {
  const measurements: Measurement[] = [];
  for (const picture of pictures) {
    for (const contender of contenders) await measure(contender, picture, 1);
    for (let round = 0; round < Number(options.rounds); round++) {
      // Each in its turn is the first.
      const order = contenders.map((_, i) => contenders[(i + round) % contenders.length]!);
      for (const contender of order)
        measurements.push(await measure(contender, picture, Number(options.seconds)));
    }
  }
  return measurements;
}

async function measure(contender: Contender, picture: Picture, seconds: number): Promise<Measurement> {
  const result = await runWrk(contender.urlOf(picture), {
    connections: CONNECTIONS,
    seconds,
    headers: contender.headers,
  });
  return { contender: contender.name, picture: picture.name, ...result };
}

/** Asks until the bytes come from where they will come from during the measurement, and compares them. */
async function verify(contender: Contender, picture: Picture): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const response = await fetch(contender.urlOf(picture), { headers: contender.headers ?? {} });
    const bytes = Buffer.from(await response.arrayBuffer());
    if (!response.ok || !bytes.equals(picture.bytes))
      throw new Error(`${contender.name} serves other bytes.`);
    if (contender.isWarm(response)) return;
  }
  throw new Error(`${contender.name} does not serve from memory.`);
}
