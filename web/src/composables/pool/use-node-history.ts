import { onScopeDispose, shallowRef, watch, type ShallowRef } from 'vue';
import { NodeHistoryDocument } from '../../graphql/generated/graphql.ts';
import { useClient } from '../../graphql/use-client.ts';

const MINUTES = 30;
/** A minute is finished once a minute, so half of one is late enough. */
const ASK_EVERY_MS = 30_000;

/** Hit rates of the last 30 minutes, the oldest first, 0 to 1; null where there is no data. By the node's id. */
export type NodeHistory = ReadonlyMap<string, readonly (number | null)[]>;

/** What each node has been like: asked for at first, twice a minute while the page can be seen, and when `sign` of the nodes changes. */
export function useNodeHistory(sign: () => string): Readonly<ShallowRef<NodeHistory>> {
  const client = useClient();
  const history = shallowRef<NodeHistory>(new Map());
  let timer: ReturnType<typeof setTimeout> | undefined;
  /** Goes up when what is on its way becomes obsolete. */
  let latest = 0;

  async function ask(): Promise<void> {
    clearTimeout(timer);
    const own = ++latest;
    const result = document.hidden
      ? undefined
      : await client.query(NodeHistoryDocument, { minutes: MINUTES }, { requestPolicy: 'network-only' });
    if (own !== latest) return;
    if (result?.data) {
      history.value = new Map(
        result.data.stats.nodes.map(({ id, points }) => [id, points.map(({ hitRate }) => hitRate)]),
      );
    }
    timer = setTimeout(() => void ask(), ASK_EVERY_MS);
  }

  const askWhenSeen = (): void => void ask();
  watch(sign, () => void ask(), { immediate: true });
  document.addEventListener('visibilitychange', askWhenSeen);
  onScopeDispose(() => {
    latest++;
    clearTimeout(timer);
    document.removeEventListener('visibilitychange', askWhenSeen);
  });
  return history;
}
