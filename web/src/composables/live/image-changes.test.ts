import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { buildSchema } from 'graphql';
import { useServer } from 'graphql-ws/use/ws';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { watch } from 'vue';
import { WebSocket, WebSocketServer } from 'ws';
import { createGraphqlClient } from '../../graphql/client.ts';
import { createSocket } from '../../graphql/socket.ts';
import { ImageChanges, type Connection, type FullImageChange } from './image-changes.ts';
import { subscribeToChanges } from './subscribe-to-changes.ts';

const cleanUps: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

describe('ImageChanges over a real socket', () => {
  it('becomes live and passes changes on', async () => {
    const server = await startServer();
    const { changes, seen } = connect(server.port);
    expect(changes.connection).toBe('connecting');
    await vi.waitFor(() => expect(server.subscribers()).toBe(1));
    expect(changes.connection).toBe('live');
    server.send({ kind: 'DELETED', key: 'a', image: null });
    await vi.waitFor(() => expect(seen).toMatchObject([{ kind: 'DELETED', key: 'a', image: null }]));
  });

  it('says that the connection is lost, comes back by itself and has everyone fetch again', async () => {
    const first = await startServer();
    const { changes, states, seen, onLive } = connect(first.port);
    await vi.waitFor(() => expect(first.subscribers()).toBe(1));
    first.breakConnections();
    await vi.waitFor(() => expect(states).toEqual(['live', 'lost', 'live']));
    expect(changes.connection).toBe('live');
    expect(onLive).toHaveBeenCalledTimes(2);
    await vi.waitFor(() => expect(first.subscribers()).toBe(1));
    first.send({ kind: 'ALL_DELETED', key: null, image: null });
    await vi.waitFor(() => expect(seen).toHaveLength(1));
  });

  it('survives a server that goes away and comes back on the same port', async () => {
    const first = await startServer();
    const { states } = connect(first.port);
    await vi.waitFor(() => expect(states).toEqual(['live']));
    await first.stop();
    await vi.waitFor(() => expect(states).toEqual(['live', 'lost']));
    await startServer(first.port);
    await vi.waitFor(() => expect(states).toEqual(['live', 'lost', 'live']));
  });

  it('opens the subscription anew when the server ends it', async () => {
    const server = await startServer();
    const { changes, onLive } = connect(server.port);
    await vi.waitFor(() => expect(server.subscribers()).toBe(1));
    server.endSubscriptions();
    await vi.waitFor(() => expect(onLive).toHaveBeenCalledTimes(2));
    expect(changes.connection).toBe('live');
  });

  it('is quiet once stopped', async () => {
    const server = await startServer();
    const { stop, seen, onLive } = connect(server.port);
    await vi.waitFor(() => expect(server.subscribers()).toBe(1));
    stop();
    await vi.waitFor(() => expect(server.subscribers()).toBe(0));
    expect(seen).toEqual([]);
    expect(onLive).toHaveBeenCalledTimes(1);
  });
});

function connect(port: number): {
  changes: ImageChanges;
  states: Connection[];
  seen: FullImageChange[];
  onLive: ReturnType<typeof vi.fn<() => void>>;
  stop: () => void;
} {
  const socket = createSocket(`ws://127.0.0.1:${port}`, { webSocketImpl: WebSocket });
  const client = createGraphqlClient(socket, { expire: () => {}, whenIn: () => Promise.resolve() });
  const changes = new ImageChanges({
    subscribe: subscribeToChanges(client, socket),
    pause: () => new Promise((resolve) => setTimeout(resolve, 5)),
  });
  const seen: FullImageChange[] = [];
  const onLive = vi.fn<() => void>();
  changes.onChange((change) => seen.push(change));
  changes.onLive(onLive);
  const states: Connection[] = [];
  const stopWatching = watch(
    () => changes.connection,
    (state) => states.push(state),
    { flush: 'sync' },
  );
  const stop = changes.start();
  cleanUps.push(stopWatching, stop);
  return { changes, states, seen, onLive, stop };
}

interface TestServer {
  readonly port: number;
  subscribers(): number;
  send(change: FullImageChange): void;
  endSubscriptions(): void;
  breakConnections(): void;
  stop(): Promise<void>;
}

/** A graphql-ws server with nothing but the subscription. */
async function startServer(port = 0): Promise<TestServer> {
  const schema = buildSchema(`
    type Query { nothing: Int }
    type Image { key: String }
    type ImageChange { kind: String! key: String image: Image }
    type Subscription { imageChanged: ImageChange! }
  `);
  const streams = new Set<ChangeStream>();
  const sockets = new WebSocketServer({ port, host: '127.0.0.1' });
  await once(sockets, 'listening');
  const server = useServer(
    {
      schema,
      // The page asks for fields that this small schema doesn't have.
      validate: () => [],
      roots: { subscription: { imageChanged: () => new ChangeStream(streams) } },
    },
    sockets,
  );
  let stopped: Promise<void> | undefined;
  const stop = (): Promise<void> => (stopped ??= Promise.resolve(server.dispose()));
  cleanUps.push(stop);
  return {
    port: (sockets.address() as AddressInfo).port,
    subscribers: () => streams.size,
    send: (change) => streams.forEach((stream) => stream.push(change)),
    endSubscriptions: () => streams.forEach((stream) => stream.end()),
    breakConnections: () => sockets.clients.forEach((socket) => socket.terminate()),
    stop,
  };
}

/** One subscription's events at the server. */
class ChangeStream implements AsyncIterableIterator<{ imageChanged: FullImageChange }> {
  readonly #queue: FullImageChange[] = [];
  readonly #streams: Set<ChangeStream>;
  #wake = (): void => {};
  #isEnded = false;

  constructor(streams: Set<ChangeStream>) {
    this.#streams = streams;
    streams.add(this);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  push(change: FullImageChange): void {
    this.#queue.push(change);
    this.#wake();
  }

  end(): void {
    this.#isEnded = true;
    this.#streams.delete(this);
    this.#wake();
  }

  async next(): Promise<IteratorResult<{ imageChanged: FullImageChange }>> {
    while (this.#queue.length === 0 && !this.#isEnded) await new Promise<void>((wake) => (this.#wake = wake));
    const change = this.#queue.shift();
    return change ? { value: { imageChanged: change }, done: false } : { value: undefined, done: true };
  }

  return(): Promise<IteratorResult<{ imageChanged: FullImageChange }>> {
    this.end();
    return Promise.resolve({ value: undefined, done: true });
  }
}
