import { onScopeDispose, shallowRef, type ShallowRef } from 'vue';
import {
  DecisionMadeDocument,
  PoolSignDocument,
  StatsMarksDocument,
  type PoolSignSubscription,
} from '../../graphql/generated/graphql.ts';
import { useClient } from '../../graphql/use-client.ts';
import { keepSubscribed } from '../live/keep-subscribed.ts';
import { openSubscription } from '../live/open-subscription.ts';
import { pauseBeforeReconnecting } from '../live/reconnect-pause.ts';
import { marksOf, type Mark } from './marks.ts';

/** Resizes and decisions of late: asked for at first, and whenever a subscription tells of another one. */
export function useMarks(): Readonly<ShallowRef<readonly Mark[]>> {
  const client = useClient();
  const marks = shallowRef<readonly Mark[]>([]);
  /** Goes up when what is on its way becomes obsolete. */
  let latest = 0;
  let sign = '';

  async function ask(): Promise<void> {
    const own = ++latest;
    const result = await client.query(StatsMarksDocument, {}, { requestPolicy: 'network-only' });
    if (own === latest && result.data) marks.value = marksOf(result.data);
  }

  function hear({ poolUpdated }: PoolSignSubscription): void {
    const fresh = JSON.stringify([poolUpdated.resize, poolUpdated.lastResizeFinishedAt]);
    if (fresh !== sign) void ask();
    sign = fresh;
  }

  const quiet = { onLive: () => {}, onLost: () => {} };
  const stops = [
    keepSubscribed<PoolSignSubscription>(
      {
        subscribe: (sink) =>
          openSubscription(client, PoolSignDocument, {
            onData: (told) => {
              sink.onLive();
              sink.onValue(told);
            },
            onEnd: sink.onEnd,
          }),
        pause: pauseBeforeReconnecting,
      },
      { ...quiet, onValue: hear },
    ),
    keepSubscribed<undefined>(
      {
        subscribe: (sink) =>
          openSubscription(client, DecisionMadeDocument, {
            onData: () => {
              sink.onLive();
              sink.onValue(undefined);
            },
            onEnd: sink.onEnd,
          }),
        pause: pauseBeforeReconnecting,
      },
      { ...quiet, onValue: () => void ask() },
    ),
  ];
  void ask();
  onScopeDispose(() => {
    latest++;
    stops.forEach((stop) => stop());
  });
  return marks;
}
