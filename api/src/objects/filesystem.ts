import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { access, copyFile, mkdir, open, opendir, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { codeOf, diskFault } from './disk-fault.ts';
import { makeDurableFolder, sync } from './durable-folder.ts';
import { type FileName, fileNameOf, parseFileName } from './file-name.ts';
import type { ObjectBody, ObjectName, ObjectStore, StagedFile } from './object-store.ts';

const READ_CHUNK_BYTES = 256 * 1024;

/**
 * Opens a store that keeps objects as plain picture files in a folder, spread over two levels of folders by the first digits of
 * the key's hash: `ab/cd/abcd….VERSION.SHA256.jpg`. Nothing in a path comes from a user.
 * @throws ShoalError UNAVAILABLE
 */
export async function openFilesystemStore({ folder }: { folder: string }): Promise<ObjectStore> {
  const store = new FilesystemStore(folder);
  await store.open();
  return store;
}

class FilesystemStore implements ObjectStore {
  readonly #folder: string;
  /** Where files are copied to that can't be renamed, since they come from another disk. */
  readonly #incoming: string;
  /** Folders that will be there after a power cut, or are being made so. At most 65,536. */
  readonly #durableFolders = new Map<string, Promise<void>>();

  constructor(folder: string) {
    this.#folder = folder;
    this.#incoming = join(folder, '.incoming');
  }

  async open(): Promise<void> {
    await translatingErrors(async () => {
      await makeDurableFolder(this.#folder);
      await rm(this.#incoming, { recursive: true, force: true });
    });
  }

  async put(name: ObjectName, file: StagedFile): Promise<void> {
    const path = join(this.#folderOf(name.keyHash), fileNameOf(name, file));
    await translatingErrors(async () => {
      await sync(file.path);
      await this.#ensureFolder(dirname(path));
      try {
        await this.#moveIn(file.path, path);
        await sync(dirname(path));
      } catch (error) {
        this.#durableFolders.delete(dirname(path));
        await rm(path, { force: true });
        throw error;
      }
    });
  }

  async get(name: ObjectName): Promise<ObjectBody | undefined> {
    return await translatingErrors(async () => {
      const fileName = await this.#findFile(name);
      if (fileName === undefined) return undefined;
      const file = await open(join(this.#folderOf(name.keyHash), fileName.text), 'r').catch(
        undefinedIfAbsent,
      );
      if (file === undefined) return undefined;
      const { size } = await file.stat();
      return {
        sizeBytes: size,
        contentType: fileName.contentType,
        sha256: fileName.sha256,
        stream: file.createReadStream({ highWaterMark: READ_CHUNK_BYTES }),
      };
    });
  }

  async versions(keyHash: string): Promise<string[]> {
    return await translatingErrors(async () => {
      const fileNames = await this.#filesOf(keyHash);
      return fileNames.map(({ version }) => version);
    });
  }

  /** Without fsync: what a power cut brings back has no row, and is swept. */
  async delete(names: readonly ObjectName[]): Promise<void> {
    await translatingErrors(async () => {
      for (const name of names) {
        const fileName = await this.#findFile(name);
        if (fileName !== undefined)
          await rm(join(this.#folderOf(name.keyHash), fileName.text), { force: true });
      }
    });
  }

  async *list(): AsyncIterable<ObjectName & { storedAt: Date }> {
    try {
      for await (const { path, fileName } of filesBelow(this.#folder, 2)) {
        const found = await stat(path).catch(undefinedIfAbsent);
        if (found === undefined) continue;
        yield { keyHash: fileName.keyHash, version: fileName.version, storedAt: found.mtime };
      }
    } catch (error) {
      throw diskFault(error);
    }
  }

  async check(): Promise<void> {
    await translatingErrors(() => access(this.#folder, constants.R_OK | constants.W_OK | constants.X_OK));
  }

  #folderOf(keyHash: string): string {
    return join(this.#folder, keyHash.slice(0, 2), keyHash.slice(2, 4));
  }

  async #findFile(name: ObjectName): Promise<FileName | undefined> {
    const fileNames = await this.#filesOf(name.keyHash);
    return fileNames.find(({ version }) => version === name.version);
  }

  async #filesOf(keyHash: string): Promise<FileName[]> {
    const names = await readdir(this.#folderOf(keyHash)).catch(undefinedIfAbsent);
    if (names === undefined) await this.#assertThere();
    return (names ?? []).map(parseFileName).filter((fileName) => fileName?.keyHash === keyHash) as FileName[];
  }

  /** A disk that is away must not look like a store without the object, nor be stood in for by a new folder. */
  async #assertThere(): Promise<void> {
    await access(this.#folder);
  }

  async #ensureFolder(folder: string): Promise<void> {
    await this.#assertThere();
    let made = this.#durableFolders.get(folder);
    if (made === undefined) {
      made = makeDurableFolder(folder, this.#folder);
      this.#durableFolders.set(folder, made);
      made.catch(() => this.#durableFolders.delete(folder));
    }
    await made;
  }

  async #moveIn(from: string, to: string): Promise<void> {
    try {
      await rename(from, to);
    } catch (error) {
      if (codeOf(error) !== 'EXDEV') throw error;
      const copy = join(this.#incoming, randomUUID());
      try {
        await mkdir(this.#incoming, { recursive: true });
        await copyFile(from, copy);
        await sync(copy);
        await rename(copy, to);
      } finally {
        await rm(copy, { force: true });
      }
      await rm(from, { force: true });
    }
  }
}

async function* filesBelow(
  folder: string,
  levels: number,
): AsyncGenerator<{ path: string; fileName: FileName }> {
  for await (const entry of await opendir(folder)) {
    const path = join(folder, entry.name);
    if (levels > 0) {
      if (entry.isDirectory() && /^[0-9a-f]{2}$/.test(entry.name)) yield* filesBelow(path, levels - 1);
      continue;
    }
    const fileName = parseFileName(entry.name);
    if (fileName !== undefined) yield { path, fileName };
  }
}

function undefinedIfAbsent(error: unknown): undefined {
  if (codeOf(error) !== 'ENOENT') throw error;
}

async function translatingErrors<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw diskFault(error);
  }
}
