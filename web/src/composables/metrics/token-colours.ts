/** The colours that tokens have in an element now. A canvas needs the colour itself, which only a style can tell. */
export class TokenColours {
  readonly #probe: HTMLElement;
  readonly #known = new Map<string, string>();

  constructor(element: HTMLElement) {
    this.#probe = document.createElement('span');
    this.#probe.hidden = true;
    element.append(this.#probe);
  }

  read(token: string): string {
    const known = this.#known.get(token);
    if (known !== undefined) return known;
    this.#probe.style.color = `var(${token})`;
    const { color } = getComputedStyle(this.#probe);
    this.#known.set(token, color);
    return color;
  }

  /** Reads them anew, since the theme is another one. */
  forget(): void {
    this.#known.clear();
  }
}
