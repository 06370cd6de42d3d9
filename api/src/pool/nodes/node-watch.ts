import type { Clock } from '../reconciling/clock.ts';
import type { NodeAccess } from './node-access.ts';
import { isGiven } from '../reconciling/pool-draft.ts';
import type { NodeRecord } from '../state/pool-state.ts';
import type { SeenHealth } from '../reconciling/seen.ts';

/** A node that this process has only just begun to follow has so long to answer before it counts as silent. */
const PATIENCE_MS = 1_500;

/** Follows the nodes that are written down, and tells which of them answer. */
export class NodeWatch {
  readonly #nodes: NodeAccess;
  readonly #clock: Clock;
  /** By id: when it was followed first, and whether it has answered since. */
  readonly #followed = new Map<string, { readonly since: number; hasAnswered: boolean }>();
  readonly #lapsed = new Set<string>();

  constructor(nodes: NodeAccess, clock: Clock) {
    this.#nodes = nodes;
    this.#clock = clock;
  }

  follow(nodes: readonly NodeRecord[]): void {
    // A given node that is gone may come back.
    const followed = nodes.filter(
      (node) => node.address !== null && (node.state !== 'GONE' || isGiven(node)),
    );
    const ids = new Set(followed.map(({ id }) => id));
    for (const id of this.#followed.keys()) if (!ids.has(id)) this.#followed.delete(id);
    for (const id of ids) {
      if (!this.#followed.has(id)) this.#followed.set(id, { since: this.#clock.now(), hasAnswered: false });
    }
    this.#nodes.follow(followed);
  }

  /** Has every node answer anew before it counts as silent. */
  beginAnew(): void {
    for (const id of this.#followed.keys()) {
      this.#followed.set(id, { since: this.#clock.now(), hasAnswered: false });
    }
  }

  /** Takes note of nodes that have just ceased to answer, however shortly. */
  noteLapses(): void {
    for (const [id, { hasAnswered }] of this.#followed) {
      if (hasAnswered && this.#nodes.health(id)?.isUp !== true) this.#lapsed.add(id);
    }
  }

  /** The nodes that have ceased to answer since the last call. What they were told, they may have forgotten. */
  takeLapses(): readonly string[] {
    const lapsed = [...this.#lapsed];
    this.#lapsed.clear();
    return lapsed;
  }

  /** By id. A node is left out while it is not known yet whether it answers. */
  health(): ReadonlyMap<string, SeenHealth> {
    const seen = new Map<string, SeenHealth>();
    for (const [id, followed] of this.#followed) {
      const health = this.#nodes.health(id);
      if (health?.isUp === true) {
        followed.hasAnswered = true;
        seen.set(id, { isUp: true });
      } else if (followed.hasAnswered || this.#clock.now() - followed.since >= PATIENCE_MS) {
        seen.set(id, { isUp: false, reason: health?.reason ?? 'it is not known' });
      }
    }
    return seen;
  }
}
