import { isDeepStrictEqual } from 'node:util';
import type { CacheConfig, NodeRecord, PoolEvent, PoolState, Resize } from '../state/pool-state.ts';

/** A node that was given by its address, not launched by us: its label is its id. */
export function isGiven(node: NodeRecord): boolean {
  return node.id === node.label;
}

export function isMember(node: NodeRecord): boolean {
  return node.state === 'READY' || node.state === 'SUSPECT';
}

export function isUnderWay(resize: Resize): boolean {
  return resize.state === 'RUNNING' || resize.state === 'PAUSED';
}

export function isFinished(resize: Resize): boolean {
  return resize.state === 'DONE' || resize.state === 'CANCELLED' || resize.state === 'FAILED';
}

/** The state as one reconciliation changes it, rule by rule. The state that it began with stays as it was. */
export class PoolDraft {
  readonly now: number;
  readonly config: CacheConfig;
  desiredSize: number;
  epoch: number;
  members: readonly string[];
  previousMembers: readonly (readonly string[])[];
  warmedEpoch: number;
  readonly #before: PoolState;
  #nodes: readonly NodeRecord[];
  #resizes: readonly Resize[];
  readonly #events: Omit<PoolEvent, 'id'>[] = [];

  constructor(state: PoolState, now: number) {
    this.now = now;
    this.config = state.config;
    this.desiredSize = state.desiredSize;
    this.epoch = state.epoch;
    this.members = state.members;
    this.previousMembers = state.previousMembers;
    this.warmedEpoch = state.warmedEpoch;
    this.#before = state;
    this.#nodes = state.nodes;
    this.#resizes = state.resizes;
  }

  get nodes(): readonly NodeRecord[] {
    return this.#nodes;
  }

  /** Those that are not finished, in their order. */
  get resizes(): readonly Resize[] {
    return this.#resizes.filter((resize) => !isFinished(resize));
  }

  /** The resize that is worked on. */
  get underWay(): Resize | undefined {
    return this.#resizes.find(isUnderWay);
  }

  /** The node that fills a slot. */
  inSlot(slot: number): NodeRecord | undefined {
    return this.#nodes.find((node) => node.slot === slot && node.state !== 'GONE');
  }

  add(node: NodeRecord): void {
    this.#nodes = [...this.#nodes, node];
    this.tell(`${node.label}: ${node.reason}`, node.label);
  }

  change(id: string, changes: Partial<NodeRecord>): void {
    this.#nodes = this.#nodes.map((node) => (node.id === id ? { ...node, ...changes } : node));
  }

  /** Has the node enter a state, `text` telling people of it. Without a text nobody is told, for that is done elsewhere. */
  enter(
    node: NodeRecord,
    state: NodeRecord['state'],
    reason: string,
    text?: string,
    changes: Partial<NodeRecord> = {},
  ): void {
    this.change(node.id, { ...changes, state, reason, stateSince: this.now });
    if (text !== undefined) this.tell(text, node.label);
  }

  remove(ids: ReadonlySet<string>): void {
    this.#nodes = this.#nodes.filter(({ id }) => !ids.has(id));
  }

  changeResize(id: string, changes: Partial<Resize>): void {
    this.#resizes = this.#resizes.map((resize) => (resize.id === id ? { ...resize, ...changes } : resize));
  }

  tell(text: string, node: string | null = null): void {
    this.#events.push({ at: this.now, node, text });
  }

  /** The state that it began with, the very same, when nothing has changed. */
  finish(): { readonly state: PoolState; readonly events: readonly Omit<PoolEvent, 'id'>[] } {
    const state: PoolState = {
      ...this.#before,
      desiredSize: this.desiredSize,
      epoch: this.epoch,
      members: this.members,
      previousMembers: this.previousMembers,
      warmedEpoch: this.warmedEpoch,
      nodes: this.#nodes,
      resizes: this.#resizes,
    };
    return isDeepStrictEqual(state, this.#before)
      ? { state: this.#before, events: [] }
      : { state, events: this.#events };
  }
}
