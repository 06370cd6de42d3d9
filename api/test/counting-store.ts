import { createHash, randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { entryName } from '../src/images/entry-name.ts';
import type { ImageName } from '../src/images/image-reading.ts';
import { hashKey } from '../src/images/key.ts';
import type { ObjectBody, ObjectName } from '../src/objects/object-store.ts';

/** An object store in memory that counts, fails and damages as it is told. */
export class CountingStore {
  reads = 0;
  openCount = 0;
  mostOpen = 0;
  isDown = false;
  isSilent = false;
  damage = (bytes: Buffer): Buffer => bytes;
  beforeEnd: () => Promise<void> = async () => {};
  readonly #objects = new Map<string, Buffer>();
  readonly #unanswered: (() => void)[] = [];
  #addedCount = 0;

  add(sizeBytes: number): ImageName {
    const number = this.#addedCount++;
    const image = { keyHash: hashKey(`image ${number}`), version: versionOf(number) };
    this.#objects.set(entryName(image.keyHash, image.version), randomBytes(sizeBytes));
    return image;
  }

  remove({ keyHash, version }: ImageName): void {
    this.#objects.delete(entryName(keyHash, version));
  }

  /** Answers what was asked while it was silent. */
  speak(): void {
    this.isSilent = false;
    for (const answer of this.#unanswered.splice(0)) answer();
  }

  bytesOf({ keyHash, version }: ImageName): Buffer {
    return this.#objects.get(entryName(keyHash, version))!;
  }

  versionOf(wanted: Buffer): string | undefined {
    return [...this.#objects].find(([, bytes]) => bytes.equals(wanted))?.[0].split(':')[1];
  }

  async get({ keyHash, version }: ObjectName): Promise<ObjectBody | undefined> {
    this.reads++;
    if (this.isDown) throw new Error('The object store is down.');
    if (this.isSilent) await new Promise<void>((resolve) => this.#unanswered.push(resolve));
    const bytes = this.#objects.get(entryName(keyHash, version));
    if (bytes === undefined) return undefined;
    return {
      sizeBytes: bytes.length,
      contentType: 'image/jpeg',
      sha256: createHash('sha256').update(bytes).digest('hex'),
      stream: Readable.from(this.#chunks(this.damage(bytes))),
    };
  }

  async *#chunks(bytes: Buffer): AsyncGenerator<Buffer> {
    this.mostOpen = Math.max(this.mostOpen, ++this.openCount);
    try {
      for (let at = 0; at < bytes.length; at += 65_536) {
        if (at + 65_536 >= bytes.length) await this.beforeEnd();
        yield bytes.subarray(at, at + 65_536);
      }
    } finally {
      this.openCount--;
    }
  }
}

export function versionOf(number: number): string {
  return `0190163d-8694-739b-aea5-${String(number).padStart(12, '0')}`;
}
