import type { NodeRecord, PoolState } from './state/pool-state.ts';
import type { TroubleLog } from './reconciling/troubles.ts';

export interface StartOptions {
  /** Milliseconds since the Unix epoch. */
  readonly startedAt: number;
  readonly timeoutMs: number;
  /** False: the start does not fail for want of nodes. */
  readonly needsNodes: boolean;
  readonly log: TroubleLog;
  state(): PoolState | undefined;
  isUp(id: string): boolean;
  /** Has the listener called when anything has changed. */
  onProgress(listener: () => void): void;
}

/**
 * Resolves when every node is ready and answers, or after the time limit when some do.
 * @throws with the reason when none is ready by then, or none can be launched
 */
export async function awaitStart(options: StartOptions): Promise<void> {
  const { timeoutMs, onProgress } = options;
  let timer: NodeJS.Timeout | undefined;
  try {
    await new Promise<void>((resolve, reject) => {
      timer = setTimeout(() => settle(options, resolve, reject), timeoutMs);
      onProgress(() => {
        const reason = launchFailure(options);
        if (reason !== undefined) reject(new Error(`A cache node could not be started: ${reason}`));
        else if (isReady(options)) resolve();
      });
    });
  } finally {
    clearTimeout(timer);
    onProgress(() => {});
  }
}

function settle(
  { state, needsNodes, timeoutMs, log }: StartOptions,
  resolve: () => void,
  reject: (reason: Error) => void,
): void {
  const nodes = (state()?.nodes ?? []).filter((node) => node.state !== 'READY' && node.state !== 'GONE');
  const silent = nodes.map(({ label }) => label).join(', ');
  if (needsNodes && (state()?.members.length ?? 0) === 0) {
    reject(
      new Error(
        `No cache node has become ready within ${timeoutMs / 1000} s: ${silent || 'none was launched'}.`,
      ),
    );
    return;
  }
  log.warn(
    { nodes: silent },
    'Some cache nodes are not ready yet; their keys are read elsewhere until they are.',
  );
  resolve();
}

function isReady({ state, isUp }: StartOptions): boolean {
  const { nodes = [], members = [] } = state() ?? {};
  const living = nodes.filter((node) => node.state !== 'GONE');
  return (
    members.length > 0 &&
    living.every(({ id, state: word }) => isUp(id) && (word === 'READY' || word === 'DRAINING'))
  );
}

/** Why a node that was launched since the start is gone already, while there is no other. */
function launchFailure({ state, startedAt, needsNodes }: StartOptions): string | undefined {
  const { nodes = [], members = [] } = state() ?? {};
  if (!needsNodes || members.length > 0) return undefined;
  const isFailed = (node: NodeRecord) => node.state === 'GONE' && node.launchedAt >= startedAt;
  return nodes.find(isFailed)?.reason;
}
