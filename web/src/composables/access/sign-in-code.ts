/** The code of a one-time link, `/sign-in#CODE`, taken out of the address so that it stays in no history. */
export function takeSignInCode(): string | undefined {
  const { pathname, search, hash } = location;
  if (pathname !== '/sign-in' || hash.length < 2) return undefined;
  history.replaceState(history.state, '', pathname + search);
  return hash.slice(1);
}

/** Where to go after the sign-in: a path of this site, never another's. */
export function placeAfterSignIn(next: unknown): string {
  if (typeof next !== 'string' || !next.startsWith('/')) return '/';
  const url = new URL(next, 'https://here.invalid');
  return url.origin === 'https://here.invalid' && url.pathname !== '/sign-in'
    ? url.pathname + url.search + url.hash
    : '/';
}
