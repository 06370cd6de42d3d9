import type { DecisionFactsFragment, DecisionsQuery } from '../../graphql/generated/graphql.ts';

export type Decision = DecisionFactsFragment;

/** The latest decisions without a gap, the latest first, and what lies behind them. */
export interface DecisionList {
  readonly decisions: readonly Decision[];
  /** Where to go on; null when nothing was loaded. */
  readonly endCursor: string | null;
  readonly hasMore: boolean;
}

export const NO_DECISIONS: DecisionList = { decisions: [], endCursor: null, hasMore: false };

export function listOf({ edges, pageInfo }: DecisionsQuery['decisions']): DecisionList {
  const { endCursor, hasNextPage } = pageInfo;
  return { decisions: edges.map(({ node }) => node), endCursor, hasMore: hasNextPage };
}

/** The list with its newest part as it was fetched again. What is not connected with that part is dropped, as a gap lies between. */
export function putHead(list: DecisionList, head: DecisionList): DecisionList {
  const oldest = head.decisions.at(-1);
  const isConnected =
    !head.hasMore || list.decisions.some(({ id }) => oldest !== undefined && id >= oldest.id);
  if (!isConnected) return head;
  const known = new Set(head.decisions.map(({ id }) => id));
  const others = list.decisions.filter(({ id }) => !known.has(id));
  const decisions = [...head.decisions, ...others].sort(latestFirst);
  const isLonger = oldest !== undefined && others.some(({ id }) => id < oldest.id);
  return isLonger ? { ...list, decisions } : { ...head, decisions };
}

/** The list with the part behind it. */
export function putTail(list: DecisionList, tail: DecisionList): DecisionList {
  return { ...tail, decisions: [...list.decisions, ...tail.decisions] };
}

/** The list with a decision that has just been made. */
export function putDecision(list: DecisionList, decision: Decision): DecisionList {
  if (list.decisions.some(({ id }) => id === decision.id)) return list;
  return { ...list, decisions: [decision, ...list.decisions].sort(latestFirst) };
}

/** Ids are UUIDv7: later ones are greater. */
function latestFirst(one: Decision, other: Decision): number {
  return one.id < other.id ? 1 : -1;
}
