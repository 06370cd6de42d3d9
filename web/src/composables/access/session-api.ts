/** Who is signed in. */
export interface Viewer {
  readonly name: string;
  readonly role: string;
}

/** What signs in: a token, or the code of a one-time link. */
export type SignInWith = { readonly token: string } | { readonly code: string };

/** Undefined for a stranger. Rejects when the server can't be reached. */
export async function fetchViewer(): Promise<Viewer | undefined> {
  const response = await fetch('/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: '{ viewer { name role } }' }),
  });
  const { data } = (await response.json()) as { data?: { viewer: Viewer | null } };
  if (data === undefined) throw new Error('The server gave no answer.');
  return data.viewer ?? undefined;
}

/** Resolves with who is signed in now, or with the reason why nobody is. */
export async function openSession(by: SignInWith): Promise<Viewer | string> {
  try {
    const response = await fetch('/session', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(by),
    });
    const answer = (await response.json()) as Viewer & { detail?: string };
    return response.ok ? answer : (answer.detail ?? 'The server gave no answer.');
  } catch {
    return navigator.onLine ? 'The server can’t be reached.' : 'This device is offline.';
  }
}

/** Whether it has ended. */
export async function closeSession(): Promise<boolean> {
  return await fetch('/session', { method: 'DELETE' }).then(
    ({ ok }) => ok,
    () => false,
  );
}
