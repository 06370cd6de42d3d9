import { pastedName } from './suggest-key.ts';

/** A file as it came, with the path that its key is suggested from. */
export interface ReceivedFile {
  readonly file: File;
  readonly path: string;
}

/** Files chosen in a dialog. */
export function chosenFiles(list: FileList): ReceivedFile[] {
  return [...list].map((file) => ({ file, path: file.webkitRelativePath || file.name }));
}

/** Files from the clipboard; a screenshot has no name of its own. */
export function pastedFiles(data: DataTransfer, now: Date): ReceivedFile[] {
  return [...data.files].map((file) => ({
    file,
    path: /^image\.\w+$/.test(file.name) ? pastedName(file, now) : file.name,
  }));
}

/** Dropped files and all files in dropped folders. Must be called within the drop event, or the browser forgets the data. */
export async function droppedFiles(data: DataTransfer): Promise<ReceivedFile[]> {
  const items = [...data.items].filter((item) => item.kind === 'file');
  const found = items.map((item) => {
    const entry = item.webkitGetAsEntry();
    if (entry?.isDirectory) return filesIn(entry as FileSystemDirectoryEntry);
    const file = item.getAsFile();
    return file ? [{ file, path: file.name }] : [];
  });
  return (await Promise.all(found)).flat();
}

async function filesIn(folder: FileSystemDirectoryEntry): Promise<ReceivedFile[]> {
  const files: ReceivedFile[] = [];
  for (const entry of await entriesOf(folder)) {
    if (entry.name.startsWith('.')) continue;
    if (entry.isDirectory) files.push(...(await filesIn(entry as FileSystemDirectoryEntry)));
    else files.push({ file: await fileOf(entry as FileSystemFileEntry), path: entry.fullPath.slice(1) });
  }
  return files;
}

/** A reader hands out its entries in batches until an empty one. */
async function entriesOf(folder: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = folder.createReader();
  const entries: FileSystemEntry[] = [];
  for (;;) {
    const batch = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    );
    if (batch.length === 0) return entries;
    entries.push(...batch);
  }
}

function fileOf(entry: FileSystemFileEntry): Promise<File> {
  return new Promise((resolve, reject) => entry.file(resolve, reject));
}
