import { createReadStream, createWriteStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { StringDecoder } from 'node:string_decoder';
import { createGunzip, createGzip } from 'node:zlib';

/** One request of a trace. */
export interface Access {
  key: string;
  sizeBytes: number;
}

/** A trace in pieces of some thousand accesses, so that it may be longer than memory. */
export type Trace = AsyncIterable<Access[]> | Iterable<Access[]>;

/**
 * Reads a trace from a file, or from standard input for `-`; a file whose name ends in `.gz` is unpacked.
 *
 * A line is `key,size` with the size in bytes, or a key alone, which then has size 1. The comma before the size is the last one. Empty
 * lines are skipped, and so is a first line with something else than a number after its comma: a heading. Throws a `TraceError`
 * that names the file, and the line where one is malformed.
 */
export async function* readTrace(path: string): AsyncIterable<Access[]> {
  const parse = lineParser(path);
  const decoder = new StringDecoder('utf8');
  let rest = '';
  for await (const chunk of open(path)) {
    const lines = (rest + decoder.write(chunk)).split('\n');
    rest = lines.pop() ?? '';
    yield parse(lines);
  }
  yield parse([rest + decoder.end()]);
}

/** Writes `key,size` lines to a new file, packed if its name ends in `.gz`; rejects with a `TraceError`. */
export async function writeTrace(path: string, trace: Trace): Promise<void> {
  async function* lines(): AsyncIterable<string> {
    for await (const accesses of trace) {
      yield accesses.map(({ key, sizeBytes }) => `${key},${sizeBytes}\n`).join('');
    }
  }
  const target = createWriteStream(path);
  try {
    if (path.endsWith('.gz')) await pipeline(lines, createGzip(), target);
    else await pipeline(lines, target);
  } catch (cause) {
    throw new TraceError(`cannot write the trace ${path}: ${reasonOf(cause)}`, { cause });
  }
}

/** A trace that cannot be read or written, or a line in it. */
export class TraceError extends Error {
  override name = 'TraceError';
}

async function* open(path: string): AsyncIterable<Buffer> {
  const source: Readable =
    path === '-' ? process.stdin : createReadStream(path, { highWaterMark: chunkBytes });
  try {
    yield* path.endsWith('.gz') ? unpack(source) : source;
  } catch (cause) {
    throw new TraceError(`cannot read the trace ${path}: ${reasonOf(cause)}`, { cause });
  }
}

function unpack(source: Readable): Readable {
  const gunzip = createGunzip({ chunkSize: chunkBytes });
  source.on('error', (error) => gunzip.destroy(error));
  return source.pipe(gunzip);
}

function lineParser(path: string): (lines: string[]) => Access[] {
  let lineNumber = 0;
  return (lines) => {
    const accesses: Access[] = [];
    for (const line of lines) {
      lineNumber++;
      const access = parseLine(line.endsWith('\r') ? line.slice(0, -1) : line);
      if (access === 'malformed') {
        if (lineNumber === 1) continue;
        throw new TraceError(`${path}, line ${lineNumber}: "${line}" is neither "key,size" nor a key alone`);
      }
      if (access !== undefined) accesses.push(access);
    }
    return accesses;
  };
}

function parseLine(line: string): Access | 'malformed' | undefined {
  if (line === '') return undefined;
  const comma = line.lastIndexOf(',');
  if (comma < 0) return { key: line, sizeBytes: 1 };
  const size = line.slice(comma + 1).trim();
  return comma > 0 && /^\d+$/.test(size)
    ? { key: line.slice(0, comma), sizeBytes: Number(size) }
    : 'malformed';
}

function reasonOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}

const chunkBytes = 1 << 20;
