/**
 * One piece of work at a time under a name: who asks for it while it is under way joins it, as in groupcache's singleflight. It
 * says itself when it has landed, which may be later than its result is known.
 */
export class SingleFlight<Flight> {
  readonly #flights = new Map<string, Flight>();

  get size(): number {
    return this.#flights.size;
  }

  /** The flight under way, or else the one that `start` begins. `landed` must not be called before `start` has returned. */
  join(name: string, start: (landed: () => void) => Flight): Flight {
    const underWay = this.#flights.get(name);
    if (underWay !== undefined) return underWay;
    const flight = start(() => {
      // It may have been forgotten, and followed by another one.
      if (this.#flights.get(name) === flight) this.#flights.delete(name);
    });
    this.#flights.set(name, flight);
    return flight;
  }

  /** Whoever asks from now on begins anew. Undefined if no such work is under way. */
  forget(name: string): Flight | undefined {
    const flight = this.#flights.get(name);
    this.#flights.delete(name);
    return flight;
  }

  /** Forgets everything that is under way. */
  forgetAll(): Flight[] {
    const flights = [...this.#flights.values()];
    this.#flights.clear();
    return flights;
  }
}
