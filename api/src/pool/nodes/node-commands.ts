import {
  contentTypeCode,
  contentTypeOfCode,
  ENTRY_HEADER_BYTES,
  encodeEntryHeader,
  type EntryHeader,
} from './entry.ts';
import { askForLines, NodeRefusal } from './line-reply.ts';
import type { NodeConnection } from './node-connection.ts';
import type { CacheConfig } from '../state/pool-state.ts';

/** What can be known of an entry without its bytes. */
export interface EntryFacts {
  readonly contentType: string;
  readonly sizeBytes: number;
}

/** What a node counts. All but the first four only grow; one that falls means that the node was restarted. */
export interface NodeCounters {
  readonly items: number;
  readonly bytes: number;
  readonly capacityBytes: number;
  readonly connections: number;
  readonly hits: number;
  readonly misses: number;
  readonly sets: number;
  readonly evictions: number;
  /** What it has received and sent, in bytes. */
  readonly bytesIn: number;
  readonly bytesOut: number;
}

/** Asks for an entry without its bytes and without taking the lease. */
export async function probeEntry(connection: NodeConnection, name: string): Promise<EntryFacts | undefined> {
  const [reply] = await askForLines(connection, `mg ${name} s f\r\n`);
  const [, entryBytes, flags] = /^HD s(\d+) f(\d+)/.exec(reply!) ?? [];
  const contentType = contentTypeOfCode(Number(flags));
  const sizeBytes = Number(entryBytes) - ENTRY_HEADER_BYTES;
  return contentType !== undefined && sizeBytes > 0 ? { contentType, sizeBytes } : undefined;
}

/** A lease that is out shows as an item without a value: the item's own head, about 60 bytes, beside its name. */
const MOST_OF_A_LEASE = 60 + ENTRY_HEADER_BYTES / 2;

/**
 * Which of these entries the node has. It is not asked by `mg`: looking must neither count as reads nor keep entries from being
 * thrown out (protocol.txt, "Meta Debug").
 */
export async function listHeld(connection: NodeConnection, names: readonly string[]): Promise<string[]> {
  const commands = names.map((name) => `me ${name}\r\n`).join('');
  let due = names.length;
  const replies = await askForLines(connection, commands, { isLast: () => --due === 0 });
  return names.filter((name, place) => {
    const size = /^ME .* size=(\d+)/.exec(replies[place]!)?.[1];
    return size !== undefined && Number(size) - name.length > MOST_OF_A_LEASE;
  });
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

/**
 * Sets capacity and eviction policy. What a node does not know how to change it keeps: a plain memcached its policy, one of a
 * hosted cluster maybe its capacity.
 * @throws when the node refuses, or breaks off
 */
export async function configureNode(
  connection: NodeConnection,
  { capacityMiB, evictionPolicy }: Pick<CacheConfig, 'capacityMiB' | 'evictionPolicy'>,
): Promise<void> {
  const reply = await askIfKnown(connection, `cache_memlimit ${capacityMiB}\r\n`);
  if (reply !== undefined && reply !== 'OK') {
    throw new Error(`The node can't be given a capacity of ${capacityMiB} MiB: it answers "${reply}".`);
  }
  await askIfKnown(connection, `policy ${evictionPolicy}\r\n`);
}

/** The name of its eviction policy. Undefined for a plain memcached. */
export async function readPolicy(connection: NodeConnection): Promise<string | undefined> {
  const reply = await askIfKnown(connection, 'policy\r\n');
  return reply?.slice('POLICY '.length);
}

/** The reply, or undefined from a node that does not know the command. */
async function askIfKnown(connection: NodeConnection, command: string): Promise<string | undefined> {
  try {
    const [reply] = await askForLines(connection, command);
    return reply;
  } catch (error) {
    if (error instanceof NodeRefusal && error.reply === 'ERROR') return undefined;
    throw error;
  }
}

export async function readCounters(connection: NodeConnection): Promise<NodeCounters> {
  const lines = await askForLines(connection, 'stats\r\n', { isLast: (line) => line === 'END' });
  const stats = new Map(lines.map((line) => line.split(' ').slice(1, 3) as [string, string]));
  const count = (name: string) => Number(stats.get(name) ?? 0);
  return {
    items: count('curr_items'),
    bytes: count('bytes'),
    capacityBytes: count('limit_maxbytes'),
    connections: count('curr_connections'),
    hits: count('get_hits'),
    misses: count('get_misses'),
    sets: count('cmd_set'),
    evictions: count('evictions'),
    bytesIn: count('bytes_read'),
    bytesOut: count('bytes_written'),
  };
}
