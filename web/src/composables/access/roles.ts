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
