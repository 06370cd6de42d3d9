import { ShoalError } from '../errors.ts';
import type { BodyBudget, BudgetHolder } from '../pool/nodes/body-budget.ts';
import type { Lease, Miss } from '../pool/nodes/entry-read.ts';
import type { PoolCache } from '../pool/routing/pool-cache.ts';
import type { CargoLoader } from './cargo-loader.ts';
import type { Cargo } from './cargo.ts';
import type { ImageName, ImageReading } from './image-reading.ts';
import { asUnavailable } from './object-source.ts';
import { SharedBody } from './shared-body.ts';
import { waitForFill } from './wait-for-fill.ts';

export interface FlightOptions {
  readonly image: ImageName;
  readonly entryName: string;
  readonly cache: PoolCache;
  readonly budget: BodyBudget;
  readonly loader: Pick<CargoLoader, 'load' | 'loadPrevious'>;
  /** The entry may be had from its owner after all. */
  readonly readAgain: (reading: ImageReading) => void;
  /** There is no memory to share the bytes: every read goes for itself. */
  readonly readAlone: (reading: ImageReading) => void;
  /** Called once, when the flight is over and the owner has been filled if it can be. */
  readonly landed: () => void;
}

/**
 * One entry on its way from a previous owner or the object store to all who miss it in this process, and to its owner. Who holds
 * the entry's lease fills it; while somebody else in the system does, the flight takes it from a previous owner or waits a little.
 */
export class Flight implements BudgetHolder {
  readonly #options: FlightOptions;
  readonly #waiting = new Set<ImageReading>();
  readonly #leaseIsOurs = new AbortController();
  #body: SharedBody | undefined;
  #lease: Lease | undefined;
  #isLoading = false;
  #mayFill = true;
  #hasLanded = false;

  constructor(options: FlightOptions) {
    this.#options = options;
  }

  /** A lease is good only for bytes that are read after it was won: else they may have been deleted in between. */
  get takesLeases(): boolean {
    return !this.#isLoading;
  }

  join(reading: ImageReading, miss: Miss): void {
    if (miss.lease === 'won') {
      this.#hold(miss);
      this.#leaseIsOurs.abort();
    }
    if (this.#body !== undefined) {
      this.#body.follow(reading);
      return;
    }
    this.#waiting.add(reading);
    reading.use({ resume: () => {}, close: () => this.#waiting.delete(reading) });
  }

  /** The entry was deleted. Who has joined is still served. */
  forgoFilling(): void {
    this.#mayFill = false;
  }

  /** Never rejects: all who have joined are told. `mayWait` when somebody else has the lease. */
  async run(mayWait: boolean): Promise<void> {
    try {
      const found = await this.#find(mayWait);
      if (found === 'filled') {
        this.#land();
        this.#sendElsewhere(this.#options.readAgain);
        return;
      }
      if (found === undefined) throw new ShoalError('NOT_FOUND', 'There is no such image.');
      await this.#bring(found);
    } catch (error) {
      const told = asUnavailable(error);
      for (const reading of [...this.#waiting]) reading.fail(told);
      this.#body?.fail(told);
    }
    this.#land();
  }

  letGo(): void {
    this.#body?.dismiss();
  }

  async #find(mayWait: boolean): Promise<Cargo | 'filled' | undefined> {
    const { cache, image, entryName, loader } = this.#options;
    this.#isLoading = true;
    const previous = await loader.loadPrevious(image.keyHash, entryName);
    if (previous !== undefined) return previous;
    if (mayWait && this.#lease === undefined) {
      this.#isLoading = false;
      const outcome = await waitForFill(cache, image.keyHash, entryName, this.#leaseIsOurs.signal);
      if (outcome === 'filled') return 'filled';
      if (outcome.lease === 'won') this.#hold(outcome);
      this.#isLoading = true;
    }
    return await loader.load(image, () => this.#waiting.size > 0);
  }

  async #bring(cargo: Cargo): Promise<void> {
    const { cache, entryName, budget, readAlone } = this.#options;
    const { facts } = cargo;
    if (cargo.kind === 'stream' && !budget.tryTake(facts.sizeBytes)) {
      cargo.discard();
      this.#sendElsewhere(readAlone);
      return;
    }
    const whole = cargo.kind === 'whole' ? cargo.bytes : undefined;
    const body = new SharedBody(facts, () => this.#giveBack(), whole);
    this.#body = body;
    this.#sendElsewhere((reading) => body.follow(reading));
    if (cargo.kind === 'stream') for await (const chunk of cargo.chunks) body.append(chunk);
    if (this.#lease === undefined || !this.#mayFill) return;
    await cache.fill(this.#lease, entryName, { header: facts, payload: body.bytes });
    this.#lease = undefined;
  }

  #sendElsewhere(send: (reading: ImageReading) => void): void {
    const readings = [...this.#waiting];
    this.#waiting.clear();
    for (const reading of readings) send(reading);
  }

  #hold(lease: Lease): void {
    this.#release();
    this.#lease = lease;
  }

  #release(): void {
    const { cache, entryName } = this.#options;
    if (this.#lease !== undefined) void cache.release(this.#lease, entryName);
    this.#lease = undefined;
  }

  #land(): void {
    if (this.#hasLanded) return;
    this.#hasLanded = true;
    this.#options.landed();
    this.#release();
    if (this.#body?.hasFollowers) this.#options.budget.offer(this);
    this.#giveBack();
  }

  /** Once nobody will join any more and the last follower has gone. */
  #giveBack(): void {
    if (!this.#hasLanded || this.#body === undefined || this.#body.hasFollowers) return;
    this.#options.budget.withdraw(this);
    this.#options.budget.give(this.#body.facts.sizeBytes);
    this.#body = undefined;
  }
}
