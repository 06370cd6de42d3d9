import { createHash } from 'node:crypto';

/** What a reader without a version may find under a key: the digest of the bytes, or nothing. */
export type Content = string | 'absent';

interface Write {
  readonly content: Content;
  /** The version that the upload was given, once it is known. */
  version?: string;
  readonly startedAt: number;
  /** Infinity while no acknowledgement has come; for ever, if it never came. */
  acknowledgedAt: number;
}

/**
 * What was done to one key by its one writer, and what readers may see of it: never less than was acknowledged before they began,
 * never what had not been asked for when they ended. Times are in milliseconds of one monotonic clock.
 */
export class KeyHistory {
  readonly #writes: Write[] = [
    { content: 'absent', startedAt: -Infinity, acknowledgedAt: -Infinity } as Write,
  ];

  /** Returns how to acknowledge the write; one that fails may still have been done. */
  begin(content: Content, now: number): (now: number, version?: string) => void {
    const write: Write = { content, startedAt: now, acknowledgedAt: Infinity };
    this.#writes.push(write);
    return (at, version) => {
      write.acknowledgedAt = at;
      if (version !== undefined) write.version = version;
    };
  }

  /** The fault of a read that began and ended then, undefined when there is none. */
  faultOf(seen: Content, beganAt: number, endedAt: number): string | undefined {
    const last = this.#writes.findLastIndex(({ acknowledgedAt }) => acknowledgedAt < beganAt);
    const allowed = this.#writes.slice(last).filter(({ startedAt }) => startedAt < endedAt);
    if (allowed.some(({ content }) => content === seen)) return undefined;
    const stale = this.#writes.slice(0, last).some(({ content }) => content === seen);
    return stale ? 'older than what was acknowledged' : 'never written';
  }

  /** The fault of a read of one version. Its bytes never change, and end with the acknowledged deletion of the key. */
  faultOfVersion(version: string, seen: Content, beganAt: number): string | undefined {
    const index = this.#writes.findIndex((write) => write.version === version);
    if (index < 0) return `the version ${version} was never acknowledged`;
    const deleted = this.#writes
      .slice(index + 1)
      .some(({ content, acknowledgedAt }) => content === 'absent' && acknowledgedAt < beganAt);
    if (seen === 'absent') {
      const mayBeGone = this.#writes.slice(index + 1).some(({ content }) => content === 'absent');
      return mayBeGone ? undefined : 'a version was lost';
    }
    if (deleted) return 'bytes after an acknowledged deletion';
    return seen === this.#writes[index]!.content ? undefined : 'the bytes of another version';
  }

  /** A version that readers may ask for, with one chance in so many of an old one. */
  versionToRead(random: () => number): string | undefined {
    const known = this.#writes.filter(({ version }) => version !== undefined);
    if (known.length === 0) return undefined;
    const from = random() < 0.3 ? 0 : known.length - 1;
    return known[from + Math.floor(random() * (known.length - from))]!.version;
  }

  /** What must be there when nothing is under way any more; undefined when the last write's outcome is not known. */
  get final(): Content | undefined {
    const last = this.#writes.at(-1)!;
    return last.acknowledgedAt === Infinity ? undefined : last.content;
  }
}

export function contentOf(bytes: Uint8Array): Content {
  return createHash('sha256').update(bytes).digest('hex');
}
