/** What agent and worker tell each other. See docs/snapshot.md. */
export * from "./address.ts";
export * from "./bytes.ts";
export * from "./canonical.ts";
export * from "./client-facts.ts";
export * from "./digest.ts";
export * from "./errors.ts";
export * from "./gateway.ts";
export * from "./head.ts";
export * from "./kv-keys.ts";
export * from "./names.ts";
export * from "./records.ts";
export * from "./root.ts";
export * from "./seal.ts";
export * from "./shard.ts";
export * from "./signed-root.ts";
export * from "./signing.ts";
export * from "./version.ts";
