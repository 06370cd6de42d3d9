import type { CombinedError, TypedDocumentNode } from '@urql/vue';
import { computed, onScopeDispose, shallowRef, type ComputedRef, type ShallowRef } from 'vue';
import { explainError } from '../../graphql/explain-error.ts';
import { useClient } from '../../graphql/use-client.ts';
import type { Freshness } from './freshness.ts';
import { keepSubscribed } from './keep-subscribed.ts';
import { openSubscription } from './open-subscription.ts';
import { pauseBeforeReconnecting } from './reconnect-pause.ts';

/** How long the page waits for its subscription before it asks by itself. */
const PATIENCE_MS = 1000;
const ASK_EVERY_MS = 3000;

export interface LiveSource<Told, Answer> {
  /** A subscription that tells the present state of things at once. */
  readonly document: TypedDocumentNode<Told, Record<string, never>>;
  readonly ask: () => Promise<{ data?: Answer | undefined; error?: CombinedError | undefined }>;
  readonly onTold: (told: Told) => void;
  readonly onAnswer: (answer: Answer) => void;
  /** Whether it tells only what is new: then the rest is asked for at first and each time that something may have been missed. */
  readonly isNewsOnly?: boolean;
  /** It tells something at least this often; Infinity where it need not. */
  readonly silenceMs?: number;
}

export interface Live {
  readonly state: ComputedRef<Freshness>;
  /** When there were data last, in milliseconds since the Unix epoch. */
  readonly toldAt: Readonly<ShallowRef<number>>;
  readonly error: Readonly<ShallowRef<string>>;
  /** Says that the data are those of now, wherever they came from. */
  confirm(): void;
  /** Asks now. */
  ask(): Promise<void>;
}

/** Keeps something up to date by a subscription. While that is down, the page asks every few seconds, if it can be seen. */
export function useLive<Told, Answer>(source: LiveSource<Told, Answer>): Live {
  const { isNewsOnly = false, silenceMs = Infinity } = source;
  const client = useClient();
  const toldAt = shallowRef(0);
  const error = shallowRef('');
  const isLive = shallowRef(false);
  const answered = shallowRef<'not yet' | 'well' | 'badly'>('not yet');
  let timer: ReturnType<typeof setTimeout> | undefined;
  let silence: ReturnType<typeof setTimeout> | undefined;
  let isStopped = false;

  const state = computed<Freshness>(() => {
    if (toldAt.value === 0) return answered.value === 'badly' ? 'failed' : 'loading';
    if (isLive.value) return 'live';
    return answered.value === 'well' ? 'asked' : 'old';
  });

  function confirm(): void {
    toldAt.value = Date.now();
    error.value = '';
  }

  async function ask(): Promise<void> {
    const { data, error: reason } = await source.ask();
    if (isStopped || (isLive.value && !isNewsOnly)) return;
    if (data) {
      source.onAnswer(data);
      confirm();
    }
    if (reason) error.value = explainError(reason);
    answered.value = reason ? 'badly' : 'well';
    if (reason || !isLive.value) askIn(ASK_EVERY_MS);
  }

  function askIn(ms: number): void {
    clearTimeout(timer);
    if (!document.hidden) timer = setTimeout(() => void ask(), ms);
  }

  function hear(told: Told): void {
    const wasLive = isLive.value;
    isLive.value = true;
    source.onTold(told);
    if (!isNewsOnly || toldAt.value > 0) confirm();
    if (!wasLive) {
      clearTimeout(timer);
      if (isNewsOnly) void ask();
    }
    clearTimeout(silence);
    if (silenceMs < Infinity) silence = setTimeout(lose, silenceMs);
  }

  function lose(): void {
    clearTimeout(silence);
    // Otherwise it asks already.
    if (!isLive.value && state.value !== 'loading') return;
    isLive.value = false;
    answered.value = 'not yet';
    askIn(0);
  }

  function askWhenSeen(): void {
    if (!isLive.value || answered.value === 'badly') askIn(0);
  }

  const stop = keepSubscribed<Told>(
    {
      // The first one that it tells says that it is up.
      subscribe: (sink) =>
        openSubscription(client, source.document, {
          onData: (told) => {
            sink.onLive();
            sink.onValue(told);
          },
          onEnd: sink.onEnd,
        }),
      pause: pauseBeforeReconnecting,
    },
    { onLive: () => {}, onValue: hear, onLost: lose },
  );
  askIn(PATIENCE_MS);
  document.addEventListener('visibilitychange', askWhenSeen);
  onScopeDispose(() => {
    isStopped = true;
    stop();
    clearTimeout(timer);
    clearTimeout(silence);
    document.removeEventListener('visibilitychange', askWhenSeen);
  });
  return { state, toldAt, error, confirm, ask };
}
