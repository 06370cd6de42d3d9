import { open, readdir, rm, stat, truncate } from 'node:fs/promises';
import { join } from 'node:path';

/** Which node a file belongs to: told by its name, so that the folder alone tells which nodes were launched in it. */
export interface NodeFiles {
  readonly id: string;
  readonly slot: number;
  readonly socket: string;
  /** What the node writes to its standard error stream. It is there before the node is. */
  readonly log: string;
}

/** The longest name of a socket. */
export const LONGEST_SOCKET_NAME = `node-999.${'x'.repeat(36)}.sock`;

const ID = /^[A-Za-z0-9_-]{1,36}$/;
const FILE_NAME = /^node-(\d{1,3})\.([A-Za-z0-9_-]{1,36})\.(?:sock|log)$/;
const MAX_LOG_BYTES = 65_536;

/** @throws when the id can't be part of a file's name */
export function nodeFiles(folder: string, { id, slot }: { id: string; slot: number }): NodeFiles {
  if (!ID.test(id)) throw new Error(`${JSON.stringify(id)} is no id of a node.`);
  const name = join(folder, `node-${slot}.${id}`);
  return { id, slot, socket: `${name}.sock`, log: `${name}.log` };
}

/** The files of a node by the path of one of them; undefined for any other file. */
export function parseFileName(folder: string, name: string): NodeFiles | undefined {
  const [, slot, id] = FILE_NAME.exec(name) ?? [];
  return slot === undefined || id === undefined ? undefined : nodeFiles(folder, { id, slot: Number(slot) });
}

/** Every node that has a file in the folder. */
export async function listNodeFiles(folder: string): Promise<readonly NodeFiles[]> {
  const found = (await readdir(folder)).flatMap((name) => parseFileName(folder, name) ?? []);
  return [...new Map(found.map((files) => [files.socket, files])).values()];
}

export async function removeNodeFiles({ socket, log }: NodeFiles): Promise<void> {
  await Promise.all([rm(socket, { force: true }), rm(log, { force: true })]);
}

/** When the last of the files was written, in milliseconds since the Unix epoch; 0 if there are none. */
export async function lastWritten({ socket, log }: NodeFiles): Promise<number> {
  const facts = await Promise.all([socket, log].map((path) => stat(path).catch(() => undefined)));
  return Math.max(...facts.map((fact) => fact?.mtimeMs ?? 0));
}

/** Empties a log that has become too large. */
export async function keepLogSmall({ log }: NodeFiles): Promise<void> {
  const facts = await stat(log).catch(() => undefined);
  // The node appends: it goes on at the new end.
  if (facts !== undefined && facts.size > MAX_LOG_BYTES) await truncate(log).catch(() => {});
}

/** The end of a log without the space around it; empty where there is none. */
export async function endOfLog({ log }: NodeFiles, maxBytes: number): Promise<string> {
  const file = await open(log).catch(() => undefined);
  if (file === undefined) return '';
  try {
    const { size } = await file.stat();
    const start = Math.max(0, size - maxBytes);
    const { buffer, bytesRead } = await file.read({ buffer: Buffer.alloc(maxBytes), position: start });
    return buffer.toString('utf8', 0, bytesRead).trim();
  } finally {
    await file.close();
  }
}
