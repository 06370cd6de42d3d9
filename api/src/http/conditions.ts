/**
 * Whether an If-None-Match names this representation (RFC 9110, 13.1.2): compared weakly, `*` names any.
 * @param etag strong, with its quotes
 */
export function matchesNone(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  const tags: string[] = ifNoneMatch.match(/"[^"]*"/g) ?? [];
  return ifNoneMatch.trim() === '*' || tags.includes(etag);
}

/**
 * Whether a Range is to be looked at although there is an If-Range (RFC 9110, 13.1.5): only if that is this very entity tag,
 * compared strongly. A date never matches, since no Last-Modified is given.
 */
export function allowsRange(ifRange: string | undefined, etag: string): boolean {
  return ifRange === undefined || ifRange.trim() === etag;
}
