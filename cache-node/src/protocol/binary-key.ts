/** The key that a base64 token stands for, one character per byte; `undefined` if it is none. */
export function decodeKey(token: string): string | undefined {
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(token) || token.length % 4 !== 0) return undefined;
  return Buffer.from(token, 'base64').toString('latin1');
}

export function encodeKey(key: string): string {
  return Buffer.from(key, 'latin1').toString('base64');
}
