/** How many seconds back the speed is taken from. */
const WINDOW_SECONDS = 5;

/** The speed of what is sent in all, from counts taken now and then. */
export class UploadSpeed {
  #samples: readonly { readonly at: number; readonly sentBytes: number }[] = [];

  /** Bytes per second over the last seconds. Undefined until there are two counts; a count that falls begins anew. */
  sample(at: number, sentBytes: number): number | undefined {
    const last = this.#samples.at(-1);
    if (last && sentBytes < last.sentBytes) this.#samples = [];
    const recent = this.#samples.filter((sample) => at - sample.at <= WINDOW_SECONDS * 1000);
    this.#samples = [...recent, { at, sentBytes }];
    const first = this.#samples[0]!;
    return at > first.at ? ((sentBytes - first.sentBytes) * 1000) / (at - first.at) : undefined;
  }

  forget(): void {
    this.#samples = [];
  }
}
