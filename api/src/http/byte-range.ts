/** Bytes from `start` to before `end`. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/**
 * The part of a body of `sizeBytes` (above 0) that a Range asks for (RFC 9110, 14.1.2). A header that is no valid range of bytes, or
 * asks for several, is `ignored`: the whole body is a right answer to it.
 */
export function parseRange(header: string, sizeBytes: number): ByteRange | 'ignored' | 'unsatisfiable' {
  const match = /^bytes=[ \t]*(\d*)-(\d*)[ \t]*$/i.exec(header);
  if (match === null) return 'ignored';
  const [, first, last] = match as unknown as [string, string, string];
  if (first === '') {
    if (last === '') return 'ignored';
    const suffixBytes = Number(last);
    if (suffixBytes === 0) return 'unsatisfiable';
    return { start: Math.max(0, sizeBytes - suffixBytes), end: sizeBytes };
  }
  const start = Number(first);
  const end = last === '' ? sizeBytes : Math.min(Number(last) + 1, sizeBytes);
  if (last !== '' && Number(last) < start) return 'ignored';
  return start >= sizeBytes ? 'unsatisfiable' : { start, end };
}
