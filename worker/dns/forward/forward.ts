/** The plugin that asks other resolvers (CoreDNS forward), over HTTPS alone. */
import { type PluginConfig, whyNotPublic } from "../../../contract/index.ts";
import { errorText } from "../../log.ts";
import type { PluginPlatform } from "../plugins.ts";
import type { Plugin, Query, Resolution } from "../resolver.ts";
import { EXTENDED_ERROR, RCODE } from "../wire/codes.ts";
import { Zones } from "../zones.ts";
import { exchange, ExchangeError, queryOctets, type Send } from "./exchange.ts";
import { HttpCache } from "./http-cache.ts";
import { Upstreams } from "./upstreams.ts";

/** For each resolver, and for all of them (CoreDNS). */
const ATTEMPT_MS = 2_000;
const TOTAL_MS = 5_000;

type ForwardPlatform = Omit<PluginPlatform, "resolve">;

export function forward(config: PluginConfig<"forward">, platform: ForwardPlatform): Plugin {
  const from = new Zones([config.from]);
  const except = new Zones(config.except);
  const upstreams = new Upstreams(config, platform);
  const { responses } = platform;
  const cache =
    responses &&
    new HttpCache(
      responses,
      platform,
      config.to.map(({ url }) => url),
    );

  async function askOrRecall(query: Query): Promise<Resolution> {
    const known = await cache?.find(query);
    if (known !== undefined) return known;
    const resolution = await ask(query, upstreams, platform);
    cache?.keep(query, resolution);
    return resolution;
  }

  return (query, next) => {
    const { name } = query.question;
    if (!from.has(name) || except.has(name)) return next(query);
    return query.visible.forward ? askOrRecall(query) : REFUSAL;
  };
}

function failure(rcode: number, extendedError: Resolution["extendedError"]): Resolution {
  return { rcode, authoritative: false, answers: [], authorities: [], additionals: [], extendedError };
}

/** Whoever may not have questions sent on: the edge is no open resolver. */
const REFUSAL = failure(RCODE.REFUSED, { code: EXTENDED_ERROR.PROHIBITED });

/** Whatever a resolver answers counts, failures included; another one is asked where it does not answer. */
async function ask(query: Query, upstreams: Upstreams, platform: ForwardPlatform): Promise<Resolution> {
  const { now, log } = platform;
  const until = now() + TOTAL_MS;
  const octets = queryOctets(query);
  let code: number = EXTENDED_ERROR.NO_REACHABLE_AUTHORITY;
  for (const url of upstreams.order()) {
    if (now() >= until) break;
    const forbidden = whyNotPublic(new URL(url).hostname, query.view.root.settings.dns.domain);
    if (forbidden !== undefined) {
      log("warn", { url, reason: forbidden }, "resolver not asked");
      continue;
    }
    try {
      const resolution = await attempt(url, octets, query, platform, until);
      upstreams.answered(url);
      return resolution;
    } catch (error) {
      // Never the question: it says what somebody looks for.
      log("warn", { url, error: errorText(error) }, "resolver failed");
      upstreams.failed(url);
      code = EXTENDED_ERROR.NETWORK_ERROR;
    }
  }
  return { ...failure(RCODE.SERVFAIL, { code }), recursive: true };
}

async function attempt(
  url: string,
  octets: Uint8Array<ArrayBuffer>,
  { question }: Query,
  { fetch, delay, now }: ForwardPlatform,
  until: number,
): Promise<Resolution> {
  const controller = new AbortController();
  const ms = Math.min(ATTEMPT_MS, until - now());
  const late = delay(ms).then(() => {
    controller.abort();
    throw new ExchangeError(`${url} did not answer within ${ms} ms`);
  });
  const send: Send = (input, init) => fetch(input, init);
  return Promise.race([exchange(url, octets, question, send, controller.signal), late]);
}
