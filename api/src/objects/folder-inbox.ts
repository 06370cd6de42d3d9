import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { link, mkdir, open, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { ShoalError } from '../errors.ts';
import { codeOf, diskFault } from './disk-fault.ts';
import type { Staging } from './staging.ts';
import type { OfferedUpload, UploadInbox } from './upload-inbox.ts';

/** An inbox whose bytes come to this process, as S3's come to S3. */
export interface ReceivingInbox extends UploadInbox {
  /**
   * Takes the bytes of an upload that was offered by a URL with this query. The stream is read to its end or destroyed.
   * @throws ShoalError FORBIDDEN for a URL that is none of ours or too old; CONFLICT when the bytes have arrived before;
   * BAD_USER_INPUT or PAYLOAD_TOO_LARGE when they are others than were offered; UNAVAILABLE
   */
  receive(id: string, query: URLSearchParams, stream: Readable): Promise<void>;
}

export interface FolderInboxOptions {
  readonly folder: string;
  readonly staging: Staging;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

const ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const KEY_FILE = 'url.key';

/**
 * Opens a folder as inbox. Its URLs are signed with a key that lies in the folder, so that they hold after a restart.
 * @throws ShoalError UNAVAILABLE
 */
export async function openFolderInbox(options: FolderInboxOptions): Promise<ReceivingInbox> {
  try {
    await mkdir(options.folder, { recursive: true, mode: 0o700 });
    return new FolderInbox(options, await openKey(join(options.folder, KEY_FILE)));
  } catch (error) {
    throw diskFault(error);
  }
}

class FolderInbox implements ReceivingInbox {
  readonly #options: FolderInboxOptions;
  readonly #key: Buffer;

  constructor(options: FolderInboxOptions, key: Buffer) {
    this.#options = options;
    this.#key = key;
  }

  async offer({ id, sizeBytes, contentType, sha256, expiresAt }: OfferedUpload) {
    const query = new URLSearchParams({
      bytes: String(sizeBytes),
      sha256,
      expires: String(expiresAt.getTime()),
    });
    query.set('signature', this.#sign(id, query).toString('hex'));
    return {
      url: `/uploads/${id}?${query.toString()}`,
      method: 'PUT' as const,
      headers: { 'content-type': contentType },
    };
  }

  async receive(id: string, query: URLSearchParams, stream: Readable): Promise<void> {
    const { staging, now } = this.#options;
    stream.on('error', () => undefined);
    try {
      if (!this.#isOurs(id, query)) throw forbidden('is not one that createUpload has given');
      if (Number(query.get('expires')) < now()) throw forbidden('has expired');
      const staged = await staging.stage(stream, { maxBytes: Number(query.get('bytes')) });
      try {
        if (staged.sizeBytes !== Number(query.get('bytes')) || staged.sha256 !== query.get('sha256')) {
          throw new ShoalError(
            'BAD_USER_INPUT',
            'The bytes are not those that createUpload was told of: their number or SHA-256 differs. Send them again.',
          );
        }
        await link(staged.path, this.#pathOf(id));
      } finally {
        await staging.discard(staged);
      }
    } catch (error) {
      if (codeOf(error) === 'EEXIST') {
        throw new ShoalError('CONFLICT', 'These bytes have arrived already. Go on with completeUpload.');
      }
      throw diskFault(error);
    } finally {
      stream.destroy();
    }
  }

  async open(id: string): Promise<Readable | undefined> {
    try {
      return (await open(this.#pathOf(id))).createReadStream();
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return undefined;
      throw diskFault(error);
    }
  }

  async remove(id: string): Promise<void> {
    await rm(this.#pathOf(id), { force: true });
  }

  async sweep(before: Date): Promise<void> {
    try {
      for (const name of await readdir(this.#options.folder)) {
        const found = ID.test(name) ? await stat(this.#pathOf(name)).catch(() => undefined) : undefined;
        if (found !== undefined && found.mtime < before) await this.remove(name);
      }
    } catch (error) {
      throw diskFault(error);
    }
  }

  #isOurs(id: string, query: URLSearchParams): boolean {
    if (!ID.test(id)) return false;
    const shown = Buffer.from(query.get('signature') ?? '', 'hex');
    const right = this.#sign(id, query);
    return shown.length === right.length && timingSafeEqual(shown, right);
  }

  #sign(id: string, query: URLSearchParams): Buffer {
    const signed = ['bytes', 'sha256', 'expires'].map((name) => query.get(name) ?? '');
    return createHmac('sha256', this.#key)
      .update([id, ...signed].join('\n'))
      .digest();
  }

  /** @throws TypeError for an id that could leave the folder */
  #pathOf(id: string): string {
    if (!ID.test(id)) throw new TypeError('No upload has such an id.');
    return join(this.#options.folder, id);
  }
}

async function openKey(path: string): Promise<Buffer> {
  try {
    await writeFile(path, randomBytes(32), { flag: 'wx', mode: 0o600 });
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
  }
  const key = await readFile(path);
  if (key.length === 32) return key;
  // A crash came between the making of the file and its bytes.
  await rm(path, { force: true });
  return await openKey(path);
}

function forbidden(what: string): ShoalError {
  return new ShoalError('FORBIDDEN', `The address of this upload ${what}. Begin again with createUpload.`);
}
