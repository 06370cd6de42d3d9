import { ShoalError } from '../errors.ts';
import type { BodyBudget, BudgetHolder } from '../pool/body-budget.ts';
import type { Miss } from '../pool/entry-read.ts';
import type { PoolCache } from '../pool/pool-cache.ts';
import type { BodyFacts, ImageName, ImageReading } from './image-reading.ts';
import { asUnavailable } from './object-source.ts';
import { SharedBody } from './shared-body.ts';
import { waitForFill } from './wait-for-fill.ts';

/** What a flight brings: the facts, then the bytes in pieces. */
export interface Cargo {
  readonly facts: BodyFacts;
  readonly chunks: AsyncIterable<Buffer> | Iterable<Buffer>;
  readonly isInMemory: boolean;
  /** The chunks will not be read. */
  discard(): void;
}

export interface FlightOptions {
  readonly image: ImageName;
  readonly entryName: string;
  readonly cache: PoolCache;
  readonly budget: BodyBudget;
  /** Goes for the bytes. Undefined when there is no such image. `isWanted` tells whether anybody still waits. */
  readonly load: (isWanted: () => boolean) => Promise<Cargo | undefined>;
  /** The entry may be had from its owner after all. */
  readonly readAgain: (reading: ImageReading) => void;
  /** There is no memory to share the bytes: every read goes for itself. */
  readonly readAlone: (reading: ImageReading) => void;
  /** Called once, when the flight is over and the owner has been filled if it can be. */
  readonly landed: () => void;
}

/**
 * One entry on its way from the object store to all who miss it in this process, and to its owner. Who holds the entry's lease
 * fills it; while somebody else in the system does, the flight waits a little for them.
 */
export class Flight implements BudgetHolder {
  readonly #options: FlightOptions;
  readonly #waiting = new Set<ImageReading>();
  readonly #leaseIsOurs = new AbortController();
  #body: SharedBody | undefined;
  #cas: string | undefined;
  #hasLanded = false;

  constructor(options: FlightOptions) {
    this.#options = options;
  }

  join(reading: ImageReading, miss: Miss): void {
    if (miss.lease === 'won') {
      this.#cas = miss.cas;
      this.#leaseIsOurs.abort();
    }
    if (this.#body !== undefined) {
      this.#body.follow(reading);
      return;
    }
    this.#waiting.add(reading);
    reading.use({ resume: () => {}, close: () => this.#waiting.delete(reading) });
  }

  /** Never rejects: all who have joined are told. `mayWait` when somebody else has the lease. */
  async run(mayWait: boolean): Promise<void> {
    const { cache, image, entryName, load } = this.#options;
    try {
      const outcome =
        mayWait && this.#cas === undefined
          ? await waitForFill(cache, image.keyHash, entryName, this.#leaseIsOurs.signal)
          : undefined;
      if (outcome === 'filled') {
        this.#land();
        this.#sendElsewhere(this.#options.readAgain);
        return;
      }
      if (outcome?.lease === 'won') this.#cas = outcome.cas;
      const cargo = await load(() => this.#waiting.size > 0);
      if (cargo === undefined) throw new ShoalError('NOT_FOUND', 'There is no such image.');
      await this.#bring(cargo);
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

  async #bring({ facts, chunks, isInMemory, discard }: Cargo): Promise<void> {
    const { budget } = this.#options;
    if (isInMemory) {
      budget.take(facts.sizeBytes);
    } else if (!budget.tryTake(facts.sizeBytes)) {
      discard();
      this.#sendElsewhere(this.#options.readAlone);
      return;
    }
    const body = new SharedBody(facts, () => this.#giveBack());
    this.#body = body;
    this.#sendElsewhere((reading) => body.follow(reading));
    for await (const chunk of chunks) body.append(chunk);
    const { cache, image, entryName } = this.#options;
    // Another lease may come in while the first is being used: entries can be evicted as soon as they are filled.
    for (let cas = this.#takeLease(); cas !== undefined; cas = this.#takeLease()) {
      await cache.fill(image.keyHash, entryName, { cas, header: facts, payload: body.bytes });
    }
  }

  #sendElsewhere(send: (reading: ImageReading) => void): void {
    const readings = [...this.#waiting];
    this.#waiting.clear();
    for (const reading of readings) send(reading);
  }

  #takeLease(): string | undefined {
    const cas = this.#cas;
    this.#cas = undefined;
    return cas;
  }

  #land(): void {
    if (this.#hasLanded) return;
    this.#hasLanded = true;
    this.#options.landed();
    const { cache, image, entryName, budget } = this.#options;
    const cas = this.#takeLease();
    if (cas !== undefined) void cache.release(image.keyHash, entryName, cas);
    if (this.#body?.hasFollowers) budget.offer(this);
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
