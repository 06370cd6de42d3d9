const BUCKETS_PER_DOUBLING = 8;
const SMALLEST_MS = 0.05;
const BUCKETS = 200;

/** What came of the reads of some time. */
export interface Figures {
  readonly reads: number;
  readonly hits: number;
  readonly failures: number;
  /** Reads that were not begun, because too many were under way. */
  readonly dropped: number;
  readonly bytes: number;
  /** Milliseconds since the read was due; undefined without reads. */
  readonly p50: number | undefined;
  readonly p99: number | undefined;
}

/** Counts reads. Latencies go into buckets that grow by a twelfth each, so that it never grows itself. */
export class Tally {
  #reads = 0;
  #hits = 0;
  #failures = 0;
  #dropped = 0;
  #bytes = 0;
  readonly #latencies = new Float64Array(BUCKETS);

  read(latencyMs: number, isHit: boolean, sizeBytes: number): void {
    this.#reads++;
    if (isHit) this.#hits++;
    this.#bytes += sizeBytes;
    const bucket = Math.ceil(
      Math.log2(Math.max(latencyMs, SMALLEST_MS) / SMALLEST_MS) * BUCKETS_PER_DOUBLING,
    );
    this.#latencies[Math.min(bucket, BUCKETS - 1)]! += 1;
  }

  fail(): void {
    this.#failures++;
  }

  drop(): void {
    this.#dropped++;
  }

  figures(): Figures {
    return {
      reads: this.#reads,
      hits: this.#hits,
      failures: this.#failures,
      dropped: this.#dropped,
      bytes: this.#bytes,
      p50: this.#quantile(0.5),
      p99: this.#quantile(0.99),
    };
  }

  #quantile(share: number): number | undefined {
    let left = this.#reads * share;
    if (left === 0) return undefined;
    for (let bucket = 0; bucket < BUCKETS; bucket++) {
      left -= this.#latencies[bucket]!;
      if (left <= 0) return SMALLEST_MS * 2 ** (bucket / BUCKETS_PER_DOUBLING);
    }
    return undefined;
  }
}
