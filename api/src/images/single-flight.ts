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
    const flight = start(() => this.#flights.delete(name));
    this.#flights.set(name, flight);
    return flight;
  }
}
