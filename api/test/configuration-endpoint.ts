import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import type { NodeAddress } from '../src/pool/nodes/node-address.ts';

/** Answers `config get cluster` as a configuration endpoint of ElastiCache does. */
export class ConfigurationEndpoint {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  /** What it answers; undefined: nothing. */
  reply: string | undefined;
  asked = 0;

  private constructor(server: Server) {
    this.#server = server;
    server.on('connection', (socket) => {
      this.#sockets.add(socket.on('error', () => {}).once('close', () => this.#sockets.delete(socket)));
      let line = '';
      socket.setEncoding('latin1').on('data', (text: string) => {
        line += text;
        if (line !== 'config get cluster\r\n' || this.reply === undefined) return;
        this.asked++;
        // Cut where it can be cut.
        socket.write(this.reply.slice(0, 30));
        setImmediate(() => socket.write(this.reply!.slice(30)));
      });
    });
  }

  static async open(port = 0): Promise<ConfigurationEndpoint> {
    const server = createServer();
    await new Promise<void>((resolve) => void server.listen(port, '127.0.0.1', resolve));
    return new ConfigurationEndpoint(server);
  }

  get address(): Extract<NodeAddress, { port: number }> {
    return { host: '127.0.0.1', port: (this.#server.address() as AddressInfo).port };
  }

  /** Says from now on that these are the nodes. */
  tell(version: number, nodes: readonly string[]): void {
    const text = `${version}\n${nodes.join(' ')}\n`;
    this.reply = `CONFIG cluster 0 ${text.length}\r\n${text}\r\nEND\r\n`;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
