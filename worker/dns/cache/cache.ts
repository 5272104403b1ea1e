/**
 * The plugin that keeps answers (CoreDNS cache). Only those of other resolvers are kept: our own are at hand anyhow, and a
 * kept one would outlive its snapshot. But all get the TTLs that they would have if they were.
 */
import type { PluginConfig } from "../../../contract/index.ts";
import { andThen } from "../maybe-promise.ts";
import type { PluginPlatform } from "../plugins.ts";
import type { Plugin, Query, Resolution, Resolver } from "../resolver.ts";
import { EXTENDED_ERROR, RCODE } from "../wire/codes.ts";
import { Zones } from "../zones.ts";
import { keepingTime, limitsOf, withTtl } from "./limits.ts";
import { AnswerMemory, type KeptAnswer } from "./memory.ts";

/** One for a resolver, whichever snapshot configures it: answers of others outlive snapshots. */
const memories = new WeakMap<Resolver, AnswerMemory>();

function memoryOf(resolver: Resolver): AnswerMemory {
  const known = memories.get(resolver);
  if (known !== undefined) return known;
  const memory = new AnswerMemory();
  memories.set(resolver, memory);
  return memory;
}

export function cache(
  config: PluginConfig<"cache">,
  { now, resolve }: Pick<PluginPlatform, "now" | "resolve">,
): Plugin {
  const zones = new Zones(config.zones);
  const limits = { success: limitsOf(config.success), denial: limitsOf(config.denial) };
  const memory = memoryOf(resolve);
  const staleMs = (config.serveStale ?? 0) * 1_000;

  function keep(query: Query, key: string, resolution: Resolution): Resolution {
    const ttl = keepingTime(limits, resolution, query.question.name);
    if (ttl === undefined) return resolution;
    // What leads from our own names to those of others is our own.
    const isOthers = resolution.recursive === true && !resolution.authoritative;
    if (isOthers && ttl > 0) memory.set(key, { resolution, until: now() + ttl * 1_000 });
    return withTtl(resolution, ttl, query.question.name);
  }

  /** An old answer is better than none (RFC 8767 4). */
  function orStale(query: Query, kept: KeptAnswer | undefined, resolution: Resolution): Resolution {
    if (resolution.rcode !== RCODE.SERVFAIL || kept === undefined || kept.until + staleMs <= now()) {
      return resolution;
    }
    return {
      ...withTtl(kept.resolution, 0, query.question.name),
      extendedError: { code: EXTENDED_ERROR.STALE_ANSWER },
    };
  }

  return (query, next) => {
    const { name } = query.question;
    if (!zones.has(name)) return next(query);
    const key = memory.keyOf(query);
    const kept = memory.get(key);
    const left = kept === undefined ? 0 : Math.ceil((kept.until - now()) / 1_000);
    if (kept !== undefined && left > 0) return withTtl(kept.resolution, left, name);
    return andThen(next(query), (resolution) => orStale(query, kept, keep(query, key, resolution)));
  };
}
