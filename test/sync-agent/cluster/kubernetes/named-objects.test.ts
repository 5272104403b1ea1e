import { describe, expect, test } from "vitest";
import { createNamedObjects } from "../../../../sync-agent/cluster/kubernetes/named-objects.ts";
import { wantedSecrets } from "../../../../sync-agent/cluster/kubernetes/wanted-objects.ts";
import type { Ingress } from "../../../../sync-agent/cluster/state.ts";

const naming = (...names: string[]): Ingress => ({
  metadata: { namespace: "shop", name: "web", annotations: {}, labels: {}, created: undefined },
  ingressClassName: undefined,
  defaultBackend: undefined,
  rules: [],
  tls: names.map((secretName) => ({ hosts: [], secretName })),
});

function setUp() {
  const followed = new Set<string>();
  const reads = new Map<string, () => void>();
  const indexes: number[] = [];
  const secrets = createNamedObjects(wantedSecrets, (key, index) => {
    followed.add(key);
    indexes.push(index);
    const read = Promise.withResolvers<undefined>();
    reads.set(key, () => read.resolve(undefined));
    return {
      synced: read.promise.then(() => {}),
      async close() {
        followed.delete(key);
      },
    };
  });
  return { secrets, followed, reads, indexes };
}

async function begun() {
  const all = setUp();
  await all.secrets.begin();
  return all;
}

describe("an object is followed", () => {
  test("while an Ingress names it", async () => {
    const { secrets, followed } = await begun();
    const [one, two] = [naming("a", "b"), naming("b")];
    secrets.ingress(undefined, one);
    secrets.ingress(undefined, two);
    expect([...followed]).toEqual(["shop/a", "shop/b"]);
    secrets.ingress(one, undefined);
    expect([...followed]).toEqual(["shop/b"]);
    secrets.ingress(two, naming("c"));
    expect([...followed]).toEqual(["shop/c"]);
  });

  test("unless it is followed among others", async () => {
    const { secrets, followed } = await begun();
    secrets.covered("shop/a", true);
    secrets.ingress(undefined, naming("a"));
    expect([...followed]).toEqual([]);
    secrets.covered("shop/a", false);
    expect([...followed]).toEqual(["shop/a"]);
    secrets.covered("shop/a", true);
    expect([...followed]).toEqual([]);
  });

  test("without a break when its Ingress changes", async () => {
    const { secrets, indexes } = await begun();
    const [one, two] = [naming("a"), naming("a", "b")];
    secrets.ingress(undefined, one);
    secrets.ingress(one, two);
    secrets.ingress(two, naming("a"));
    // a, then b: no second a.
    expect(indexes).toEqual([0, 1]);
  });
});

test("nothing is followed before the beginning, which waits for what is wanted then", async () => {
  const { secrets, followed, reads } = setUp();
  secrets.ingress(undefined, naming("a", "b"));
  secrets.covered("shop/b", true);
  expect(followed.size).toBe(0);
  let ready = false;
  const beginning = secrets.begin().then(() => {
    ready = true;
  });
  expect([...followed]).toEqual(["shop/a"]);
  await Promise.resolve();
  expect(ready).toBe(false);
  reads.get("shop/a")?.();
  await beginning;
});

test("closing ends all, and nothing begins after", async () => {
  const { secrets, followed } = await begun();
  secrets.ingress(undefined, naming("a"));
  await secrets.close();
  secrets.ingress(undefined, naming("b"));
  expect(followed.size).toBe(0);
});

test("the beginning does not wait for what nobody names any more", async () => {
  const { secrets, reads } = setUp();
  const web = naming("a", "b");
  secrets.ingress(undefined, web);
  const beginning = secrets.begin();
  secrets.ingress(web, naming("b"));
  reads.get("shop/b")?.();
  await beginning;
});
