/** What a token may do. Of the first four each may do what those before it may; AUTOSCALER stands beside them. */
export const Role = {
  VIEWER: 'VIEWER',
  EDITOR: 'EDITOR',
  OPERATOR: 'OPERATOR',
  ADMIN: 'ADMIN',
  AUTOSCALER: 'AUTOSCALER',
} as const;
export type Role = keyof typeof Role;

/** Who something is for: roles and those above them, or EVERYBODY, strangers included. */
export type Audience = Role | 'EVERYBODY';

/** @param role undefined for a stranger */
export function isAllowed(role: Role | undefined, audience: readonly Audience[]): boolean {
  return audience.some(
    (wanted) =>
      wanted === 'EVERYBODY' ||
      wanted === role ||
      (role !== undefined && rankOf(wanted) >= 0 && rankOf(role) > rankOf(wanted)),
  );
}

const LADDER: readonly Audience[] = ['VIEWER', 'EDITOR', 'OPERATOR', 'ADMIN'];

/** -1 for what stands beside the ladder. */
function rankOf(role: Audience): number {
  return LADDER.indexOf(role);
}
