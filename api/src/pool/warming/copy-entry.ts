import type { CopyConnection, NodeValue } from './copy-connection.ts';

/** Where an entry is copied from. */
export interface CopySource {
  readonly reading: CopyConnection;
  /**
   * Whether the node is known to have heard of all deletions, and this entry was not just deleted: asked after the lease was won, so
   * that no deletion can slip in between.
   */
  mayBeRead(name: string): boolean;
}

/** How long a reader who wants the entry waits for us at most, should we disappear. */
const LEASE_SECONDS = 10;

/**
 * Copies an entry as fills do: lease at the target, then the bytes, then the store by the lease, which a deletion in between has voided.
 * Neither node takes it for a use (`u`): order, and with our nodes the counters of hits and misses, stay as they are.
 * @returns whether it was copied; if not, the target has it, or somebody else is at it, or the source no longer has it
 * @throws what broke one of the connections
 */
export async function copyEntry(name: string, source: CopySource, target: CopyConnection): Promise<boolean> {
  const cas = await takeLease(target, name);
  if (cas === undefined) return false;
  const value = await readFrom(source, name).catch(async (error: unknown) => {
    await release(target, name, cas).catch(() => {}); // It runs out.
    throw error;
  });
  if (value === undefined || value.bytes.length === 0) {
    await release(target, name, cas);
    return false;
  }
  const flags = flagOf(value.flags, 'f') ?? '0';
  const command = `ms ${name} ${value.bytes.length} C${cas} F${flags}\r\n`;
  const reply = await target.store(command, value.bytes);
  return reply.startsWith('HD');
}

async function takeLease(target: CopyConnection, name: string): Promise<string | undefined> {
  const reply = await target.ask(`mg ${name} u c N${LEASE_SECONDS}\r\n`);
  return reply.startsWith('HD') && reply.split(' ').includes('W') ? flagOf(reply, 'c') : undefined;
}

async function readFrom(source: CopySource, name: string): Promise<NodeValue | undefined> {
  return source.mayBeRead(name) ? await source.reading.askForValue(`mg ${name} v f u\r\n`) : undefined;
}

async function release(target: CopyConnection, name: string, cas: string): Promise<void> {
  await target.ask(`md ${name} C${cas}\r\n`);
}

function flagOf(flags: string, letter: string): string | undefined {
  return flags
    .split(' ')
    .find((word) => word.startsWith(letter))
    ?.slice(1);
}
