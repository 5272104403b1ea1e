import { beforeEach, expect, test } from "vitest";
import type { HostRecord, Root } from "../../../contract/index.ts";
import { findRoute } from "../../../worker/ingress/hosts.ts";
import type { SnapshotView } from "../../../worker/snapshot/view.ts";
import { hostOf } from "../support/records.ts";

const HOSTS: Record<string, HostRecord> = {
  "shop.test": hostOf("PathPrefix /cart"),
  "*.shop.test": hostOf("PathPrefix / shop/wildcard"),
  "own.shop.test": hostOf("Exact /only"),
  "empty.test": hostOf(),
  "*": hostOf("PathPrefix /any shop/default"),
};

let waits: boolean;
const view: SnapshotView = {
  root: {} as Root,
  get: (section, key) => {
    const record = section === "hosts" ? HOSTS[key] : undefined;
    return (waits ? Promise.resolve(record) : record) as never;
  },
};
beforeEach(() => {
  waits = false;
});

const CASES: [string, string, string, string | undefined][] = [
  ["an exact host", "shop.test", "/cart/1", "shop/web"],
  ["an exact host does not fall through to host-less rules", "shop.test", "/any", undefined],
  ["a wildcard covers one label", "a.shop.test", "/x", "shop/wildcard"],
  ["a wildcard does not cover two labels", "b.a.shop.test", "/any", "shop/default"],
  ["a wildcard does not cover its own base", "shop.test", "/x", undefined],
  [
    "an exact host comes before the wildcard, also for paths it does not serve",
    "own.shop.test",
    "/x",
    undefined,
  ],
  ["an exact host without routes hides the host-less rules", "empty.test", "/any", undefined],
  ["an unknown host gets the host-less rules", "unknown.test", "/any/x", "shop/default"],
  ["an unknown host and path get nothing", "unknown.test", "/x", undefined],
  ["a name of one label", "localhost", "/any", "shop/default"],
];

test.each(CASES)("%s", (_, host, path, service) => {
  const match = findRoute(view, host, path);
  if (match instanceof Promise) expect.fail("what is in memory is not awaited");
  expect(match?.route.backends[0]?.service).toBe(service);
});

test.each(CASES)("%s, when the shards must be read first", async (_, host, path, service) => {
  waits = true;
  expect((await findRoute(view, host, path))?.route.backends[0]?.service).toBe(service);
});
