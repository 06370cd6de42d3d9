import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { connect as connectPlain } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, type ConnectionOptions, type TLSSocket } from 'node:tls';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { RunningNode } from '../src/start-node.ts';
import { startHere } from './start.ts';
import { Wire } from './wire.ts';

const run = promisify(execFile);
const OPENSSL = '/usr/bin/openssl';

/** A folder of keys and certificates: `authority` has signed `server` and `client`; `stranger` has signed itself. */
async function makeCertificates(folder: string): Promise<void> {
  const openssl = async (...words: string[]): Promise<void> =>
    void (await run(OPENSSL, words, { cwd: folder }));
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'];
  const make = async (name: string, ...more: string[]): Promise<void> =>
    openssl(
      'req',
      '-x509',
      ...key,
      '-subj',
      `/CN=${name}`,
      '-keyout',
      `${name}.key`,
      '-out',
      `${name}.pem`,
      ...more,
    );
  const authority = [
    '-CA',
    'authority.pem',
    '-CAkey',
    'authority.key',
    '-addext',
    'subjectAltName=IP:127.0.0.1',
  ];
  await make('authority');
  for (const name of ['server', 'renewed', 'client']) await make(name, ...authority);
  await make('stranger');
}

describe.skipIf(!existsSync(OPENSSL))('TLS', () => {
  let folder: string;
  let running: (RunningNode & { address: string }) | undefined;
  const sockets: TLSSocket[] = [];

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'cache-node-'));
    await makeCertificates(folder);
  });

  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.destroy();
    await running?.drain();
    running = undefined;
  });

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const file = (name: string): string => join(folder, name);
  const read = (name: string): Buffer => readFileSync(file(name));

  async function start(...options: string[]): Promise<RunningNode & { address: string }> {
    const files = [`ssl_chain_cert=${file('server.pem')}`, `ssl_key=${file('server.key')}`];
    running = await startHere('-Z', '-o', [...files, ...options].join(','));
    return running;
  }

  /** Rejects unless the handshake comes to its end and the node answers. */
  async function open(options: ConnectionOptions = {}): Promise<{ socket: TLSSocket; wire: Wire }> {
    const port = Number(running?.address.split(':')[1]);
    const socket = connect({ host: '127.0.0.1', port, ca: read('authority.pem'), ...options });
    sockets.push(socket);
    await new Promise<void>((resolve, reject) => {
      socket.once('secureConnect', resolve);
      socket.once('error', reject);
    });
    const wire = Wire.over(socket);
    const answer = await wire.ask('mn\r\n');
    if (answer !== 'MN\r\n') throw new Error(`Answered ${answer}`);
    return { socket, wire };
  }

  const nameSeen = (socket: TLSSocket): string => String(socket.getPeerCertificate().subject.CN);

  it('carries requests of any size, cut anywhere', async () => {
    const { node } = await start();
    const { wire } = await open();
    const value = 'abcdefgh'.repeat(200_000);
    wire.send('set small 0 0 2\r\n');
    wire.send('hi\r\nset big 0 0 ');
    wire.send(`${value.length}\r\n${value.slice(0, 100_001)}`);
    expect(await wire.ask(`${value.slice(100_001)}\r\n`)).toBe('STORED\r\nSTORED\r\n');
    const big = `VALUE big 0 ${value.length}\r\n${value}\r\n`;
    const reply = `${big}VALUE small 0 2\r\nhi\r\n${big}END\r\n`;
    expect((await wire.ask('get big small big\r\n'.repeat(3))) === reply.repeat(3)).toBe(true);
    expect(await wire.ask('stats settings\r\n')).toMatch(/ssl_enabled yes.*ssl_min_version tlsv1\.2/s);
    expect(node.counters.ssl_handshake_errors).toBe(0);
  });

  it('holds a client up that does not read', async () => {
    const { node } = await start();
    const { socket, wire } = await open();
    const value = 'x'.repeat(1_000_000);
    await wire.ask(`set big 0 0 ${value.length}\r\n${value}\r\n`);
    socket.pause();
    wire.send('get big\r\n'.repeat(100));
    while (node.counters.get_hits === 0) await new Promise((resolve) => setImmediate(resolve));
    const { wire: other } = await open();
    expect(await other.ask('mg big\r\n')).toBe('HD\r\n');
    expect(node.counters.get_hits).toBeLessThan(50);
    socket.resume();
    expect((await wire.ask('')).length).toBe(100 * `VALUE big 0 1000000\r\n${value}\r\nEND\r\n`.length);
  });

  it('shows a certificate that clients can check', async () => {
    await start();
    expect(nameSeen((await open()).socket)).toBe('server');
    await expect(open({ ca: read('stranger.pem') })).rejects.toThrow(/certificate/);
  });

  it('disconnects a client that does not speak it, and goes on', async () => {
    const { address, node } = await start();
    const plain = connectPlain(Number(address.split(':')[1]), '127.0.0.1');
    let received = '';
    plain.on('data', (bytes) => (received += bytes.toString('latin1')));
    plain.on('error', () => {});
    plain.write('version\r\nget a\r\n');
    await new Promise((resolve) => plain.once('close', resolve));
    expect(received).not.toMatch(/VERSION|END/);
    expect(node.counters.ssl_handshake_errors).toBe(1);
    await open();
    expect(node.connections.count).toBe(1);
  });

  it.each([
    { mode: 0, client: undefined, isLetIn: true },
    { mode: 0, client: 'stranger', isLetIn: true },
    { mode: 1, client: undefined, isLetIn: true },
    { mode: 1, client: 'stranger', isLetIn: false },
    { mode: 1, client: 'client', isLetIn: true },
    { mode: 2, client: undefined, isLetIn: false },
    { mode: 2, client: 'stranger', isLetIn: false },
    { mode: 2, client: 'client', isLetIn: true },
  ])(
    'verify mode $mode lets a client with certificate $client in: $isLetIn',
    async ({ mode, client, isLetIn }) => {
      const { node } = await start(`ssl_verify_mode=${mode}`, `ssl_ca_cert=${file('authority.pem')}`);
      const shown = client === undefined ? {} : { cert: read(`${client}.pem`), key: read(`${client}.key`) };
      if (isLetIn) await open(shown);
      else await expect(open(shown)).rejects.toThrow();
      expect(node.counters.ssl_handshake_errors).toBe(isLetIn ? 0 : 1);
    },
  );

  it('renews the certificate for those who come later, and keeps it if the new one is no good', async () => {
    await start();
    const { socket, wire } = await open();
    const swap = (name: string): void => {
      for (const ending of ['pem', 'key']) {
        writeFileSync(file('next'), read(`${name}.${ending}`));
        renameSync(file('next'), file(`server.${ending}`));
      }
    };
    const [pem, key] = [read('server.pem'), read('server.key')];
    swap('renewed');
    expect(nameSeen((await open()).socket)).toBe('server');
    expect(await wire.ask('refresh_certs\r\n')).toBe('OK\r\n');
    expect(nameSeen((await open()).socket)).toBe('renewed');
    expect(nameSeen(socket)).toBe('server');

    writeFileSync(file('server.key'), key);
    expect(await wire.ask('refresh_certs\r\n')).toMatch(/^SERVER_ERROR .+\r\n$/);
    expect(nameSeen((await open()).socket)).toBe('renewed');
    writeFileSync(file('server.pem'), pem);
    expect(await wire.ask('refresh_certs\r\n')).toBe('OK\r\n');
    expect(nameSeen((await open()).socket)).toBe('server');
  });

  it('asks for TLS 1.3 where it was told to', async () => {
    await start('ssl_min_version=3');
    await expect(open({ maxVersion: 'TLSv1.2' })).rejects.toThrow(/version/);
    expect((await open()).socket.getProtocol()).toBe('TLSv1.3');
  });

  it('does not start without a good certificate', async () => {
    await expect(start(`ssl_key=${file('stranger.key')}`)).rejects.toThrow(/key/);
    await expect(start(`ssl_chain_cert=${file('none.pem')}`)).rejects.toThrow(/none\.pem/);
  });

  it('may be left off for some addresses', async () => {
    const files = `ssl_chain_cert=${file('server.pem')},ssl_key=${file('server.key')}`;
    running = await startHere('-Z', '-o', files, '-l', '127.0.0.1,notls:127.0.0.1');
    const plain = await Wire.open(running.addresses[1] ?? '');
    expect(await plain.ask('set a 0 0 1\r\nx\r\n')).toBe('STORED\r\n');
    const { wire } = await open();
    expect(await wire.ask('get a\r\n')).toMatch(/^VALUE a/);
    plain.close();
  });
});
