/** In which order resolvers are asked: by policy, those last that failed a moment ago. */
import type { PluginConfig } from "../../../contract/index.ts";
import type { PluginPlatform } from "../plugins.ts";

/** A resolver that failed is not asked first again for so long, in milliseconds. */
const REST_MS = 5_000;

export class Upstreams {
  readonly #urls: readonly string[];
  readonly #policy: PluginConfig<"forward">["policy"];
  readonly #platform: Pick<PluginPlatform, "now" | "random">;
  /** Until when they rest. */
  readonly #failed = new Map<string, number>();
  #turn = 0;

  constructor(
    { to, policy }: Pick<PluginConfig<"forward">, "to" | "policy">,
    platform: Pick<PluginPlatform, "now" | "random">,
  ) {
    this.#urls = to.map(({ url }) => url);
    this.#policy = policy;
    this.#platform = platform;
  }

  order(): string[] {
    const now = this.#platform.now();
    const ordered = this.#byPolicy();
    const rests = (url: string) => (this.#failed.get(url) ?? 0) > now;
    return [...ordered.filter((url) => !rests(url)), ...ordered.filter(rests)];
  }

  failed(url: string): void {
    this.#failed.set(url, this.#platform.now() + REST_MS);
  }

  answered(url: string): void {
    this.#failed.delete(url);
  }

  #byPolicy(): readonly string[] {
    switch (this.#policy) {
      case "sequential":
        return this.#urls;
      case "round_robin": {
        const first = this.#turn++ % this.#urls.length;
        return [...this.#urls.slice(first), ...this.#urls.slice(0, first)];
      }
      case "random":
        return this.#shuffled();
    }
  }

  #shuffled(): string[] {
    const rest = [...this.#urls];
    const order: string[] = [];
    while (rest.length > 0) order.push(...rest.splice(Math.floor(this.#platform.random() * rest.length), 1));
    return order;
  }
}
