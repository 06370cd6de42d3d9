import { STATUS_CODES, type ServerResponse } from 'node:http';
import type { Slab } from '../pool/nodes/slab.ts';

/**
 * Writes the head of a 200 or 206 to a GET, with its Content-Length among the headers, and returns what to send as its first bytes: those
 * of the body or, where that can be, head and body in one piece of memory. `headers` are names and values in turn.
 *
 * Node's `writeHead` checks every name and value anew, and head and body in separate places cost the system more than one. So
 * where it is certain what Node would write, we write it ourselves: in front of the body, where the slab is free. This sets two fields of
 * ServerResponse that are not documented, but which tools for tracing have relied on for as long as there is Node.
 */
export function prependHead(
  res: ServerResponse,
  status: 200 | 206,
  headers: string[],
  body: Buffer,
  slab: Slab | undefined,
): Buffer {
  if (!isPlain(res)) {
    res.writeHead(status, headers);
    return body;
  }
  const head = headText(res, status, headers);
  const fields = res as unknown as HeadFields;
  fields._header = head;
  res.statusCode = status;
  const bodyStart = slab === undefined ? 0 : body.byteOffset - slab.bytes.byteOffset;
  if (slab === undefined || slab.isShared || bodyStart < head.length) return body;
  const headStart = bodyStart - head.length;
  slab.bytes.write(head, headStart, 'latin1');
  fields._headerSent = true;
  return slab.bytes.subarray(headStart, bodyStart + body.length);
}

interface HeadFields {
  _header: string | null;
  _headerSent: boolean;
  _keepAliveTimeout?: number;
}

/** The connection stays open after the response, and its socket is ours: nobody else's response comes before. */
function isPlain(res: ServerResponse): boolean {
  return (
    res.shouldKeepAlive &&
    res.socket !== null &&
    res.req.httpVersionMinor === 1 &&
    (res as unknown as HeadFields)._header === null &&
    !('maxRequestsOnConnectionReached' in res && res.maxRequestsOnConnectionReached === true)
  );
}

function headText(res: ServerResponse, status: number, headers: readonly string[]): string {
  let text = `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n`;
  for (let i = 0; i < headers.length; i += 2) text += `${headers[i]}: ${headers[i + 1]}\r\n`;
  const { _keepAliveTimeout: keepAliveMs } = res as unknown as HeadFields;
  const keepAlive = keepAliveMs ? `Keep-Alive: timeout=${Math.floor(keepAliveMs / 1000)}\r\n` : '';
  return `${text}Date: ${currentDate()}\r\nConnection: keep-alive\r\n${keepAlive}\r\n`;
}

let date = '';
let dateSecond = 0;

function currentDate(): string {
  const second = Math.floor(Date.now() / 1000);
  if (second !== dateSecond) {
    dateSecond = second;
    date = new Date(second * 1000).toUTCString();
  }
  return date;
}
