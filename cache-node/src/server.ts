import { chmodSync, rmSync, statSync } from 'node:fs';
import { createServer, type AddressInfo, type Server as NetServer, type Socket } from 'node:net';
import type { Server as TlsServer } from 'node:tls';
import type { CacheNode, ConnectionCount, ConnectionFacts } from './cache-node.ts';
import type { Config } from './config.ts';
import { adopt, useAsItIs } from './connection.ts';
import { LARGEST_COPY_BYTES, Outbox } from './outbox.ts';
import { Scratch } from './scratch.ts';
import { Session } from './session.ts';
import { createTlsListener, renewCertificates } from './tls-listener.ts';

const IDLE_CHECK_MS = 1000;
/** How long clients that are being served may take to finish when the node drains. */
const LONGEST_DRAIN_MS = 10_000;
const TOO_MANY = 'ERROR Too many open connections\r\n';

interface Connection {
  readonly id: number;
  readonly socket: Socket;
  readonly session: Session;
}

/** Accepts clients and gives each a session; watches over how many there are and for how long they are silent. */
export class Server implements ConnectionCount {
  readonly #config: Config;
  readonly #listeners: NetServer[] = [];
  readonly #tlsListeners: TlsServer[] = [];
  readonly #connections = new Set<Connection>();
  readonly #scratch = new Scratch();
  #node: CacheNode | undefined;
  #idleTimer: NodeJS.Timeout | undefined;
  #lastId = 0;
  isAccepting = false;
  certificateReadAt = 0;
  /** Told after a client has come or gone. */
  onCountChange: () => void = () => {};

  constructor(config: Config) {
    this.#config = config;
  }

  get count(): number {
    return this.#connections.size;
  }

  describe(): ConnectionFacts[] {
    const now = this.#node?.clock.seconds() ?? 0;
    const listening = this.#listeners.map((listener, index) => ({
      id: index + 1,
      address: addressOf(listener),
      listenAddress: undefined,
      state: 'conn_listening',
      idleSeconds: 0,
    }));
    const { socketPath } = this.#config;
    const open = [...this.#connections].map(({ id, socket, session }) => {
      const local =
        socketPath === undefined
          ? `tcp:${host(socket.localAddress, socket.localPort)}`
          : `unix:${socketPath}`;
      return {
        id: id + listening.length,
        address: socketPath === undefined ? `tcp:${host(socket.remoteAddress, socket.remotePort)}` : local,
        listenAddress: local,
        state: session.state,
        idleSeconds: now - session.activeAt,
      };
    });
    return [...listening, ...open];
  }

  /** Listens everywhere the configuration says. Returns the addresses. @throws if one is taken. */
  async start(node: CacheNode): Promise<string[]> {
    this.#node = node;
    const { socketPath, interfaces, port, idleTimeoutSeconds } = this.#config;
    if (socketPath !== undefined) {
      removeLeftover(socketPath);
      await this.#listen(this.#createListener(node, false), { path: socketPath });
      chmodSync(socketPath, this.#config.socketMode);
    } else {
      for (const address of interfaces) {
        const wanted = address.port ?? port;
        if (wanted === 0) continue;
        const listener = this.#createListener(node, address.isPlain);
        await this.#listen(listener, { host: address.host, port: Math.max(wanted, 0) });
      }
    }
    this.certificateReadAt = node.clock.seconds();
    this.isAccepting = true;
    if (idleTimeoutSeconds > 0) {
      this.#idleTimer = setInterval(() => this.#disconnectIdle(), IDLE_CHECK_MS);
    }
    return this.#listeners.map(addressOf);
  }

  renewCertificates(): void {
    if (this.#config.tls) renewCertificates(this.#tlsListeners, this.#config.tls);
    this.certificateReadAt = this.#node?.clock.seconds() ?? 0;
  }

  /** Accepts nobody else, lets those finish who are being served, and disconnects all. */
  async drain(): Promise<void> {
    this.isAccepting = false;
    clearInterval(this.#idleTimer);
    // Its callback would wait for sockets that were taken over, which it never hears of again.
    for (const listener of this.#listeners) listener.close();
    const deadline = Date.now() + LONGEST_DRAIN_MS;
    while (this.#connections.size > 0 && Date.now() < deadline) {
      for (const { session } of this.#connections) if (!session.isBusy) session.close();
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    for (const { socket } of this.#connections) socket.destroy();
  }

  async #listen(
    listener: NetServer,
    where: { path: string } | { host: string; port: number },
  ): Promise<void> {
    this.#listeners.push(listener);
    await new Promise<void>((resolve, reject) => {
      listener.once('error', reject);
      listener.listen({ ...where, backlog: this.#config.backlog }, () => {
        listener.off('error', reject);
        resolve();
      });
    });
    // A client that leaves while it is accepted, or no file descriptors: the next may do better.
    listener.on('error', () => {});
  }

  #createListener(node: CacheNode, isPlain: boolean): NetServer {
    const options = { noDelay: true, allowHalfOpen: true, highWaterMark: LARGEST_COPY_BYTES };
    const { tls, maxConnections } = this.#config;
    if (!tls || isPlain)
      return createServer({ ...options, pauseOnConnect: true }, (socket) => this.#accept(socket, true));
    const listener = createTlsListener(tls, options, node.counters, (socket) => this.#accept(socket, false));
    // Those that have not said who they are yet are no connections, but they may not be without number.
    listener.maxConnections = 2 * maxConnections;
    this.#tlsListeners.push(listener);
    return listener;
  }

  #accept(accepted: Socket, isPlain: boolean): void {
    const node = this.#node;
    if (!node) return;
    if (this.#connections.size >= this.#config.maxConnections) {
      node.counters.rejected_connections++;
      accepted.on('error', () => {});
      accepted.end(TOO_MANY, () => accepted.destroy());
      return;
    }
    node.counters.total_connections++;
    const { socket, sender, listen } = isPlain ? adopt(accepted) : useAsItIs(accepted);
    const outbox = new Outbox(sender, this.#scratch, node.cache.arena, node.counters);
    const session = new Session(node, socket, outbox);
    const connection = { id: ++this.#lastId, socket, session };
    this.#connections.add(connection);
    this.onCountChange();
    socket.once('close', () => {
      this.#connections.delete(connection);
      session.dispose();
      this.onCountChange();
    });
    listen(session);
  }

  #disconnectIdle(): void {
    const node = this.#node;
    if (!node) return;
    const oldest = node.clock.seconds() - this.#config.idleTimeoutSeconds;
    for (const { session } of this.#connections) {
      if (session.activeAt >= oldest) continue;
      node.counters.idle_kicks++;
      session.closeAtOnce();
    }
  }
}

function addressOf(listener: NetServer): string {
  const address: string | AddressInfo | null = listener.address();
  if (address === null) return 'closed';
  return typeof address === 'string' ? `unix:${address}` : `tcp:${host(address.address, address.port)}`;
}

function host(address: string | undefined, port: number | undefined): string {
  return address?.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}

/** A node that was killed leaves its socket behind; anything else in that place is not ours to remove. */
function removeLeftover(path: string): void {
  if (statSync(path, { throwIfNoEntry: false })?.isSocket()) rmSync(path);
}
