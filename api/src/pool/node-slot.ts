import type { NodeAddress } from './node-address.ts';
import { NodeClient } from './node-client.ts';
import { slotLabel } from './ring.ts';
import type { SlabPool } from './slab.ts';
import type { LaunchedNode, SlotProvisioner } from './slot-provisioner.ts';
import type { NodeState, PoolNode } from './topology.ts';

export interface NodeSlotOptions {
  readonly slot: number;
  readonly provisioner: SlotProvisioner;
  readonly slabs: SlabPool;
  readonly random: () => number;
  readonly readPatienceMs?: number | undefined;
  readonly readSilenceMs?: number | undefined;
  /** Called after state or client have changed, with the reason where something went wrong. */
  onChange(reason?: string): void;
}

const FIRST_RELAUNCH_MS = 100;
const LAST_RELAUNCH_MS = 10_000;

/** One place in the pool and the node that fills it. A node that ends without being asked to is replaced. */
export class NodeSlot {
  readonly label: string;
  readonly #options: NodeSlotOptions;
  #state: NodeState = 'STARTING';
  #address: NodeAddress = { path: '' };
  #launched: LaunchedNode | undefined;
  #client: NodeClient | undefined;
  #relaunches = 0;
  #relaunchTimer: NodeJS.Timeout | undefined;
  #isStopping = false;
  #launching: Promise<void> = Promise.resolve();

  constructor(options: NodeSlotOptions) {
    this.#options = options;
    this.label = slotLabel(options.slot);
  }

  get node(): PoolNode {
    return { label: this.label, address: this.#address, state: this.#state };
  }

  /** Undefined while no node is launched. */
  get client(): NodeClient | undefined {
    return this.#client;
  }

  /**
   * Launches the first node.
   * @throws when that can't be done
   */
  async launch(): Promise<void> {
    this.#launching = this.#launch();
    await this.#launching;
  }

  async stop(): Promise<void> {
    this.#isStopping = true;
    clearTimeout(this.#relaunchTimer);
    this.#client?.close();
    await this.#launching.catch(() => {});
    await this.#launched?.stop();
    this.#enter('GONE');
  }

  async #launch(): Promise<void> {
    const launched = await this.#options.provisioner.launch(this.#options.slot);
    if (this.#isStopping) {
      await launched.stop();
      return;
    }
    this.#launched = launched;
    this.#address = launched.address;
    this.#client = new NodeClient({
      address: launched.address,
      slabs: this.#options.slabs,
      random: this.#options.random,
      readPatienceMs: this.#options.readPatienceMs,
      readSilenceMs: this.#options.readSilenceMs,
      onChange: (isUp, reason) => this.#onAnswer(isUp, reason),
    });
    void launched.ended.then((reason) => this.#onEnded(reason));
    this.#options.onChange();
  }

  #onAnswer(isUp: boolean, reason: Error | undefined): void {
    if (this.#isStopping) return;
    if (isUp) this.#relaunches = 0;
    this.#enter(isUp ? 'READY' : 'SUSPECT', reason?.message);
  }

  #onEnded(reason: string): void {
    if (this.#isStopping) return;
    this.#client?.close();
    this.#client = undefined;
    this.#launched = undefined;
    // A member stays one: its replacement inherits its arcs.
    this.#enter(this.#state === 'STARTING' ? 'STARTING' : 'SUSPECT', reason);
    this.#relaunchLater();
  }

  #relaunchLater(): void {
    const waitMs = Math.min(LAST_RELAUNCH_MS, FIRST_RELAUNCH_MS * 2 ** this.#relaunches++);
    this.#relaunchTimer = setTimeout(() => {
      this.launch().catch((error: Error) => {
        this.#options.onChange(error.message);
        if (!this.#isStopping) this.#relaunchLater();
      });
    }, waitMs);
  }

  #enter(state: NodeState, reason?: string): void {
    this.#state = state;
    this.#options.onChange(reason);
  }
}
