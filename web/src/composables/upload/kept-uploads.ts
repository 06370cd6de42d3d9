import { keptOf, type KeptUpload, type Upload } from './upload.ts';

const DATABASE = 'shoal.uploads';
const STORE = 'uploads';
const TAB_KEY = 'shoal.tab';

interface Row extends KeptUpload {
  /** The tab that looks after it. */
  readonly tab: string;
  /** Ids of a tab's uploads begin anew with each load of the page. */
  readonly id: string;
}

/**
 * The uploads that are not through, kept in the browser's own database, so that a reload or a closed tab loses none. Each tab looks
 * after its own; those of a tab that is gone go to the next that is opened.
 */
export class KeptUploads {
  readonly #database: IDBDatabase;
  readonly #tab: string;
  readonly #load = crypto.randomUUID();
  /** What was written down last, by the id of the upload. */
  readonly #written = new Map<number, string>();

  private constructor(database: IDBDatabase, tab: string) {
    this.#database = database;
    this.#tab = tab;
  }

  /** Undefined where the browser keeps nothing, or not for this page. */
  static async open(): Promise<KeptUploads | undefined> {
    if (!canKeepUploads()) return undefined;
    try {
      const request = indexedDB.open(DATABASE, 1);
      request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: 'id' });
      const database = await resultOf(request);
      return new KeptUploads(database, await ownTab());
    } catch {
      return undefined;
    }
  }

  /**
   * Hands over what is left from before the page was loaded, in order. It is forgotten only after `restore`, which returns the
   * uploads that there are then, has been written down: a crash in between loses nothing.
   */
  async takeOver(restore: (kept: readonly KeptUpload[]) => readonly Upload[]): Promise<void> {
    // Of two tabs that open at once, one takes what a closed one has left.
    await navigator.locks.request('shoal.takeover', async () => {
      const rows = await resultOf<Row[]>(this.#store('readonly').getAll());
      const free = new Map<string, boolean>([[this.#tab, true]]);
      for (const { tab } of rows) if (!free.has(tab)) free.set(tab, await isGone(tab));
      const mine = rows.filter(({ tab, id }) => free.get(tab) && !id.startsWith(this.#load));
      this.save(restore(mine.toSorted((a, b) => numberOf(a) - numberOf(b))));
      const store = this.#store('readwrite');
      for (const { id } of mine) store.delete(id);
    });
  }

  /** Writes down what has changed. */
  save(uploads: readonly Upload[]): void {
    const store = this.#store('readwrite');
    const left = new Set(this.#written.keys());
    for (const upload of uploads) {
      const kept = keptOf(upload);
      if (!kept) continue;
      left.delete(upload.id);
      const { path, key, isKeyChosen, overwrite, content, phase } = kept;
      const text = JSON.stringify([path, key, isKeyChosen, overwrite, content, phase]);
      if (this.#written.get(upload.id) === text) continue;
      this.#written.set(upload.id, text);
      store.put({ ...kept, tab: this.#tab, id: this.#rowId(upload.id) } satisfies Row);
    }
    for (const id of left) {
      this.#written.delete(id);
      store.delete(this.#rowId(id));
    }
  }

  #rowId(id: number): string {
    return `${this.#load}/${id}`;
  }

  #store(mode: IDBTransactionMode): IDBObjectStore {
    return this.#database.transaction(STORE, mode).objectStore(STORE);
  }
}

/** Whether this browser keeps uploads over a reload. */
export function canKeepUploads(): boolean {
  return globalThis.isSecureContext && 'locks' in navigator && 'indexedDB' in globalThis;
}

function numberOf({ id }: Row): number {
  return Number(id.split('/').at(-1));
}

function resultOf<Result>(request: IDBRequest<Result>): Promise<Result> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error('The browser keeps nothing.'));
  });
}

/** The name of this tab, the same after a reload. A duplicated tab takes a new one: the lock is held. */
async function ownTab(): Promise<string> {
  const before = sessionStorage.getItem(TAB_KEY);
  if (before !== null && (await hold(before))) return before;
  const tab = crypto.randomUUID();
  sessionStorage.setItem(TAB_KEY, tab);
  await hold(tab);
  return tab;
}

/** Holds the tab's lock for as long as the page lives. False if another page holds it. */
function hold(tab: string): Promise<boolean> {
  return new Promise((resolve) => {
    void navigator.locks.request(`shoal.tab.${tab}`, { ifAvailable: true }, (lock) => {
      resolve(lock !== null);
      return lock === null ? undefined : new Promise(() => {});
    });
  });
}

async function isGone(tab: string): Promise<boolean> {
  return await navigator.locks.request(`shoal.tab.${tab}`, { ifAvailable: true }, (lock) => lock !== null);
}
