import { shallowRef, watch, type ShallowRef } from 'vue';
import {
  StatsDocument,
  StatsUpdatedDocument,
  type StatsUpdatedSubscription,
} from '../../graphql/generated/graphql.ts';
import { useClient } from '../../graphql/use-client.ts';
import { useLive, type Live } from '../live/use-live.ts';
import {
  isBehind,
  putAnswer,
  putNodeSeconds,
  putPoint,
  windowOf,
  type NodeTrack,
  type StatsWindow,
} from './stats-window.ts';

const MINUTES = { stepSeconds: 60, count: 30 };
const SECONDS = { stepSeconds: 1, count: 120 };
/** A second comes every second; without any for so long there is something wrong. */
const SILENCE_MS = 6000;
const CATCH_UP_EVERY_MS = 10_000;

export interface StatsRequest extends Pick<Live, 'state' | 'toldAt' | 'error' | 'ask'> {
  /** The last 30 that are finished. */
  readonly minutes: Readonly<ShallowRef<StatsWindow>>;
  /** The last 120. */
  readonly seconds: Readonly<ShallowRef<StatsWindow>>;
  /** What each node was like; empty unless it is wanted. */
  readonly nodes: Readonly<ShallowRef<readonly NodeTrack[]>>;
}

/** What the pool was like lately, followed by a subscription. Minutes of nodes are asked for, once a minute while they are wanted. */
export function useStats(isByNode: () => boolean = () => false): StatsRequest {
  const client = useClient();
  const minutes = shallowRef(windowOf(MINUTES, [], Date.now()));
  const seconds = shallowRef(windowOf(SECONDS, [], Date.now()));
  const nodes = shallowRef<readonly NodeTrack[]>([]);
  let caughtUpAt = 0;

  function take({ statsUpdated }: StatsUpdatedSubscription): void {
    const { second, minute } = statsUpdated;
    if (isByNode()) nodes.value = putNodeSeconds(nodes.value, statsUpdated.nodes, SECONDS);
    seconds.value = putPoint(seconds.value, second);
    if (minute) minutes.value = putPoint(minutes.value, minute);
    if (minute && isByNode()) void live.ask();
    // The update that told of it may have been left out for a page that reads slowly.
    const mayAsk = Date.now() - caughtUpAt > CATCH_UP_EVERY_MS;
    if (mayAsk && live.state.value === 'live' && isBehind(minutes.value, second)) void live.ask();
  }

  const live = useLive({
    document: StatsUpdatedDocument,
    ask: async () => {
      caughtUpAt = Date.now();
      return await client.query(
        StatsDocument,
        { minutes: MINUTES.count, byNode: isByNode() },
        { requestPolicy: 'network-only' },
      );
    },
    onTold: take,
    onAnswer: ({ stats }) => {
      minutes.value = putAnswer(minutes.value, stats.minutes, Date.now());
      seconds.value = putAnswer(seconds.value, stats.seconds, Date.now());
      // An answer to a question from before they were wanted.
      if (isByNode() && !stats.nodes) return;
      nodes.value = (stats.nodes ?? []).map(({ points, ...node }) => ({ ...node, minutes: points }));
    },
    isNewsOnly: true,
    silenceMs: SILENCE_MS,
  });
  const { state, toldAt, error, ask } = live;
  watch(isByNode, () => void ask());
  return { state, toldAt, error, ask, minutes, seconds, nodes };
}
