import { beforeEach, expect, it } from "vitest";
import type { Filters, HostRecord, Root } from "../../../contract/index.ts";
import { createIngress, type Ingress } from "../../../worker/ingress/handler.ts";
import type { Proxy } from "../../../worker/ingress/proxy.ts";
import type { SnapshotView } from "../../../worker/snapshot/view.ts";
import { FakePlatform } from "../support/platform.ts";
import { routeWith } from "../support/exchange.ts";

const filters: Filters = {
  limits: { by: "address", connections: 1, burstMultiplier: 5, exempt: [], status: 503 },
};
const record: HostRecord = { routes: [routeWith(filters)] };
const view: SnapshotView = {
  root: {} as Root,
  get: ((section: string) => (section === "hosts" ? record : undefined)) as SnapshotView["get"],
};

let proxy: Proxy;
let ingress: Ingress;
beforeEach(() => {
  ingress = createIngress(
    (exchange) => proxy(exchange),
    ({ status }) => new Response(null, { status }),
    Object.assign(new FakePlatform(), { delay: () => new Promise<void>(() => undefined) }),
  );
});

function ask(): Promise<Response> {
  const url = new URL("http://a.test/x");
  return ingress(view, {
    request: new Request(url),
    url,
    client: { address: "192.0.2.7", scheme: "http", port: 80 },
    requestId: "id-1",
  });
}

it("gives back what filters have taken for a request that fails", async () => {
  proxy = () => Promise.reject(new Error("the gateway is gone"));
  await expect(ask()).rejects.toThrow("the gateway is gone");
  await expect(ask()).rejects.toThrow("the gateway is gone");
  proxy = async () => new Response(null, { status: 204 });
  expect((await ask()).status).toBe(204);
});

it("keeps it while the request is underway", async () => {
  const { promise, resolve } = Promise.withResolvers<Response>();
  proxy = () => promise;
  const first = ask();
  expect((await ask()).status).toBe(503);
  resolve(new Response(null, { status: 204 }));
  expect((await first).status).toBe(204);
  proxy = async () => new Response(null, { status: 204 });
  expect((await ask()).status).toBe(204);
});
