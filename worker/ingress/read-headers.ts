/** A request's headers in JavaScript's own memory, read once: each look into `Headers` leaves JavaScript. */

/** Names are in lower case. */
export interface HeaderLookup {
  get(name: string): string | null;
}

export class ReadHeaders implements HeaderLookup {
  readonly #texts = new Map<string, string>();

  constructor(headers: Headers) {
    const texts = this.#texts;
    headers.forEach((text, name) => {
      texts.set(name, text);
    });
  }

  get(name: string): string | null {
    return this.#texts.get(name) ?? null;
  }

  keys(): Iterable<string> {
    return this.#texts.keys();
  }
}
