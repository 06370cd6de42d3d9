import { type ExecutionArgs, type ExecutionResult, getOperationAST, Kind, subscribe } from 'graphql';
import { NewestResults, type Results } from './newest-results.ts';

type Started = Results | ExecutionResult;

/**
 * Subscriptions that give everybody the same, executed once for all who ask for the same fields. Each subscriber gets the newest result at
 * its own pace: of what comes while it is busy only the last is kept, and that is the one that all the others get.
 */
export class SharedSubscriptions {
  readonly #fields: ReadonlySet<string>;
  readonly #sources = new Map<string, Promise<NewestResults | ExecutionResult>>();

  /** @param fields the subscriptions whose results depend on nobody who asks */
  constructor(fields: readonly string[]) {
    this.#fields = new Set(fields);
  }

  /** In place of graphql's own function. */
  readonly subscribe = async (args: ExecutionArgs): Promise<Started> => {
    const key = this.#keyOf(args);
    if (key === undefined) return await start(args);
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
  #keyOf({ document, operationName, variableValues }: ExecutionArgs): string | undefined {
    const selections = getOperationAST(document, operationName)?.selectionSet.selections;
    const [field] = selections ?? [];
    if (selections?.length !== 1 || field?.kind !== Kind.FIELD || !this.#fields.has(field.name.value)) {
      return undefined;
    }
    return JSON.stringify([document.loc?.source.body, operationName, variableValues]);
  }
}

async function start(args: ExecutionArgs): Promise<Started> {
  return (await subscribe(args)) as Started;
}

function isResults(started: Started): started is Results {
  return Symbol.asyncIterator in started;
}
