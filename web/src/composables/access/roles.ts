import type { Role } from '../../graphql/generated/graphql.ts';

/** The roles that a person may give a token, each with what it may do beyond those before it. */
export const ROLES: readonly { readonly value: Role; readonly name: string; readonly advice: string }[] = [
  { value: 'VIEWER', name: 'Viewer', advice: 'Sees images, pool, stats and decisions.' },
  { value: 'EDITOR', name: 'Editor', advice: 'Uploads and deletes images, too.' },
  {
    value: 'OPERATOR',
    name: 'Operator',
    advice: 'Sets the pool and its cache, and deletes all images at once, too.',
  },
  { value: 'ADMIN', name: 'Admin', advice: 'Makes and revokes tokens, too.' },
  {
    value: 'AUTOSCALER',
    name: 'Autoscaler',
    advice: 'For the autoscaler: reads the pool, resizes it, records decisions.',
  },
];

/** The roles of which each may do what those before it may. */
const LADDER: readonly string[] = ['VIEWER', 'EDITOR', 'OPERATOR', 'ADMIN'] satisfies Role[];

/** Why a role may not do what takes another one, in a sentence; undefined if it may. */
export function refuseRole(role: string, wanted: Role, deed: string): string | undefined {
  if (LADDER.indexOf(role) >= LADDER.indexOf(wanted)) return undefined;
  return `Your role, ${nameOfRole(role)}, may not ${deed}: that takes the role ${nameOfRole(wanted)} or above.`;
}

export function nameOfRole(role: string): string {
  return ROLES.find(({ value }) => value === role)?.name ?? role;
}
