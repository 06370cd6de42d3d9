import {
  type ExecutionArgs,
  type ExecutionResult,
  getOperationAST,
  GraphQLError,
  Kind,
  subscribe,
} from 'graphql';
import type { ShoalError } from '../errors.ts';
import { NewestResults, type Results } from './newest-results.ts';

/** Why the one who asks may not subscribe. */
export type RefuseSubscriber = (args: ExecutionArgs, fieldName: string) => ShoalError | undefined;

type Started = Results | ExecutionResult;

/**
 * Subscriptions that give everybody the same, executed once for all who ask for the same fields. Each subscriber gets the newest result at
 * its own pace: of what comes while it is busy only the last is kept, and that is the one that all the others get.
 */
export class SharedSubscriptions {
  readonly #fields: ReadonlySet<string>;
  readonly #refuse: RefuseSubscriber;
  readonly #sources = new Map<string, Promise<NewestResults | ExecutionResult>>();

  /** @param fields the subscriptions whose results depend on nobody who asks */
  constructor(fields: readonly string[], refuse: RefuseSubscriber = () => undefined) {
    this.#fields = new Set(fields);
    this.#refuse = refuse;
  }

  /** In place of graphql's own function. */
  readonly subscribe = async (args: ExecutionArgs): Promise<Started> => {
    const shared = this.#sharedBy(args);
    if (shared === undefined) return await start(args);
    const { key, fieldName } = shared;
    // It may run already, for somebody who is let in.
    const refusal = this.#refuse(args, fieldName);
    if (refusal !== undefined) return { errors: [toGraphQLError(refusal)] };
    let source = this.#sources.get(key);
    if (source === undefined) {
      const forget = () => this.#sources.delete(key);
      source = start(args).then((started) =>
        isResults(started) ? new NewestResults(started, forget) : started,
      );
      this.#sources.set(key, source);
      // What could not be started is tried again by the next who asks.
      source.then((started) => (started instanceof NewestResults ? undefined : forget()), forget);
    }
    const started = await source;
    return started instanceof NewestResults ? started.follow() : started;
  };

  /** Undefined for what is not shared. */
  #sharedBy(args: ExecutionArgs): { readonly key: string; readonly fieldName: string } | undefined {
    const { document, operationName, variableValues } = args;
    const selections = getOperationAST(document, operationName)?.selectionSet.selections;
    const [field] = selections ?? [];
    if (selections?.length !== 1 || field?.kind !== Kind.FIELD || !this.#fields.has(field.name.value)) {
      return undefined;
    }
    const key = JSON.stringify([document.loc?.source.body, operationName, variableValues]);
    return { key, fieldName: field.name.value };
  }
}

function toGraphQLError(refusal: ShoalError): GraphQLError {
  return new GraphQLError(refusal.message, { path: [], originalError: refusal });
}

async function start(args: ExecutionArgs): Promise<Started> {
  return (await subscribe(args)) as Started;
}

function isResults(started: Started): started is Results {
  return Symbol.asyncIterator in started;
}
