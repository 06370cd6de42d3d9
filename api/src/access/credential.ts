import type { IncomingHttpHeaders } from 'node:http';

/** What somebody shows to be let in. */
export interface Credential {
  readonly kind: 'token' | 'session';
  readonly text: string;
}

/** The longest that is looked at. */
const MAX_CHARACTERS = 500;

/** What an Authorization header shows, or what stands for one on a websocket: `Bearer TOKEN`. */
export function readAuthorization(authorization: unknown): Credential | undefined {
  if (typeof authorization !== 'string' || authorization.length > MAX_CHARACTERS) return undefined;
  const [, text] = /^Bearer +(\S+) *$/i.exec(authorization) ?? [];
  return text === undefined ? undefined : { kind: 'token', text };
}

/**
 * What the headers of a request show. An Authorization counts before a cookie. A cookie counts only for pages of our own: whether the
 * request is of the same site, which browsers see to, says nothing of another port.
 */
export function readCredential(headers: IncomingHttpHeaders): Credential | undefined {
  if (headers.authorization !== undefined) return readAuthorization(headers.authorization);
  const cookie = headers.cookie === undefined ? undefined : readSessionCookie(headers.cookie);
  return cookie === undefined || !isFromOwnPage(headers) ? undefined : { kind: 'session', text: cookie };
}

/** Whether a request comes from a page of ours, or from no page of any other's. */
export function isFromOwnPage({ origin, host }: IncomingHttpHeaders): boolean {
  if (origin === undefined) return true;
  return URL.canParse(origin) && new URL(origin).host === host;
}

const NAME = 'shoal-session';
/** Browsers take a cookie of this name only with Secure, for this host alone and for the whole of it. */
const SECURE_NAME = `__Host-${NAME}`;

function readSessionCookie(header: string): string | undefined {
  const pairs = header.split(';').map((pair) => pair.trim());
  for (const name of [SECURE_NAME, NAME]) {
    const found = pairs.find((pair) => pair.startsWith(`${name}=`));
    if (found !== undefined && found.length <= MAX_CHARACTERS) return found.slice(name.length + 1);
  }
  return undefined;
}

/** A Set-Cookie header. Without a value it takes the cookie away. */
export function sessionCookie(
  value: string | undefined,
  { isSecure, maxAgeMs }: { readonly isSecure: boolean; readonly maxAgeMs: number },
): string {
  const maxAge = value === undefined ? 0 : Math.floor(maxAgeMs / 1000);
  const cookie = `${isSecure ? SECURE_NAME : NAME}=${value ?? ''}; Path=/; Max-Age=${maxAge}; HttpOnly; SameSite=Strict`;
  return isSecure ? `${cookie}; Secure` : cookie;
}
