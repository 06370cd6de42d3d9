import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What is done to one request instead of passing it on. */
export type Fault =
  /** Answered with this, as S3 says it. */
  | { readonly kind: 'refuse'; readonly status: number; readonly code: string }
  /** Answered with status 200 and this body. */
  | { readonly kind: 'answer'; readonly body: string }
  /** Passed on with another path and query. */
  | { readonly kind: 'redirect'; readonly path: string }
  /** Passed on, but the connection breaks after so many bytes of the answer's body. */
  | { readonly kind: 'break'; readonly afterBytes: number }
  /** Carried out, but the answer does not come back. */
  | { readonly kind: 'lose answer' }
  /** Never answered. */
  | { readonly kind: 'hang' };

export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
}

/** An HTTP proxy in front of a server, which does to requests what it is told. */
export interface FaultProxy {
  /** http://127.0.0.1:PORT */
  readonly url: string;
  readonly seen: SeenRequest[];
  /** Asked for each request, in order. */
  choose: (request: SeenRequest) => Fault | undefined;
  close(): Promise<void>;
}

export async function startFaultProxy(target: string): Promise<FaultProxy> {
  const server = createServer((incoming, outgoing) => {
    const { method = '', url = '', headers } = incoming;
    const seen = { method, path: url, headers };
    proxy.seen.push(seen);
    const fault = proxy.choose(seen);
    if (fault?.kind === 'hang') incoming.resume();
    else if (fault?.kind === 'refuse') answer(incoming, outgoing, fault.status, refusal(fault.code));
    else if (fault?.kind === 'answer') answer(incoming, outgoing, 200, fault.body);
    else forward(target, incoming, outgoing, fault);
  });
  const proxy: { -readonly [Name in keyof FaultProxy]: FaultProxy[Name] } = {
    url: '',
    seen: [],
    choose: () => undefined,
    close: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
  await once(server.listen(0, '127.0.0.1'), 'listening');
  proxy.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return proxy;
}

function answer(incoming: IncomingMessage, outgoing: ServerResponse, status: number, body: string): void {
  incoming.resume();
  incoming.once('end', () => {
    outgoing.writeHead(status, { 'content-type': 'application/xml' });
    outgoing.end(`<?xml version="1.0"?>${body}`);
  });
}

function refusal(code: string): string {
  return `<Error><Code>${code}</Code><Message>No.</Message></Error>`;
}

function forward(
  target: string,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  fault: (Fault & { kind: 'break' | 'lose answer' | 'redirect' }) | undefined,
): void {
  const { method, headers } = incoming;
  const path = fault?.kind === 'redirect' ? fault.path : (incoming.url ?? '');
  const onward = request(new URL(path, target), { method, headers }, (answer) => {
    if (fault?.kind === 'lose answer') {
      answer.resume();
      answer.once('end', () => outgoing.destroy());
      return;
    }
    outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
    if (fault?.kind !== 'break') answer.pipe(outgoing);
    else breakAfter(answer, outgoing, fault.afterBytes);
  });
  onward.once('error', () => outgoing.destroy());
  outgoing.once('close', () => onward.destroy());
  incoming.pipe(onward);
}

function breakAfter(answer: IncomingMessage, outgoing: ServerResponse, bytes: number): void {
  let left = bytes;
  answer.on('data', (chunk: Buffer) => {
    const passed = chunk.subarray(0, left);
    left -= passed.length;
    if (left > 0) outgoing.write(passed);
    else outgoing.write(passed, () => outgoing.destroy());
  });
}
