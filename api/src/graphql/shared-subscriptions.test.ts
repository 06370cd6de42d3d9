import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { buildSchema, type GraphQLSchema } from 'graphql';
import { type Client, createClient } from 'graphql-ws';
import { Repeater } from '@graphql-yoga/subscription';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import { latestOnly } from './latest-only.ts';
import { callerWith } from '../../test/callers.ts';
import { serveWebsocket } from './websocket.ts';

const PATIENCE = { timeout: 30_000, interval: 10 };
/** Rows that take 200 kB. */
const MANY = 1_500;

/** A subscription that counts how often its results are made. */
class Numbers {
  readonly schema: GraphQLSchema;
  made = 0;
  streams = 0;
  newest = 0;
  readonly #wakes = new Set<() => void>();

  constructor() {
    this.schema = buildSchema(`
      type Row { number: Int, text: String }
      type Query { number: Int }
      type Subscription { rows(count: Int): [Row], own: Int }
    `);
    const fields = this.schema.getSubscriptionType()!.getFields();
    const subscribe = () => this.#subscribe();
    Object.assign(fields['rows']!, {
      subscribe,
      resolve: (_root: unknown, { count = 1 }) => (this.made++, this.rows(count)),
    });
    Object.assign(fields['own']!, { subscribe, resolve: () => (this.made++, this.newest) });
  }

  rows(count: number) {
    return Array.from({ length: count }, () => ({ number: this.newest, text: 'x'.repeat(100) }));
  }

  publish(): void {
    this.newest++;
    for (const wake of this.#wakes) wake();
  }

  #subscribe() {
    const events = new Repeater<null>(async (push, stop) => {
      const wake = () => void push(null);
      this.#wakes.add(wake);
      this.streams++;
      await stop;
      this.streams--;
      this.#wakes.delete(wake);
    });
    return latestOnly(events);
  }
}

describe('a shared subscription', () => {
  let numbers: Numbers;
  let server: Server;
  let stop: () => Promise<void>;
  let clients: Client[];
  const serverSockets = new Set<Socket>();

  beforeEach(async () => {
    numbers = new Numbers();
    clients = [];
    server = createServer();
    server.on('connection', (socket) => {
      serverSockets.add(socket);
      socket.on('close', () => serverSockets.delete(socket));
    });
    stop = serveWebsocket(server, {
      schema: numbers.schema,
      identify: () => callerWith('VIEWER'),
      sharedFields: ['rows'],
      report: () => 'an id',
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
  });

  afterEach(async () => {
    for (const client of clients) client.terminate();
    await stop();
    server.close();
  });

  it('is made once for three hundred', async () => {
    const readers = Array.from({ length: 300 }, () => follow());
    await vi.waitUntil(() => readers.every(({ seen }) => seen.at(-1) === 0), PATIENCE);
    const { made } = numbers;
    for (let round = 1; round <= 10; round++) {
      numbers.publish();
      await vi.waitUntil(() => readers.every(({ seen }) => seen.at(-1) === round), PATIENCE);
    }
    expect(numbers.made - made).toBe(10);
    expect(numbers.streams).toBe(1);
    for (const reader of readers) reader.stop();
    await vi.waitUntil(() => numbers.streams === 0, PATIENCE);
  });

  it('keeps nothing but the newest for those who do not read, and they keep nobody waiting', async () => {
    const sockets: WebSocket[] = [];
    const query = `subscription { rows(count: ${MANY}) { number text } }`;
    const readers = Array.from({ length: 6 }, () => follow(sockets, query));
    const [asleep, awake] = [readers.slice(0, 4), readers.slice(4)];
    await vi.waitUntil(() => readers.every(({ seen }) => seen.length > 0), PATIENCE);
    for (const socket of sockets.slice(0, 4)) socket.pause();
    const rounds = 100;
    for (let round = 1; round <= rounds; round++) {
      numbers.publish();
      await vi.waitUntil(() => awake.every(({ seen }) => seen.at(-1) === round), PATIENCE);
    }
    const message = JSON.stringify(numbers.rows(MANY));
    const kept = [...serverSockets].map(({ writableLength }) => writableLength);
    expect(Math.max(...kept)).toBeLessThan(2 * message.length);
    for (const socket of sockets) socket.resume();
    await vi.waitUntil(() => asleep.every(({ seen }) => seen.at(-1) === rounds), PATIENCE);
    expect(Math.max(...asleep.map(({ seen }) => seen.length))).toBeLessThan(rounds);
  });

  it('tells one who comes later what is newest at once, and begins anew when all have gone', async () => {
    const one = follow();
    await vi.waitUntil(() => one.seen.length === 1, PATIENCE);
    numbers.publish();
    await vi.waitUntil(() => one.seen.at(-1) === 1, PATIENCE);
    const made = numbers.made;
    const other = follow();
    await vi.waitUntil(() => other.seen.length === 1, PATIENCE);
    expect(other.seen).toEqual([1]);
    expect(numbers.made).toBe(made);
    one.stop();
    other.stop();
    await vi.waitUntil(() => numbers.streams === 0, PATIENCE);
    numbers.publish();
    const third = follow();
    await vi.waitUntil(() => third.seen.at(-1) === 2, PATIENCE);
  });

  it('is not shared by those who ask for other fields or with other variables, nor are other subscriptions', async () => {
    const readers = [
      follow(),
      follow([], 'subscription { rows { number text } }'),
      follow([], 'subscription ($count: Int) { rows(count: $count) { number } }', { count: 1 }),
      follow([], 'subscription ($count: Int) { rows(count: $count) { number } }', { count: 2 }),
      follow([], 'subscription { own }'),
      follow([], 'subscription { own }'),
    ];
    await vi.waitUntil(() => readers.every(({ seen }) => seen.length === 1), PATIENCE);
    expect(numbers.streams).toBe(6);
  });

  it('that can not be begun is an error for all who ask, each time', async () => {
    const fields = numbers.schema.getSubscriptionType()!.getFields();
    const subscribe = fields['rows']!.subscribe;
    fields['rows']!.subscribe = () => Promise.reject(new Error('Not now.'));
    const failed = [follow(), follow()];
    await vi.waitUntil(() => failed.every(({ errors }) => errors.length === 1), PATIENCE);
    fields['rows']!.subscribe = subscribe;
    const reader = follow();
    await vi.waitUntil(() => reader.seen.length === 1, PATIENCE);
  });

  function follow(
    sockets: WebSocket[] = [],
    query = 'subscription { rows { number } }',
    variables: Record<string, unknown> = {},
  ) {
    const client = createClient({
      url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`,
      retryAttempts: 0,
      webSocketImpl: class extends WebSocket {
        constructor(url: string, protocol: string) {
          super(url, protocol);
          sockets.push(this);
        }
      },
    });
    clients.push(client);
    const seen: (number | undefined)[] = [];
    const errors: unknown[] = [];
    const stop = client.subscribe<{ rows?: { number: number }[]; own?: number }>(
      { query, variables },
      {
        next: ({ data, errors: faults }) => {
          if (faults !== undefined) errors.push(faults);
          else seen.push(data!.rows?.[0]?.number ?? data!.own);
        },
        error: (error) => errors.push(error),
        complete: () => {},
      },
    );
    return { seen, errors, stop };
  }
});
