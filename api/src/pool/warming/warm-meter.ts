import type { WarmProgress } from './warming.ts';

interface Amount {
  readonly entries: number;
  readonly bytes: number;
}

const NOTHING: Amount = { entries: 0, bytes: 0 };

/** How far a pass has come. What turns out not to need copying leaves the total, so that in the end all of it is copied. */
export class WarmMeter {
  #planned: Amount = NOTHING;
  #skipped: Amount = NOTHING;
  #copied: Amount = NOTHING;

  plan(amount: Amount): void {
    this.#planned = amount;
  }

  copied(bytes: number): void {
    this.#copied = plusEntry(this.#copied, bytes);
  }

  skipped(bytes: number): void {
    this.#skipped = plusEntry(this.#skipped, bytes);
  }

  /** Nothing more will come: what was planned and is not there any more leaves the total too. */
  finish(): void {
    this.#planned = NOTHING;
  }

  get progress(): WarmProgress {
    const { entries, bytes } = this.#copied;
    return {
      entriesTotal: Math.max(entries, this.#planned.entries - this.#skipped.entries),
      bytesTotal: Math.max(bytes, this.#planned.bytes - this.#skipped.bytes),
      entriesCopied: entries,
      bytesCopied: bytes,
    };
  }
}

function plusEntry({ entries, bytes }: Amount, entryBytes: number): Amount {
  return { entries: entries + 1, bytes: bytes + entryBytes };
}
