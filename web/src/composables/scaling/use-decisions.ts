import { onScopeDispose, shallowRef, watch, type ShallowRef } from 'vue';
import { explainError } from '../../graphql/explain-error.ts';
import { DecisionMadeDocument, DecisionsDocument } from '../../graphql/generated/graphql.ts';
import { useClient } from '../../graphql/use-client.ts';
import { keepSubscribed } from '../live/keep-subscribed.ts';
import { openSubscription } from '../live/open-subscription.ts';
import { pauseBeforeReconnecting } from '../live/reconnect-pause.ts';
import {
  listOf,
  NO_DECISIONS,
  putDecision,
  putHead,
  putTail,
  type Decision,
  type DecisionList,
} from './decision-list.ts';

const PAGE_SIZE = 30;

export interface DecisionsRequest {
  readonly state: Readonly<ShallowRef<'loading' | 'ready' | 'failed'>>;
  readonly list: Readonly<ShallowRef<DecisionList>>;
  /** Why the decisions can't be asked for; empty while they can. */
  readonly error: Readonly<ShallowRef<string>>;
  /** What lies behind the loaded decisions is being asked for, or could not be. */
  readonly rest: Readonly<ShallowRef<'idle' | 'loading' | 'failed'>>;
  loadMore(): Promise<void>;
  reload(): Promise<void>;
}

/**
 * The autoscaler's decisions page by page, kept up to date by a subscription. The newest ones are fetched again whenever it is opened
 * and with each decision that is told, since others may have been missed.
 */
export function useDecisions(isAppliedOnly: () => boolean): DecisionsRequest {
  const client = useClient();
  const state = shallowRef<'loading' | 'ready' | 'failed'>('loading');
  const list = shallowRef(NO_DECISIONS);
  const error = shallowRef('');
  const rest = shallowRef<'idle' | 'loading' | 'failed'>('idle');
  /** Goes up when what is on its way becomes obsolete. */
  let latest = 0;

  async function fetchPage(after: string | null) {
    const variables = { first: PAGE_SIZE, after, appliedOnly: isAppliedOnly() };
    return await client.query(DecisionsDocument, variables, { requestPolicy: 'network-only' });
  }

  async function reload(): Promise<void> {
    const own = latest;
    const result = await fetchPage(null);
    if (own !== latest) return;
    error.value = result.error ? explainError(result.error) : '';
    if (result.data) {
      list.value = putHead(list.value, listOf(result.data.decisions));
      state.value = 'ready';
    } else if (state.value === 'loading') state.value = 'failed';
  }

  async function loadMore(): Promise<void> {
    if (rest.value === 'loading' || !list.value.hasMore) return;
    const own = latest;
    const { endCursor } = list.value;
    rest.value = 'loading';
    const result = await fetchPage(endCursor);
    if (own !== latest) return;
    rest.value = result.data ? 'idle' : 'failed';
    // Otherwise the list was begun anew meanwhile.
    const isBehind = endCursor === list.value.endCursor;
    if (result.data && isBehind) list.value = putTail(list.value, listOf(result.data.decisions));
  }

  function take(decision: Decision): void {
    if (decision.applied || !isAppliedOnly()) list.value = putDecision(list.value, decision);
    void reload();
  }

  const stop = keepSubscribed<Decision>(
    {
      subscribe: (sink) => {
        void reload();
        return openSubscription(client, DecisionMadeDocument, {
          onData: ({ decisionMade }) => {
            sink.onLive();
            sink.onValue(decisionMade);
          },
          onEnd: sink.onEnd,
        });
      },
      pause: pauseBeforeReconnecting,
    },
    { onLive: () => {}, onValue: take, onLost: () => {} },
  );
  watch(isAppliedOnly, () => {
    latest++;
    list.value = NO_DECISIONS;
    state.value = 'loading';
    rest.value = 'idle';
    void reload();
  });
  onScopeDispose(() => {
    latest++;
    stop();
  });
  return { state, list, error, rest, loadMore, reload };
}
