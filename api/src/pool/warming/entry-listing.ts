import { connect } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { introduction, type NodeSecret } from '../nodes/introduction.ts';
import { parseAddress } from '../nodes/node-address.ts';
import { ReplyError } from '../nodes/reply-parser.ts';
import { SilenceWatch } from '../nodes/silence-watch.ts';

/** An entry as a node lists it. */
export interface ListedEntry {
  readonly name: string;
  /** MD5 of the image key, with which the name begins. */
  readonly keyHash: string;
  /** As the node counts it: name, payload and some 60 bytes. */
  readonly sizeBytes: number;
  /** When it was stored or read last, in seconds since 1970 by the node's clock. */
  readonly usedAt: number;
}

export interface ListingOptions {
  /** The node is given up when it owes entries and sends nothing for this long. */
  readonly silenceMs: number;
  /** What the node wants to be shown first. Undefined where it asks nobody. */
  readonly secret?: NodeSecret | undefined;
  readonly signal: AbortSignal;
}

const COMMAND = 'lru_crawler metadump all\r\n';
/** The reply to our introduction. */
const INTRODUCED = 'STORED';
const BUSY_PAUSE_MS = 100;
const MAX_BUSY_REPLIES = 20;
const MAX_LINE_CHARACTERS = 2048;

/**
 * Lists the entries of a node in batches, from most to least valuable (memcached: in no order), over a connection of its own. While the
 * next batch is not asked for the node is not read from and lists no further, so no more than a few batches are ever in memory. Names that
 * are not ours are left out, and so is what expires: leases. A memcached lists for one client at a time; a second one waits.
 * @throws what broke the connection, or a ReplyError with the node's own words if it can't list
 */
export async function* listEntries(
  address: string,
  { silenceMs, secret, signal }: ListingOptions,
): AsyncGenerator<ListedEntry[]> {
  signal.throwIfAborted();
  const socket = connect({ ...parseAddress(address) });
  const abort = (): void => void socket.destroy(signal.reason as Error);
  signal.addEventListener('abort', abort, { once: true });
  const watch = new SilenceWatch(silenceMs, {
    hasMoved: () => false,
    onSilent: () => socket.destroy(new Error(`The node was silent for ${silenceMs} ms while listing.`)),
  });
  try {
    // A memcached takes this command only when nothing else is under way.
    socket.write(secret === undefined ? COMMAND : introduction(secret()));
    watch.start();
    const lines = new Lines();
    let busyReplies = 0;
    for await (const chunk of socket as AsyncIterable<Buffer>) {
      watch.stop();
      const { entries, end } = parseLines(lines.push(chunk));
      if (entries.length > 0) yield entries;
      if (end === 'END') return;
      if (end === INTRODUCED) {
        socket.write(COMMAND);
      } else if (end !== undefined) {
        if (!end.startsWith('BUSY') || ++busyReplies > MAX_BUSY_REPLIES)
          throw new ReplyError(`The node answers "${end}" when it is to list its entries.`);
        await setTimeout(BUSY_PAUSE_MS, undefined, { signal });
        socket.write(COMMAND);
      }
      watch.start();
    }
    throw new Error('The node closed the connection while listing.');
  } finally {
    watch.stop();
    signal.removeEventListener('abort', abort);
    socket.on('error', () => {}); // Nobody waits for anything any more.
    socket.destroy();
  }
}

const ENTRY_LINE = /^key=([0-9a-f]{32})%3A(\S+) exp=-1 la=(\d+) .*size=(\d+)$/;
/** What stands behind the hash in the names of our entries. Anything else might break the commands that it is put into. */
const OUR_NAME = /^[\w.:-]{1,200}$/;

function parseLines(lines: readonly string[]): { entries: ListedEntry[]; end: string | undefined } {
  const entries: ListedEntry[] = [];
  for (const line of lines) {
    if (!line.startsWith('key=')) return { entries, end: line.trimEnd() };
    const [, keyHash, rest, usedAt, sizeBytes] = ENTRY_LINE.exec(line) ?? [];
    if (keyHash === undefined) continue;
    const after = rest!.replaceAll('%3A', ':');
    if (!OUR_NAME.test(after)) continue;
    entries.push({
      name: `${keyHash}:${after}`,
      keyHash,
      usedAt: Number(usedAt),
      sizeBytes: Number(sizeBytes),
    });
  }
  return { entries, end: undefined };
}

/** Cuts what arrives into lines. */
class Lines {
  #partial = '';

  push(chunk: Buffer): string[] {
    const lines = (this.#partial + chunk.toString('latin1')).split('\n');
    this.#partial = lines.pop()!;
    if (this.#partial.length > MAX_LINE_CHARACTERS) throw new ReplyError('A line of the list does not end.');
    return lines;
  }
}
