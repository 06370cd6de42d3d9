import type { ObjectName, StagedFile } from './object-store.ts';

/** `KEYHASH.VERSION.SHA256.jpg`: a file's name holds all that is known about the object, without a database. */
export interface FileName extends ObjectName {
  readonly text: string;
  /** Hexadecimal. */
  readonly sha256: string;
  readonly contentType: string;
}

const EXTENSIONS: Readonly<Record<string, string>> = {
  'image/jpeg': 'jpg',
  'image/png': 'png',
  'image/gif': 'gif',
  'image/webp': 'webp',
  'image/avif': 'avif',
};

const PATTERN = /^([0-9a-f]{32})\.([0-9a-f-]{36})\.([0-9a-f]{64})\.([a-z]+)$/;

/** @throws TypeError for parts that could leave the folder, or that would not be found again */
export function fileNameOf({ keyHash, version }: ObjectName, { sha256, contentType }: StagedFile): string {
  const text = `${keyHash}.${version}.${sha256}.${EXTENSIONS[contentType]}`;
  if (parseFileName(text) === undefined) throw new TypeError(`No object can be called ${text}.`);
  return text;
}

/** `undefined` for a file that is no object. */
export function parseFileName(text: string): FileName | undefined {
  const [, keyHash, version, sha256, extension] = PATTERN.exec(text) ?? [];
  const contentType = Object.keys(EXTENSIONS).find((type) => EXTENSIONS[type] === extension);
  if (!keyHash || !version || !sha256 || !contentType) return undefined;
  return { text, keyHash, version, sha256, contentType };
}
