import { Arg, Args, Authorized, Mutation, Query, Resolver, Root, Subscription } from 'type-graphql';
import type { Audience } from '../access/role.ts';
import { DecisionsArgs, RecordDecisionInput } from './decision.input.ts';
import { DecisionConnection, DecisionType } from './decision.type.ts';
import { decisionCursor, parseDecisionCursor, type Decision, type Decisions } from './decisions.ts';

/** The topic under which decisions are published to subscribers. */
export const DECISION_MADE = 'decisionMade';

@Resolver(() => DecisionType)
export class DecisionResolver {
  readonly #decisions: Decisions;

  constructor(decisions: Decisions) {
    this.#decisions = decisions;
  }

  @Authorized<Audience>('VIEWER', 'AUTOSCALER')
  @Query(() => DecisionConnection, {
    description: 'What the autoscaler has decided in the last 30 days, the latest first.',
  })
  async decisions(@Args(() => DecisionsArgs) args: DecisionsArgs): Promise<DecisionConnection> {
    const { decisions, hasMore } = await this.#decisions.list({
      first: args.first,
      after: parseDecisionCursor(args.after),
      isAppliedOnly: args.appliedOnly,
    });
    const edges = decisions.map((decision) => ({
      cursor: decisionCursor(decision),
      node: toDecision(decision),
    }));
    return {
      edges,
      pageInfo: {
        hasNextPage: hasMore,
        hasPreviousPage: false,
        startCursor: edges[0]?.cursor ?? null,
        endCursor: edges.at(-1)?.cursor ?? null,
      },
    };
  }

  @Authorized<Audience>('AUTOSCALER')
  @Mutation(() => DecisionType, {
    description:
      'Stores what the autoscaler has decided in a tick. FORBIDDEN to everybody else. A second decision on the same tick changes nothing; the first one is returned.',
  })
  async recordDecision(
    @Arg('input', () => RecordDecisionInput, { description: 'The decision.' })
    { applied, ...input }: RecordDecisionInput,
  ): Promise<DecisionType> {
    const { missRate = null, gets = null, nodesReady = null } = input;
    const decision = { ...input, isApplied: applied, missRate, gets, nodesReady };
    return toDecision(await this.#decisions.record(decision));
  }

  @Authorized<Audience>('VIEWER')
  @Subscription(() => DecisionType, {
    topics: DECISION_MADE,
    description: 'Each decision of the autoscaler from now on.',
  })
  decisionMade(@Root() decision: Decision): DecisionType {
    return toDecision(decision);
  }
}

function toDecision({ isApplied, ...decision }: Decision): DecisionType {
  return { ...decision, applied: isApplied };
}
