import { isDeepStrictEqual } from 'node:util';
import { isMember, isUnderWay } from '../../src/pool/reconciling/pool-draft.ts';
import type { NodeRecord, NodeState, PoolState, Resize } from '../../src/pool/state/pool-state.ts';
import { checkRing } from './check-ring.ts';
import type { World } from './world.ts';

const NEXT: Readonly<Record<NodeState, readonly NodeState[]>> = {
  STARTING: ['JOINING', 'GONE'],
  JOINING: ['READY', 'GONE'],
  READY: ['SUSPECT', 'DRAINING', 'GONE'],
  SUSPECT: ['READY', 'DRAINING', 'GONE'],
  DRAINING: ['READY', 'JOINING', 'GONE'],
  GONE: ['JOINING'],
};

/**
 * Checks one change of the state that was written down. Violations go to the world.
 * @param finished the resizes that it finished
 */
export function checkChange(
  before: PoolState,
  after: PoolState,
  finished: readonly Resize[],
  world: World,
): void {
  for (const resize of finished) checkFinished(after, resize, world);
  checkDesiredSize(after, finished.at(-1), world);
  checkEpoch(before, after, world);
  checkMembers(after, world);
  if (after.epoch !== before.epoch) checkRing(after.members, world);
  checkResizes(after, world);
  for (const node of after.nodes) {
    const earlier = before.nodes.find(({ id }) => id === node.id);
    if (earlier === undefined) checkNew(before, node, world);
    else if (earlier.state !== node.state) checkTransition(before, earlier, node, after, world);
  }
  for (const node of before.nodes) {
    const isForgotten = !after.nodes.some(({ id }) => id === node.id);
    if (isForgotten && node.state !== 'GONE') world.violate(`${node.id} was forgotten while ${node.state}`);
  }
}

function checkEpoch(before: PoolState, after: PoolState, world: World): void {
  const hasChanged = !isDeepStrictEqual(before.members.toSorted(), after.members.toSorted());
  if (after.epoch !== before.epoch + (hasChanged ? 1 : 0)) {
    world.violate(`epoch ${before.epoch} [${before.members}] became ${after.epoch} [${after.members}]`);
  }
  if (after.warmedEpoch < before.warmedEpoch || after.warmedEpoch > after.epoch) {
    world.violate(`the warmed epoch went from ${before.warmedEpoch} to ${after.warmedEpoch}`);
  }
  const isWarm = before.previousMembers.length > 0 && after.previousMembers.length === 0;
  if (isWarm && after.members.length > 0 && !isCopied(before, world)) {
    world.violate(`epoch ${before.epoch} counts as warmed, and no pass for it has come through`);
  }
}

function checkMembers(state: PoolState, world: World): void {
  const records = state.nodes.filter(isMember).map(({ label }) => label);
  if (new Set(state.members).size !== state.members.length) world.violate(`members twice: ${state.members}`);
  if (!isDeepStrictEqual(records.toSorted(), state.members.toSorted())) {
    world.violate(`the members are ${state.members}, the records say ${records}`);
  }
  const isDraining = state.nodes.some(
    (node) => node.state === 'DRAINING' && node.stateSince === world.time.now,
  );
  if (state.members.length === 0 && isDraining) world.violate('the last member was drained');
  if (state.previousMembers.length > 3) world.violate('more than three previous rings');
  const slots = state.nodes.filter((node) => node.state !== 'GONE').map(({ slot }) => slot);
  if (new Set(slots).size !== slots.length) world.violate(`two nodes in one slot: ${slots}`);
}

function checkResizes({ resizes, desiredSize }: PoolState, world: World): void {
  if (resizes.slice(1).some(isUnderWay)) world.violate('a resize is under way before its turn');
  const last = resizes.at(-1);
  if (last !== undefined && last.toSize !== desiredSize) {
    world.violate(`the desired size is ${desiredSize}, the last resize leads to ${last.toSize}`);
  }
}

function checkDesiredSize(after: PoolState, last: Resize | undefined, world: World): void {
  if (last === undefined || after.resizes.length > 0 || world.given !== undefined) return;
  const size = last.state === 'DONE' ? last.toSize : last.fromSize;
  if (after.desiredSize !== size) {
    world.violate(`the desired size is ${after.desiredSize}, and the last resize left ${size}`);
  }
}

