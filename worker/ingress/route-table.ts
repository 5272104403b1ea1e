import type { HostRecord, Route } from "../../contract/index.ts";

/** A host's routes in the form that matches fast: the cost grows with the depth of a path, not with the routes. */
export class RouteTable {
  readonly #exact = new Map<string, Route>();
  readonly #prefixes = new Map<string, Route>();
  readonly #longestPrefix: number;

  constructor(host: HostRecord) {
    for (const route of host.routes) {
      const { type, value } = route.match.path;
      const table = type === "Exact" ? this.#exact : this.#prefixes;
      // Routes stand in matching order, so the first of two equal matches is meant.
      if (!table.has(value)) table.set(value, route);
    }
    this.#longestPrefix = [...this.#prefixes.keys()].reduce(
      (longest, { length }) => Math.max(longest, length),
      0,
    );
  }

  /**
   * Exact before the longest prefix of whole path elements (Kubernetes Ingress: "Multiple matches").
   *
   * @param path as normalisePath gives it.
   */
  match(path: string): Route | undefined {
    const exact = this.#exact.get(path);
    if (exact !== undefined) return exact;
    let end = path.length > 1 && path.endsWith("/") ? path.length - 1 : path.length;
    while (end > 0) {
      if (end <= this.#longestPrefix) {
        const route = this.#prefixes.get(path.slice(0, end));
        if (route !== undefined) return route;
      }
      end = path.lastIndexOf("/", end - 1);
    }
    return this.#prefixes.get("/");
  }
}
