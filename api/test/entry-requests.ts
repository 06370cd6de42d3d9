import { createHash } from 'node:crypto';
import { expect } from 'vitest';
import type { EntryHeader } from '../src/pool/nodes/entry.ts';
import type { Miss } from '../src/pool/nodes/entry-read.ts';
import type { NodeClient } from '../src/pool/nodes/node-client.ts';

export type Outcome =
  | { kind: 'hit'; header: EntryHeader; payload: Buffer }
  | { kind: 'miss'; miss: Miss }
  | { kind: 'broken'; received: number };

export function headerOf(payload: Buffer): EntryHeader {
  return { contentType: 'image/webp', sha256: createHash('sha256').update(payload).digest('hex') };
}

export async function winLease(client: NodeClient, name: string): Promise<string> {
  const outcome = await readEntry(client, name);
  if (outcome.kind !== 'miss' || outcome.miss.lease !== 'won')
    throw new Error('The lease was not to be had.');
  return outcome.miss.cas;
}

/** Undefined when the node was late. */
export async function readHit(client: NodeClient, name: string) {
  const outcome = await readEntry(client, name);
  return outcome.kind === 'hit' ? outcome : undefined;
}

export async function leaseOf(client: NodeClient, name: string): Promise<string> {
  const outcome = await readEntry(client, name);
  return outcome.kind === 'miss' ? outcome.miss.lease : outcome.kind;
}

export async function fillEntry(client: NodeClient, name: string, payload: Buffer): Promise<void> {
  const cas = await winLease(client, name);
  expect(await client.fill(name, { cas, header: headerOf(payload), payload })).toBe(true);
}

export async function readEntry(client: NodeClient, name: string): Promise<Outcome> {
  return await new Promise((resolve) => {
    const pieces: Buffer[] = [];
    let header: EntryHeader;
    client.read(name, {
      hit: (found) => (header = found),
      payload: (bytes) => pieces.push(Buffer.from(bytes)),
      end: () => resolve({ kind: 'hit', header, payload: Buffer.concat(pieces) }),
      miss: (miss) => resolve({ kind: 'miss', miss }),
      broken: () => resolve({ kind: 'broken', received: Buffer.concat(pieces).length }),
    });
  });
}
