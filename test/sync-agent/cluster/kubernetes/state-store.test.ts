import { describe, expect, test } from "vitest";
import { createStateStore } from "../../../../sync-agent/cluster/kubernetes/state-store.ts";
import type { Namespace } from "../../../../sync-agent/cluster/state.ts";

const object = (name: string): Namespace => ({
  metadata: { namespace: "shop", name, annotations: {}, labels: {}, created: undefined },
});
const came = (key: string) => ({ key, previous: undefined, next: object(key) });
const went = (key: string) => ({ key, previous: object(key), next: undefined });

describe("the state", () => {
  test("is the same while nothing changes", () => {
    const store = createStateStore([]);
    const before = store.state();
    store.apply("Pod", []);
    expect(store.state()).toBe(before);
  });

  test("gets new maps for changed kinds alone; old ones stay as they were", () => {
    const store = createStateStore([]);
    const before = store.state();
    store.apply("Pod", [came("shop/a")]);
    const after = store.state();
    expect(after).not.toBe(before);
    expect([...after.Pod.keys()]).toEqual(["shop/a"]);
    expect(before.Pod.size).toBe(0);
    for (const kind of ["Ingress", "Service", "Secret"] as const) expect(after[kind]).toBe(before[kind]);
  });

  test("is in the order of keys, whatever came first", () => {
    const store = createStateStore([]);
    store.apply("Pod", [came("shop/c"), came("shop/a")]);
    expect([...store.state().Pod.keys()]).toEqual(["shop/a", "shop/c"]);
    store.apply("Pod", [came("shop/b"), went("shop/c"), came("shop/c")]);
    expect([...store.state().Pod.keys()]).toEqual(["shop/a", "shop/b", "shop/c"]);
    store.apply("Pod", [went("shop/a")]);
    expect([...store.state().Pod.keys()]).toEqual(["shop/b", "shop/c"]);
  });

  test("has the namespaces that are known without being read", () => {
    const store = createStateStore([{ metadata: { ...object("shop").metadata, namespace: "" } }]);
    expect([...store.state().Namespace.keys()]).toEqual(["/shop"]);
  });
});
