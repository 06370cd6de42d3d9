import type { PolicyEntry } from './policy.ts';

/**
 * A doubly linked list threaded through the entries themselves, most valuable first, that knows its bytes. An entry is in one
 * list at a time and names it in `entry.list`.
 */
export class EntryList<E extends PolicyEntry> {
  #first: E | undefined = undefined;
  #last: E | undefined = undefined;
  #count = 0;
  #sizeBytes = 0;
  readonly #cursors: Cursor<E>[] = [];

  get first(): E | undefined {
    return this.#first;
  }

  get last(): E | undefined {
    return this.#last;
  }

  get count(): number {
    return this.#count;
  }

  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  addFirst(entry: E): void {
    const first = this.#first;
    entry.list = this;
    entry.previous = undefined;
    entry.next = first;
    if (first === undefined) this.#last = entry;
    else first.previous = entry;
    this.#first = entry;
    this.#count++;
    this.#sizeBytes += entry.sizeBytes;
  }

  remove(entry: E): void {
    const { previous, next } = entry;
    if (this.#cursors.length > 0) this.#stepOff(entry);
    if (previous === undefined) this.#first = next;
    else previous.next = next;
    if (next === undefined) this.#last = previous;
    else next.previous = previous;
    entry.list = undefined;
    entry.previous = undefined;
    entry.next = undefined;
    this.#count--;
    this.#sizeBytes -= entry.sizeBytes;
  }

  removeLast(): E | undefined {
    const last = this.#last;
    if (last !== undefined) this.remove(last);
    return last;
  }

  moveToFirst(entry: E): void {
    const { previous, next } = entry;
    const first = this.#first;
    if (previous === undefined || first === undefined) return;
    if (this.#cursors.length > 0) this.#stepOff(entry);
    previous.next = next;
    if (next === undefined) this.#last = previous;
    else next.previous = previous;
    entry.previous = undefined;
    entry.next = first;
    first.previous = entry;
    this.#first = entry;
  }

  resize(entry: E, sizeBytes: number): void {
    this.#sizeBytes += sizeBytes - entry.sizeBytes;
    entry.sizeBytes = sizeBytes;
  }

  /** From first to last, or from `from` on; stays right when the list changes between two steps. */
  *entries(from: E | undefined = this.#first): IterableIterator<E> {
    const cursor: Cursor<E> = { ahead: from };
    this.#cursors.push(cursor);
    try {
      while (cursor.ahead !== undefined) {
        const entry: E = cursor.ahead;
        cursor.ahead = entry.next;
        yield entry;
      }
    } finally {
      this.#cursors.splice(this.#cursors.indexOf(cursor), 1);
    }
  }

  #stepOff(entry: E): void {
    for (const cursor of this.#cursors) {
      if (cursor.ahead === entry) cursor.ahead = entry.next;
    }
  }
}

/** Where a walk through the list stands: at the entry that it gives next. */
interface Cursor<E> {
  ahead: E | undefined;
}
