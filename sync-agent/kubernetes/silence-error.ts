import { KubeError } from "./client.ts";

/** A watch on which nothing came for so long that its connection counts as dead. */
export class KubeSilenceError extends KubeError {
  override name = "KubeSilenceError";

  constructor(operation: string, server: string, silenceMs: number) {
    super({
      operation,
      status: undefined,
      reason: "",
      problem: `nothing came from ${server} for ${Math.round(silenceMs / 1000)} s`,
      remedy: "nothing if that is rare; else look for a proxy or firewall that drops idle connections",
    });
  }
}
