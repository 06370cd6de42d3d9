/** Zipf's law over the first so many of the images, which may be others each minute. */
export class Popularity {
  readonly #cumulative: Float64Array;

  constructor(images: number, exponent: number) {
    this.#cumulative = new Float64Array(images);
    let sum = 0;
    for (let rank = 0; rank < images; rank++) this.#cumulative[rank] = sum += (rank + 1) ** -exponent;
  }

  /** The rank of an image, from 0 to below `images`. */
  draw(images: number, random: () => number): number {
    const wanted = random() * this.#cumulative[images - 1]!;
    let [low, high] = [0, images - 1];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#cumulative[middle]! < wanted) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
