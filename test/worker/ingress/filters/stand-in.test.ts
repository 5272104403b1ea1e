import { beforeEach, expect, it, test } from "vitest";
import type { Filters, Root, ServiceRecord } from "../../../../contract/index.ts";
import type { Exchange } from "../../../../worker/ingress/filters/filter.ts";
import { standIn } from "../../../../worker/ingress/filters/stand-in.ts";
import { exchangeOf, routeWith } from "../../support/exchange.ts";
import { serviceOf } from "../../support/records.ts";

let services: Map<string, ServiceRecord>;
let forwarded: Exchange[];
beforeEach(() => {
  services = new Map();
  forwarded = [];
});

const FILTERS: Filters = {
  standIn: { service: "shop/pages", port: 8080, failed: { service: "invalid", port: "80" } },
};

async function ask(isSlow: boolean, more: Filters = {}, backends = routeWith().backends) {
  const route = { ...routeWith({ ...FILTERS, ...more }), backends };
  const get = (_: string, key: string) =>
    (isSlow ? Promise.resolve(services.get(key)) : services.get(key)) as never;
  const exchange = exchangeOf({ route, url: "http://a.test/alma?q", view: { root: {} as Root, get } });
  const filter = standIn({
    forward: async (exchange) => {
      forwarded.push(exchange);
      return new Response("stand-in");
    },
  });
  const outcome = await filter({ ...FILTERS, ...more }, route)?.request?.(exchange);
  return outcome instanceof Response ? outcome.text() : outcome;
}

const none = serviceOf();
const one = serviceOf("10.0.0.1");
const notReady: ServiceRecord = {
  ...one,
  subsets: none.kind === "clusterIP" ? none.subsets : [],
} as ServiceRecord;

test.each<[string, ServiceRecord | undefined, string | undefined]>([
  ["does not exist", undefined, "stand-in"],
  ["has no endpoint", none, "stand-in"],
  ["has none that is ready", notReady, "stand-in"],
  ["has one", one, undefined],
])("answers where the Service %s: %s", async (_, record, outcome) => {
  if (record !== undefined) services.set("shop/web", record);
  expect([await ask(false), await ask(true)]).toEqual([outcome, outcome]);
});

it("is asked for the same as the Service, and told what it stands in for", async () => {
  await ask(false);
  const [exchange] = forwarded;
  expect(exchange?.route.backends).toEqual([{ service: "shop/pages", port: 8080, weight: 1 }]);
  expect(exchange?.outgoing.target).toBe("/alma?q");
  expect(Object.fromEntries(exchange?.outgoing.headers ?? [])).toMatchObject({
    "x-code": "503",
    "x-original-uri": "/alma?q",
    "x-namespace": "shop",
    "x-ingress-name": "web",
    "x-service-name": "invalid",
    "x-service-port": "80",
    "x-request-id": "id-1",
  });
});

it("answers for a path whose backend could not be resolved", async () => {
  expect(await ask(false, {}, [])).toBe("stand-in");
});

it("leaves it to one of several backends that has an endpoint", async () => {
  services.set("shop/b", one);
  const backends = ["a", "b"].map((name) => ({ service: `shop/${name}`, port: 80, weight: 1 }));
  expect([await ask(false, {}, backends), await ask(true, {}, backends)]).toEqual([undefined, undefined]);
});

it("leaves it to the Service's own address where requests go there", async () => {
  services.set("shop/web", none);
  expect(await ask(false, { forwarding: { viaService: true } })).toBeUndefined();
});

it("is nothing for a route without", () => {
  expect(standIn({ forward: async () => new Response() })({}, routeWith())).toBeUndefined();
});
