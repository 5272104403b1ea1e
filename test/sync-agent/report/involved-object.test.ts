import { describe, expect, test } from "vitest";
import {
  createObjectFinder,
  objectInState,
  parseObject,
} from "../../../sync-agent/report/involved-object.ts";
import { clusterState, ingress } from "../compile/support/objects.ts";
import { createFakeClock } from "../publish/support/fake-clock.ts";
import { createFakeApi, refusal } from "./support/fake-api.ts";

test.each([
  [
    "Ingress shop/web",
    { apiVersion: "networking.k8s.io/v1", kind: "Ingress", namespace: "shop", name: "web" },
  ],
  ["Service shop/web", { apiVersion: "v1", kind: "Service", namespace: "shop", name: "web" }],
  ["Secret shop/tls", { apiVersion: "v1", kind: "Secret", namespace: "shop", name: "tls" }],
  [
    "EndpointSlice shop/web-x",
    { apiVersion: "discovery.k8s.io/v1", kind: "EndpointSlice", namespace: "shop", name: "web-x" },
  ],
  [
    "IngressClass lintel",
    { apiVersion: "networking.k8s.io/v1", kind: "IngressClass", namespace: "", name: "lintel" },
  ],
  ["/srv/manifests/web.yaml", undefined],
  ["web.yaml", undefined],
  ["Certificate shop/web", undefined],
  ["toString shop/web", undefined],
])("%s", (text, expected) => {
  expect(parseObject(text)).toEqual(expected);
});

test("the uid comes from the state", () => {
  const state = clusterState({
    Ingress: [ingress("shop/web", { metadata: { uid: "6d1f" } }), ingress("shop/old")],
  });
  expect(objectInState("Ingress shop/web", state)).toMatchObject({ name: "web", uid: "6d1f" });
  expect(objectInState("Ingress shop/old", state)).toBeUndefined();
  expect(objectInState("Service shop/web", state)).toBeUndefined();
});

describe("an object that the state does not have", () => {
  const { signal } = new AbortController();

  async function setUp() {
    const clock = createFakeClock();
    const api = createFakeApi(clock);
    const finder = createObjectFinder(api, clock);
    const find = (text: string) => clock.until(finder.find(text, clusterState({}), signal));
    api.ingresses.set("shop/web", { uid: "6d1f", version: 1, addresses: [], manager: undefined });
    return { clock, api, finder, find };
  }

  test("is asked for once in half an hour, while it has warnings", async () => {
    const { clock, api, finder, find } = await setUp();
    for (let i = 0; i < 3; i += 1) {
      expect(await find("Ingress shop/web")).toMatchObject({ kind: "Ingress", name: "web", uid: "6d1f" });
    }
    expect(api.seen).toEqual(["GET ingresses shop/web"]);
    await clock.advance(1_800_000);
    await find("Ingress shop/web");
    expect(api.seen).toHaveLength(2);
    finder.keepOnly(new Set());
    await find("Ingress shop/web");
    expect(api.seen).toHaveLength(3);
  });

  test.each([403, 404, 500])(
    "that is answered with %s has no Event, and is not asked for again",
    async (status) => {
      const { api, find } = await setUp();
      api.fault = () => refusal(status);
      expect(await find("Ingress shop/web")).toBeUndefined();
      expect(await find("Ingress shop/web")).toBeUndefined();
      expect(api.seen).toHaveLength(1);
    },
  );

  test("is asked for again when the server was not available", async () => {
    const { api, find } = await setUp();
    api.fault = () => refusal(503);
    await expect(find("Ingress shop/web")).rejects.toThrow("503");
    api.fault = () => undefined;
    expect(await find("Ingress shop/web")).toMatchObject({ uid: "6d1f" });
  });

  test("is not asked for when it is a Secret: its data would come along", async () => {
    const { api, find } = await setUp();
    expect(await find("Secret shop/tls")).toBeUndefined();
    expect(await find("web.yaml")).toBeUndefined();
    expect(api.seen).toEqual([]);
  });
});