function checkFinished(after: PoolState, { fromSize, toSize, state }: Resize, world: World): void {
  const name = `the resize from ${fromSize} to ${toSize}`;
  if (state !== 'DONE') return;
  if (toSize > fromSize && (after.warmedEpoch !== after.epoch || after.members.length < toSize - fromSize)) {
    world.violate(`${name} is done before all is copied`);
  }
  // A launch that a killed process had asked for may still come to be.
  const runsStill = [...world.processes.values()].some(
    ({ slot, downAt }) => slot >= toSize && world.time.now - downAt > 5_000,
  );
  if (toSize < fromSize && runsStill) {
    world.violate(`${name} is done before its nodes have stopped`);
  }
}

function checkNew(before: PoolState, node: NodeRecord, world: World): void {
  if (node.state !== 'STARTING') world.violate(`${node.id} began as ${node.state}`);
  const isTaken = before.nodes.some(
    (other) =>
      other.slot === node.slot &&
      ['STARTING', 'JOINING', 'READY', 'DRAINING'].includes(other.state) &&
      world.isUp(other.id) &&
      world.time.now - world.processes.get(other.id)!.downAt > 35_000 &&
      other.drainDeadline === null,
  );
  if (isTaken) world.violate(`${node.id} takes a slot whose node is well`);
}

function checkTransition(
  before: PoolState,
  earlier: NodeRecord,
  node: NodeRecord,
  after: PoolState,
  world: World,
): void {
  const { now } = world.time;
  if (!NEXT[earlier.state].includes(node.state)) {
    world.violate(`${node.id} went from ${earlier.state} to ${node.state}`);
  }
  if (node.state === 'READY' && !isMember(earlier)) {
    world.noteServing(node.id);
    const isStale = (world.processes.get(node.id)?.missed.size ?? 0) > 0;
    if (node.mustBeEmptied || isStale) world.violate(`${node.id} joined with deleted entries`);
    if (node.configVersion !== after.config.version)
      world.violate(`${node.id} joined without its configuration`);
  }
  if (node.state !== 'GONE' || node.reason === 'it was stopped with the api') return;
  const isGiven = world.given !== undefined;
  if (earlier.state === 'READY') world.violate(`${node.id} was ejected without having been suspected`);
  if (earlier.state === 'SUSPECT' && now - earlier.stateSince < 1_000) {
    world.violate(`${node.id} was suspect for ${now - earlier.stateSince} ms only`);
  }
  if (earlier.state === 'DRAINING' && !isGiven && !isDrained(before, earlier, world)) {
    world.violate(`${node.id} was given up before it was drained: ${node.reason}`);
  }
}

function isDrained(before: PoolState, node: NodeRecord, world: World): boolean {
  const process = world.processes.get(node.id);
  const isOver = node.drainDeadline !== null && node.drainDeadline <= world.time.now;
  const wasDown = process?.phase !== 'UP' || world.time.now - process.downAt < 5_000;
  return isOver || isCopied(before, world) || wasDown;
}

/** Whether a pass of warming has come through for the epoch of this state. */
function isCopied({ epoch, members }: PoolState, world: World): boolean {
  return world.warmed.has(`${epoch}: ${members.join()}`);
}

/** What is still missing for the pool to be as it should be; undefined when nothing is. */
export function missingToRest(state: PoolState, world: World): string | undefined {
  const ready = state.nodes.filter((node) => node.state === 'READY');
  const others = state.nodes.filter((node) => node.state !== 'READY' && node.state !== 'GONE');
  if (state.resizes.length > 0) return `resizes are left: ${state.resizes.map((resize) => resize.state)}`;
  if (ready.length !== state.desiredSize) return `${ready.length} of ${state.desiredSize} nodes are ready`;
  if (others.length > 0) return `nodes are left: ${others.map(({ label, state }) => `${label} ${state}`)}`;
  if (state.warmedEpoch !== state.epoch || state.previousMembers.length > 0) return 'entries are not warmed';
  const ids = ready.map(({ id }) => id).toSorted();
  if (!isDeepStrictEqual(ids, [...world.processes.keys()].toSorted()))
    return 'other nodes run than are ready';
  for (const { id, configVersion, mustBeEmptied } of ready) {
    const process = world.processes.get(id)!;
    if (process.phase !== 'UP') return `${id} does not answer`;
    if (mustBeEmptied || process.missed.size > 0) return `${id} may hold deleted entries`;
    if (configVersion !== state.config.version || process.configVersion !== configVersion) {
      return `${id} has not been told the configuration`;
    }
  }
  return undefined;
}
