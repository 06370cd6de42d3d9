import type { PoolState } from '../../src/pool/state/pool-state.ts';
import type { NodeSpec, RunningNode } from '../../src/pool/provisioners/provisioner.ts';
import type { VirtualTime } from './virtual-time.ts';

/** A cache node's process. */
export interface SimulatedProcess extends RunningNode {
  phase: 'BOOTING' | 'UP' | 'FROZEN';
  /** The last time at which it could not answer. */
  downAt: number;
  configVersion: number;
  /** Deletions that it was not told while it held entries. */
  readonly missed: Set<number>;
}

/** What can be made to go wrong with a request. */
export type Fault = 'refused' | 'lost' | 'hangs';
export type FaultyRequest = 'launch' | 'stop' | 'configure' | 'empty' | 'list' | 'store' | 'warm';

export interface WorldOptions {
  readonly time: VirtualTime;
  readonly maxNodes: number;
  /** Given nodes that can neither be launched nor stopped; undefined for a pool that is launched. */
  readonly given?: readonly string[];
  /** The state as it is written down. */
  readonly state: () => PoolState;
}

/** Everything outside of the api processes: the nodes' processes, what goes wrong with them, and with requests to them. */
export class World {
  readonly time: VirtualTime;
  readonly processes = new Map<string, SimulatedProcess>();
  readonly given: readonly string[] | undefined;
  /** Epochs whose pass of warming has come through, with their members. */
  readonly warmed = new Set<string>();
  /** How long the next nodes take until they answer. */
  readonly bootMs: number[] = [];
  deletionCount = 0;
  /** What must never be and was, in words. */
  readonly violations: string[] = [];
  /** Called after a process has begun or ceased to answer, with the time until others can know. */
  onChange: (id: string, knownAfterMs: number) => void = () => {};
  /** Called when a process has ended by itself. */
  onEnded: (id: string, reason: string) => void = () => {};
  readonly #options: WorldOptions;
  readonly #faults = new Map<FaultyRequest, Fault[]>();
  readonly #hasServed = new Set<string>();

  constructor(options: WorldOptions) {
    this.#options = options;
    this.time = options.time;
    this.given = options.given;
    for (const id of options.given ?? []) this.boot(id);
  }

  /** Has the next requests of a kind fail in this way. */
  addFaults(request: FaultyRequest, fault: Fault, count: number): void {
    const faults = this.#faults.get(request) ?? [];
    this.#faults.set(request, [...faults, ...Array.from({ length: count }, () => fault)]);
  }

  violate(what: string): void {
    this.violations.push(what);
  }

  takeFault(request: FaultyRequest): Fault | undefined {
    return this.#faults.get(request)?.shift();
  }

  endFaults(): void {
    this.#faults.clear();
    this.bootMs.length = 0;
  }

  launch({ id, slot }: NodeSpec): RunningNode {
    const running = this.processes.get(id);
    if (running !== undefined) return running;
    if (this.#hasServed.has(id)) this.violate(`${id} was launched again after it had served`);
    const { maxNodes } = this.#options;
    if (this.processes.size >= maxNodes) this.violate(`more than ${maxNodes} nodes run`);
    const inSlot = [...this.processes.values()].find((other) => other.slot === slot);
    if (inSlot !== undefined) this.violate(`${inSlot.id} still runs in the slot of ${id}`);
    return this.boot(id, slot);
  }

  stop(id: string): void {
    const record = this.#options.state().nodes.find((node) => node.id === id);
    if (record !== undefined && record.state !== 'GONE') {
      this.violate(`${id} was stopped while it was ${record.state}`);
    }
    this.#remove(id);
  }

  crash(id: string, reason: string): void {
    if (!this.#remove(id)) return;
    this.time.after(this.time.between(1, 300), () => this.onEnded(id, reason));
  }

  freeze(id: string): void {
    const process = this.processes.get(id);
    if (process?.phase !== 'UP') return;
    process.phase = 'FROZEN';
    this.onChange(id, this.time.between(500, 2_000));
  }

  thaw(id: string): void {
    const process = this.processes.get(id);
    if (process?.phase !== 'FROZEN') return;
    process.phase = 'UP';
    process.downAt = this.time.now;
    this.onChange(id, this.time.between(1, 500));
  }

  /** Starts a process. A given node that was away comes back like this, empty and not configured. */
  boot(id: string, slot = this.given?.indexOf(id) ?? 0): SimulatedProcess {
    const process: SimulatedProcess = {
      id,
      slot,
      address: `unix:${id}`,
      phase: 'BOOTING',
      downAt: this.time.now,
      configVersion: 0,
      missed: new Set(),
    };
    this.processes.set(id, process);
    const bootMs = this.bootMs.shift() ?? this.time.between(5, 200);
    if (bootMs < Infinity) this.time.after(bootMs, () => this.#answer(process));
    return process;
  }

  noteServing(id: string): void {
    this.#hasServed.add(id);
  }

  hasServed(id: string): boolean {
    return this.#hasServed.has(id);
  }

  isUp(id: string): boolean {
    return this.processes.get(id)?.phase === 'UP';
  }

  #answer(process: SimulatedProcess): void {
    if (this.processes.get(process.id) !== process) return;
    process.phase = 'UP';
    process.downAt = this.time.now;
    this.onChange(process.id, this.time.between(1, 50));
  }

  #remove(id: string): boolean {
    if (!this.processes.delete(id)) return false;
    this.onChange(id, this.time.between(1, 50));
    return true;
  }
}
