/** Of a request's URL what the resolver reads, without a URL of the platform's for the form that nearly all clients use. */

/** As URLSearchParams has them. */
export interface Parameters {
  has(name: string): boolean;
  get(name: string): string | null;
  getAll(name: string): string[];
}

export interface AskedUrl {
  readonly pathname: string;
  readonly searchParams: Parameters;
}

/** A GET's URL (RFC 8484 4.1.1), where it has nothing that parsing would change: no escape, no dot segment. */
const PLAIN = /^https?:\/\/[^/?#@\\]+(\/dns-query(?:\/[\w~-]+)?)\?dns=([\w-]*)$/;

/**
 * In workerd a URL and its parameters are objects of the runtime: to make them takes several times what it takes to answer the
 * question.
 *
 * @param text of a request: a URL that can be parsed
 */
export function askedUrl(text: string): AskedUrl {
  const plain = PLAIN.exec(text);
  if (plain === null) return new URL(text);
  const [, pathname = "", dns = ""] = plain;
  return { pathname, searchParams: new DnsParameter(dns) };
}

/** The parameter `dns`, and no other. */
class DnsParameter implements Parameters {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  has(name: string): boolean {
    return name === "dns";
  }

  get(name: string): string | null {
    return name === "dns" ? this.#text : null;
  }

  getAll(name: string): string[] {
    return name === "dns" ? [this.#text] : [];
  }
}
