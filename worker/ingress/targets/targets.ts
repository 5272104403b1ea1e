import type { Target } from "../../../contract/index.ts";
import type { Exchange } from "../filters/filter.ts";
import { TargetError, type TargetFetch, type TargetRequest, type Targets } from "../target-fetch.ts";
import { serviceTarget, type ServiceTargetOptions } from "./service-target.ts";
import { urlTarget, type UrlTargetOptions } from "./url-target.ts";

export interface TargetsOptions extends ServiceTargetOptions, UrlTargetOptions {
  readonly delay: (ms: number) => Promise<void>;
}

export function createTargets(options: TargetsOptions): Targets {
  return (target) => {
    const ask = askerOf(target, options);
    return (exchange, request) => inTime(ask, exchange, request, options.delay);
  };
}

function askerOf(target: Target, options: TargetsOptions): TargetFetch {
  return target.kind === "service" ? serviceTarget(target, options) : urlTarget(target, options);
}

/** A response that comes too late is let go. */
async function inTime(
  ask: TargetFetch,
  exchange: Exchange,
  request: TargetRequest,
  delay: (ms: number) => Promise<void>,
): Promise<Response> {
  const { timeoutMs } = request;
  let isLate = false;
  const late = delay(timeoutMs).then(() => {
    isLate = true;
    throw new TargetError(`no answer within ${timeoutMs} ms`);
  });
  const answer = ask(exchange, request).then(async (response) => {
    if (isLate) await response.body?.cancel();
    return response;
  });
  return Promise.race([answer, late]);
}
