import { ShoalError } from '../../errors.ts';
import type { CacheConfig, PoolState, Resize, ResizeState } from './pool-state.ts';
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
    const [from, to] = [config.evictionPolicy, next.evictionPolicy].map((name) => name.toUpperCase());
    texts.push(`Eviction policy set from ${from} to ${to}`);
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
    reason: `it waits for its turn, asked for by ${by}`,
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
  return changeCurrent(state, { from: 'RUNNING', to: 'PAUSED', reason: 'it is paused', what: 'paused', at });
}

/** @throws ShoalError CONFLICT when no resize is under way */
export function resumeResize(state: PoolState, at: number): Change {
  const reason = 'it is under way';
  return changeCurrent(state, { from: 'PAUSED', to: 'RUNNING', reason, what: 'resumed', at });
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
    ? { ...resize, state: 'CANCELLED', reason: 'it was cancelled before it began', finishedAt: at }
    : { ...resize, cancelRequested: true, reason: 'it is being cancelled' };
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
  {
    from,
    to,
    reason,
    what,
    at,
  }: { from: ResizeState; to: ResizeState; reason: string; what: string; at: number },
): Change {
  const resize = currentResize(state);
  if (resize === undefined) throw noResize();
  if (resize.state !== from) return undefined;
  return {
    state: { ...state, resizes: replace(state.resizes, { ...resize, state: to, reason }) },
    events: [eventOf(resize, what, at)],
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
