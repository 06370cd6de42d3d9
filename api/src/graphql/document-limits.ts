import { costLimitRule } from '@escape.tech/graphql-armor-cost-limit';
import { maxAliasesRule } from '@escape.tech/graphql-armor-max-aliases';
import { maxDepthRule } from '@escape.tech/graphql-armor-max-depth';
import { maxDirectivesRule } from '@escape.tech/graphql-armor-max-directives';
import { GraphQLError, type SelectionSetNode, type ValidationContext, type ValidationRule } from 'graphql';

/** The most tokens of a document: several times what introspection takes, and few enough that no list is asked for a thousand times. */
export const MAX_TOKENS = 2000;
const MAX_DEPTH = 12;
/** Of the selections within one pair of braces. */
const MAX_BREADTH = 100;
const MAX_ALIASES = 20;
const MAX_DIRECTIVES = 20;
/** One for each field, with a factor for each level; a list is as many as its `first` says. */
const MAX_COST = 30_000;

/** How refusals for asking too much begin, or what they are about. */
export const LIMIT_EXCEEDED = /limit of \d+ exceeded|contains more tha[nt] \d+ tokens/i;

/** Thrown, a refusal would pass for a fault of ours. */
const reporting = {
  propagateOnRejection: false,
  onReject: [
    (context: ValidationContext | null, error: GraphQLError) => {
      context?.reportError(new GraphQLError(error.message.replace(/^Syntax Error: /, '')));
    },
  ],
};

/** What a document must keep to besides what the schema says. */
export const DOCUMENT_LIMITS: readonly ValidationRule[] = [
  maxDepthRule({ n: MAX_DEPTH, ...reporting }) as ValidationRule,
  // Also `__typename` takes time a thousand times over.
  maxAliasesRule({ n: MAX_ALIASES, allowList: [], ...reporting }) as ValidationRule,
  maxDirectivesRule({ n: MAX_DIRECTIVES, ...reporting }) as ValidationRule,
  costLimitRule({ maxCost: MAX_COST, ...reporting }) as ValidationRule,
  (context) => ({
    SelectionSet: (node: SelectionSetNode) => {
      if (node.selections.length <= MAX_BREADTH) return;
      context.reportError(
        new GraphQLError(`Breadth limit of ${MAX_BREADTH} exceeded, found ${node.selections.length}.`),
      );
    },
  }),
];
