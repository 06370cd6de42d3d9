import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startHere } from './start.ts';
import { Wire } from './wire.ts';

let node: Awaited<ReturnType<typeof startHere>>;

beforeAll(async () => {
  node = await startHere('-m', '16', '-I', '1m');
});

afterAll(async () => await node.drain());

const key = fc.constantFrom('a', 'b', 'c', 'd', 'longer-key');
const payload = fc
  .oneof(fc.string({ maxLength: 12 }), fc.constantFrom('7', '18446744073709551615', 'x'.repeat(20_000)))
  .map((text) => Buffer.from(text).toString('latin1'));
const exptime = fc.constantFrom(0, 0, 0, 100, -1);

/** Requests that are right, or nearly. */
const request = fc.oneof(
  fc
    .tuple(fc.constantFrom('get', 'gets', 'mg', 'delete', 'md', 'me'), key)
    .map(([name, k]) => `${name} ${k}\r\n`),
  fc
    .tuple(fc.constantFrom('set', 'add', 'replace', 'append', 'prepend'), key, exptime, payload)
    .map(([name, k, e, p]) => `${name} ${k} 3 ${e} ${p.length}\r\n${p}\r\n`),
  fc
    .tuple(key, payload, fc.constantFrom('', ' MA', ' ME', ' T0', ' q', ' C1', ' I C1', ' c k'))
    .map(([k, p, flags]) => `ms ${k} ${p.length}${flags}\r\n${p}\r\n`),
  fc
    .tuple(key, fc.constantFrom('v', 'v N30', 't R30', 's k O1', 'h l', 'q v'))
    .map(([k, f]) => `mg ${k} ${f}\r\n`),
  fc
    .tuple(fc.constantFrom('incr', 'decr'), key, fc.nat(1000))
    .map(([name, k, by]) => `${name} ${k} ${by}\r\n`),
  fc.tuple(key, fc.constantFrom('v', 'N0 J5 v', 'MD v', 'q')).map(([k, f]) => `ma ${k} ${f}\r\n`),
  fc.constantFrom('get a b c\r\n', 'bogus\r\n', 'set x\r\n', 'touch a 5\r\n', '\r\n', 'verbosity 0\r\n'),
);

describe('whatever comes in', () => {
  it('random bytes neither end the node nor make it grow', { timeout: 60_000 }, async () => {
    const before = process.memoryUsage().rss;
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.oneof(
            fc.uint8Array({ maxLength: 3000 }),
            request.map((r) => Buffer.from(r, 'latin1')),
          ),
        ),
        async (parts) => {
          const wire = await Wire.open(node.address);
          wire.socket.end(Buffer.concat(parts));
          wire.socket.resume();
          await wire.closed();
        },
      ),
      { numRuns: 200 },
    );
    expect(node.node.connections.count).toBe(0);
    const wire = await Wire.open(node.address);
    expect(await wire.ask('version\r\n')).toMatch(/^VERSION /);
    wire.close();
    node.node.cache.arena.check();
    expect(process.memoryUsage().rss - before).toBeLessThan(150 * 1024 * 1024);
  });

  it('requests cut anywhere have the same replies', { timeout: 60_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(request, { maxLength: 30 }),
        fc.array(fc.nat(), { maxLength: 12 }),
        async (requests, cuts) => {
          const whole = requests.join('');
          const ends = [...cuts.map((cut) => cut % (whole.length + 1)), whole.length].sort((a, b) => a - b);
          const replies: string[] = [];
          for (const pieces of [[whole.length], ends]) {
            const wire = await Wire.open(node.address);
            await wire.ask('flush_all\r\n');
            let from = 0;
            for (const to of pieces) {
              wire.send(whole.slice(from, to));
              from = to;
              await new Promise((resolve) => setImmediate(resolve));
            }
            replies.push(await wire.ask(''));
            wire.close();
          }
          expect(withoutCas(replies[1] ?? '')).toBe(withoutCas(replies[0] ?? ''));
        },
      ),
      { numRuns: 100 },
    );
  });
});

/** CAS numbers go up from one try to the next. */
function withoutCas(replies: string): string {
  return replies
    .replace(/ c\d+/g, ' c')
    .replace(/cas=\d+/g, 'cas=')
    .replace(/^(VALUE \S+ \d+ \d+) \d+/gm, '$1');
}

type Model = Map<string, { flags: number; value: string }>;

describe('a map that remembers all', () => {
  it('answers as the node does', { timeout: 60_000 }, async () => {
    const command = fc.record({
      name: fc.constantFrom('set', 'add', 'replace', 'append', 'prepend', 'get', 'delete', 'incr', 'decr'),
      key,
      flags: fc.nat(9),
      payload: fc.oneof(fc.stringMatching(/^[a-z]{0,8}$/), fc.nat(99999).map(String)),
      by: fc.nat(200),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(command, { maxLength: 60 }), async (commands) => {
        const wire = await Wire.open(node.address);
        await wire.ask('flush_all\r\n');
        const model: Model = new Map();
        let requests = '';
        let wanted = '';
        for (const { name, key: k, flags, payload: p, by } of commands) {
          if (name === 'get' || name === 'delete') requests += `${name} ${k}\r\n`;
          else if (name === 'incr' || name === 'decr') requests += `${name} ${k} ${by}\r\n`;
          else requests += `${name} ${k} ${flags} 0 ${p.length}\r\n${p}\r\n`;
          wanted += apply(model, name, k, flags, p, by);
        }
        expect(await wire.ask(requests)).toBe(wanted);
        wire.close();
      }),
      { numRuns: 150 },
    );
  });
});

function apply(model: Model, name: string, k: string, flags: number, payload: string, by: number): string {
  const old = model.get(k);
  switch (name) {
    case 'get':
      return old ? `VALUE ${k} ${old.flags} ${old.value.length}\r\n${old.value}\r\nEND\r\n` : 'END\r\n';
    case 'delete':
      return model.delete(k) ? 'DELETED\r\n' : 'NOT_FOUND\r\n';
    case 'incr':
    case 'decr': {
      if (!old) return 'NOT_FOUND\r\n';
      if (!/^\d+ *$/.test(old.value)) {
        return 'CLIENT_ERROR cannot increment or decrement non-numeric value\r\n';
      }
      const number = Number(old.value.trim());
      const next = String(name === 'incr' ? number + by : Math.max(0, number - by));
      old.value = next.padEnd(old.value.length);
      return `${next}\r\n`;
    }
    case 'append':
    case 'prepend':
      if (!old) return 'NOT_STORED\r\n';
      old.value = name === 'append' ? old.value + payload : payload + old.value;
      return 'STORED\r\n';
    default:
      if ((name === 'add' && old) || (name === 'replace' && !old)) return 'NOT_STORED\r\n';
      model.set(k, { flags, value: payload });
      return 'STORED\r\n';
  }
}
