import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseTranscript } from './transcript.ts';
import { hasMemcached, startHere, startMemcached } from './start.ts';
import { Wire } from './wire.ts';

const folder = new URL('./transcripts/', import.meta.url);
const names = readdirSync(folder).filter((name) => name.endsWith('.txt'));

describe.each([
  { server: 'ours', isPresent: true },
  { server: 'memcached', isPresent: hasMemcached },
] as const)('$server', ({ server, isPresent }) => {
  describe.skipIf(!isPresent)('replies as written in', () => {
    let address: string;
    let stop: () => Promise<void>;

    beforeAll(async () => {
      if (server === 'memcached') {
        ({ address, stop } = await startMemcached());
      } else {
        const running = await startHere('-I', '1m');
        ({ address, drain: stop } = running);
      }
    });

    afterAll(async () => await stop());

    it.each(names)('%s', async (name) => {
      const cleaner = await Wire.open(address);
      await cleaner.ask('flush_all\r\n');
      cleaner.close();
      let wire = await Wire.open(address);
      for (const exchange of parseTranscript(readFileSync(new URL(name, folder), 'utf8'))) {
        const replies = await wire.ask(exchange.requests);
        const wanted = exchange.replies[server];
        expect(replies, `line ${exchange.line} of ${name}`).toMatch(wanted);
        if (replies.endsWith('(closed)\r\n')) wire = await Wire.open(address);
      }
      wire.close();
    });
  });
});

it.skipIf(hasMemcached)('memcached is not installed, so transcripts are played on ours alone', () => {});
