import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { HandleSender } from './handle-sender.ts';
import type { Sender } from './sender.ts';
import { SocketSender } from './socket-sender.ts';

const MIB = 1024 * 1024;
const open: { destroy(): void }[] = [];

afterEach(() => {
  for (const each of open.splice(0)) each.destroy();
});

/** Two ends of a connection: what is sent by the one is read from the other. */
async function connection(): Promise<{ near: Socket; far: Socket }> {
  const server = createServer({ allowHalfOpen: true }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const far = connect((server.address() as AddressInfo).port, '127.0.0.1');
  const [near] = (await once(server, 'connection')) as [Socket];
  near.on('error', () => {});
  far.on('error', () => {});
  server.close();
  open.push(near, far);
  return { near, far };
}

async function digestOf(far: Socket): Promise<string> {
  const hash = createHash('sha256');
  for await (const bytes of far) hash.update(bytes as Buffer);
  return hash.digest('hex');
}

function handleSender(socket: Socket): Sender {
  const sender = HandleSender.over(socket);
  if (!sender) throw new Error('This Node has no handle of the kind that is known');
  return sender;
}

const senders: readonly [string, (socket: Socket) => Sender][] = [
  ['by the socket', (socket) => new SocketSender(socket)],
  ['by the handle', handleSender],
];

describe.each(senders)('sending %s', (_, over) => {
  it('brings all bytes in order, taken at once or not, and then the end', async () => {
    const { near, far } = await connection();
    const sender = over(near);
    const hash = createHash('sha256');
    const made = (bytes: number): Buffer => {
      const piece = randomBytes(bytes);
      hash.update(piece);
      return piece;
    };
    for (let round = 0; round < 4; round++) {
      sender.send(made(1 + round));
      sender.sendAll([made(20), made(5 * MIB), made(0), made(7)]);
      sender.send(made(MIB));
    }
    expect(sender.unsentBytes).toBeGreaterThan(0);
    near.destroySoon();
    expect(await digestOf(far)).toBe(hash.digest('hex'));
  });

  it('tells when nothing is unsent any more', async () => {
    const { near, far } = await connection();
    const sender = over(near);
    sender.send(Buffer.alloc(16 * MIB));
    sender.send(Buffer.alloc(1));
    let isSent = false;
    const sent = new Promise<void>((resolve) => sender.whenSent(resolve)).then(() => (isSent = true));
    await new Promise((resolve) => setImmediate(resolve));
    expect(isSent).toBe(false);
    far.resume();
    await sent;
    expect(sender.unsentBytes).toBe(0);
    sender.send(Buffer.from('more'));
    expect(sender.unsentBytes).toBe(0);
  });

  it('ends with the connection when the client goes', async () => {
    const { near, far } = await connection();
    const sender = over(near);
    sender.send(Buffer.alloc(16 * MIB));
    const closed = new Promise((resolve) => near.once('close', resolve));
    far.destroy();
    await closed;
    sender.send(Buffer.from('too late'));
    sender.sendAll([Buffer.from('too'), Buffer.from('late')]);
    expect(near.destroyed).toBe(true);
  });
});

describe('a handle', () => {
  it('is not there once the socket is destroyed', async () => {
    const { near } = await connection();
    near.destroy();
    expect(HandleSender.over(near)).toBeUndefined();
  });
});
