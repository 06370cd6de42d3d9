import {
  contentTypeCode,
  contentTypeOfCode,
  ENTRY_HEADER_BYTES,
  encodeEntryHeader,
  type EntryHeader,
} from './entry.ts';
import { askForLines } from './line-reply.ts';
import type { NodeConnection } from './node-connection.ts';

/** What can be known of an entry without its bytes. */
export interface EntryFacts {
  readonly contentType: string;
  readonly sizeBytes: number;
}

/** What a node counts. All but the first three only grow; one that falls means that the node was restarted. */
export interface NodeCounters {
  readonly items: number;
  readonly bytes: number;
  readonly capacityBytes: number;
  readonly hits: number;
  readonly misses: number;
}

/** Asks for an entry without its bytes and without taking the lease. */
export async function probeEntry(connection: NodeConnection, name: string): Promise<EntryFacts | undefined> {
  const [reply] = await askForLines(connection, `mg ${name} s f\r\n`);
  const [, entryBytes, flags] = /^HD s(\d+) f(\d+)/.exec(reply!) ?? [];
  const contentType = contentTypeOfCode(Number(flags));
  const sizeBytes = Number(entryBytes) - ENTRY_HEADER_BYTES;
  return contentType !== undefined && sizeBytes > 0 ? { contentType, sizeBytes } : undefined;
}

/**
 * Stores an entry by the lease that a read has won. False if the lease is no longer good: somebody has deleted the entry, and
 * these bytes must not come back.
 */
export async function fillEntry(
  connection: NodeConnection,
  name: string,
  { cas, header, payload }: { cas: string; header: EntryHeader; payload: Buffer },
): Promise<boolean> {
  const sizeBytes = ENTRY_HEADER_BYTES + payload.length;
  const command = `ms ${name} ${sizeBytes} C${cas} F${contentTypeCode(header.contentType)}\r\n`;
  const [reply] = await askForLines(connection, command, { value: [encodeEntryHeader(header), payload] });
  return reply!.startsWith('HD');
}

/** Gives a lease back unused, so that the next reader need not wait for it to run out. */
export async function releaseLease(connection: NodeConnection, name: string, cas: string): Promise<void> {
  await askForLines(connection, `md ${name} C${cas}\r\n`);
}

/** Resolves when the node no longer holds the entries. */
export async function deleteEntries(connection: NodeConnection, names: readonly string[]): Promise<void> {
  if (names.length === 0) return;
  const commands = names.map((name) => `md ${name} q\r\n`).join('');
  await askForLines(connection, `${commands}mn\r\n`, { isLast: (line) => line === 'MN' });
}

export async function flushEntries(connection: NodeConnection): Promise<void> {
  await askForLines(connection, 'flush_all\r\n');
}

export async function readCounters(connection: NodeConnection): Promise<NodeCounters> {
  const lines = await askForLines(connection, 'stats\r\n', { isLast: (line) => line === 'END' });
  const stats = new Map(lines.map((line) => line.split(' ').slice(1, 3) as [string, string]));
  const count = (name: string) => Number(stats.get(name) ?? 0);
  return {
    items: count('curr_items'),
    bytes: count('bytes'),
    capacityBytes: count('limit_maxbytes'),
    hits: count('get_hits'),
    misses: count('get_misses'),
  };
}
