import { ShoalError } from '../errors.ts';
import type { CacheConfig, PoolState, Resize } from './pool-state.ts';
import type { PoolChange } from './pool-store.ts';

/** What a person or the autoscaler asks of the pool, as pure changes of its state. Undefined: it is so already. */
type Change = PoolChange | undefined;

const MAX_QUEUED = 20;

/** Only what nodes have to be told makes a new version. */
export function changeConfig(
  state: PoolState,
  changes: Partial<Omit<CacheConfig, 'version'>>,
  at: number,
): Change {
  const { config } = state;
  const next = { ...config, ...changes };
  const texts: string[] = [];
  if (next.capacityMiB !== config.capacityMiB) {
    texts.push(`Capacity per node set from ${config.capacityMiB} to ${next.capacityMiB} MiB`);
  }
  if (next.evictionPolicy !== config.evictionPolicy) {
    texts.push(`Eviction policy set from ${config.evictionPolicy} to ${next.evictionPolicy}`);
  }
  const isNewToNodes = texts.length > 0;
  if (next.copyLimitMiBps !== config.copyLimitMiBps) {
    texts.push(`Copy limit set from ${config.copyLimitMiBps} to ${next.copyLimitMiBps} MiB/s`);
  }
  if (texts.length === 0) return undefined;
  return {
    state: { ...state, config: { ...next, version: config.version + (isNewToNodes ? 1 : 0) } },
    events: texts.map((text) => ({ at, node: null, text })),
  };
}

/** @throws ShoalError CONFLICT when too many are queued */
export function queueResize(
  state: PoolState,
  { id, toSize, by, at }: { id: string; toSize: number; by: string; at: number },
): Change {
  const fromSize = state.desiredSize;
  if (toSize === fromSize) return undefined;
  if (state.resizes.filter(isQueued).length >= MAX_QUEUED) {
    throw new ShoalError(
      'CONFLICT',
      `${MAX_QUEUED} resizes are queued already. Cancel some of them, or wait.`,
    );
  }
  const resize: Resize = {
    id,
    fromSize,
    toSize,
    state: 'QUEUED',
    reason: `Asked for by ${by}`,
    requestedAt: at,
    startedAt: null,
    finishedAt: null,
    cancelRequested: false,
    entriesTotal: null,
    bytesTotal: null,
    entriesCopied: 0,
    bytesCopied: 0,
  };
  return {
    state: { ...state, desiredSize: toSize, resizes: [...state.resizes, resize] },
    events: [eventOf(resize, `asked for by ${by}`, at)],
  };
}

/** @throws ShoalError CONFLICT when no resize is under way */
export function pauseResize(state: PoolState, at: number): Change {
  return changeCurrent(state, { from: 'RUNNING', to: 'PAUSED', word: 'paused', at });
}

/** @throws ShoalError CONFLICT when no resize is under way */
export function resumeResize(state: PoolState, at: number): Change {
  return changeCurrent(state, { from: 'PAUSED', to: 'RUNNING', word: 'resumed', at });
}

/**
 * A queued resize is cancelled at once; the one under way is marked, and goes back at the next chance. Without an id it is the one
 * under way.
 * @throws ShoalError CONFLICT when none is under way, NOT_FOUND when none that is unfinished has the id
 */
export function cancelResize(state: PoolState, { id, at }: { id: string | undefined; at: number }): Change {
  const resize = id === undefined ? currentResize(state) : state.resizes.find((other) => other.id === id);
  if (resize === undefined) {
    throw id === undefined
      ? noResize()
      : new ShoalError('NOT_FOUND', `No resize with the id ${id} is queued or under way.`);
  }
  if (resize.cancelRequested) return undefined;
  const cancelled: Resize = isQueued(resize)
    ? { ...resize, state: 'CANCELLED', reason: 'Cancelled before it began', finishedAt: at }
    : { ...resize, cancelRequested: true, reason: 'Being cancelled' };
  return {
    state: rechain({ ...state, resizes: replace(state.resizes, cancelled) }),
    events: [eventOf(resize, isQueued(resize) ? 'cancelled before it began' : 'is being cancelled', at)],
  };
}

/** The one that is running or paused. */
export function currentResize(state: PoolState): Resize | undefined {
  return state.resizes.find((resize) => resize.state === 'RUNNING' || resize.state === 'PAUSED');
}

export function isQueued({ state }: Resize): boolean {
  return state === 'QUEUED';
}

function changeCurrent(
  state: PoolState,
  { from, to, word, at }: { from: Resize['state']; to: Resize['state']; word: string; at: number },
): Change {
  const resize = currentResize(state);
  if (resize === undefined) throw noResize();
  if (resize.state !== from) return undefined;
  const reason = resize.cancelRequested
    ? resize.reason
    : `${word[0]!.toUpperCase()}${word.slice(1)} by a person`;
  return {
    state: { ...state, resizes: replace(state.resizes, { ...resize, state: to, reason }) },
    events: [eventOf(resize, word, at)],
  };
}

/** Lets each queued resize set out from where the one before it ends, and the desired size be where the last one ends. */
function rechain(state: PoolState): PoolState {
  let size = state.resizes[0]?.fromSize ?? state.desiredSize;
  const resizes = state.resizes.map((resize) => {
    const next = isQueued(resize) ? { ...resize, fromSize: size } : resize;
    size = resize.state === 'CANCELLED' || resize.cancelRequested ? size : resize.toSize;
    return next;
  });
  return { ...state, resizes, desiredSize: size };
}

function replace(resizes: readonly Resize[], resize: Resize): Resize[] {
  return resizes.map((other) => (other.id === resize.id ? resize : other));
}

function eventOf({ fromSize, toSize }: Resize, what: string, at: number) {
  return { at, node: null, text: `Resize from ${fromSize} to ${toSize} ${what}` };
}

function noResize(): ShoalError {
  return new ShoalError('CONFLICT', 'No resize is under way.');
}
