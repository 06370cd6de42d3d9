/**
 * The path under which an image is read, percent-encoded, from `/` on. A key that a browser would rewrite as a path (a segment
 * `.` or `..`, or an empty one) goes into the query instead.
 */
export function imagePath(
  key: string,
  { version, width }: { version?: string; width?: number } = {},
): string {
  const query: string[] = [];
  const path = isSafeAsPath(key) ? `/images/${key.split('/').map(encodeURIComponent).join('/')}` : '/images';
  if (path === '/images') query.push(`key=${encodeURIComponent(key)}`);
  if (version !== undefined) query.push(`v=${encodeURIComponent(version)}`);
  if (width !== undefined) query.push(`w=${width}`);
  return query.length === 0 ? path : `${path}?${query.join('&')}`;
}

function isSafeAsPath(key: string): boolean {
  return key.split('/').every((segment) => segment !== '' && segment !== '.' && segment !== '..');
}
