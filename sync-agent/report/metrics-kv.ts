/** What is asked of the KV store, and what it costs: Cloudflare bills each key that is written, listed or deleted. */
import { Counter, Histogram, type Registry } from "prom-client";
import type { KvObserver } from "../publish/observed-kv.ts";
import type { PublisherObserver } from "../publish/publisher.ts";
import { SECONDS_BUCKETS } from "./metrics-buckets.ts";

export function kvMetrics(registry: Registry): KvObserver {
  const registers = [registry];
  const operations = new Counter({
    name: "lintel_agent_kv_operations_total",
    help: "Operations on the KV store; the outcome is ok, or why it failed.",
    labelNames: ["operation", "outcome"],
    registers,
  });
  const seconds = new Histogram({
    name: "lintel_agent_kv_operation_seconds",
    help: "How long operations on the KV store took.",
    labelNames: ["operation"],
    buckets: SECONDS_BUCKETS,
    registers,
  });
  const keys = new Counter({
    name: "lintel_agent_kv_keys_total",
    help: "Keys that were read, written, listed or deleted by operations that succeeded.",
    labelNames: ["operation"],
    registers,
  });
  return (operation, outcome, time, count) => {
    operations.inc({ operation, outcome });
    seconds.observe({ operation }, time);
    if (outcome === "ok") keys.inc({ operation }, count);
  };
}

export function publisherMetrics(registry: Registry): PublisherObserver {
  const registers = [registry];
  const keys = new Counter({
    name: "lintel_agent_published_keys_total",
    help: "Keys that publications wrote: shards, roots and heads.",
    registers,
  });
  const bytes = new Counter({
    name: "lintel_agent_published_bytes_total",
    help: "Bytes that publications wrote.",
    registers,
  });
  const collected = new Counter({
    name: "lintel_agent_collected_keys_total",
    help: "Keys that were deleted because no kept generation needs them: roots and shards.",
    labelNames: ["type"],
    registers,
  });
  for (const type of ["root", "shard"]) collected.inc({ type }, 0);
  return {
    published(_, written, size) {
      keys.inc(written);
      bytes.inc(size);
    },
    collected(roots, shards) {
      collected.inc({ type: "root" }, roots);
      collected.inc({ type: "shard" }, shards);
    },
  };
}
