/** Every filter is explained, in the order in which it runs. */
import { expect, it } from "vitest";
import { type Filters, filtersSchema } from "../../../../contract/index.ts";
import { EXPLAINED } from "../../../../worker/ingress/explain/filters.ts";
import { filterOrder } from "../../../../worker/ingress/filters/order.ts";
import { TargetError } from "../../../../worker/ingress/target-fetch.ts";
import { routeWith } from "../../support/exchange.ts";

/** Of every field, a value with which its filter does something. */
const SAMPLES: Required<Filters> = {
  closed: true,
  maxBody: 1,
  toHttps: { status: 308 },
  redirect: { location: "https://b.test", status: 301 },
  appRoot: "/app",
  cors: { origins: ["*"], methods: "GET", headers: "", credentials: true, maxAge: 1 },
  limits: { by: "address", perSecond: 1, burstMultiplier: 1, exempt: [], status: 503 },
  access: { satisfy: "all", allow: [] },
  cache: { ttl: 1 },
  mirror: { target: { kind: "url", origin: "https://b.test", path: "/" }, body: true },
  rewrite: "/",
  upstreamHost: "b.test",
  forwardedPrefix: "/",
  requestHeaders: { a: "1" },
  responseHeaders: { a: "1" },
  errorPages: { statuses: [404], failed: { service: "web", port: "80" } },
  standIn: { service: "shop/web", port: 80, failed: { service: "web", port: "80" } },
  redirectRewrite: { from: "/", to: "/a" },
  cookieDomain: { from: "a.test", to: "b.test" },
  cookiePath: { from: "/", to: "/a" },
  forwarding: {},
  balance: { by: "ewma" },
  affinity: { cookie: "a", mode: "balanced", stickyCanary: true },
  canary: { ingress: "shop/next", service: "shop/next", port: 80, weight: 0, total: 1 },
  hsts: "max-age=1",
  silent: true,
};

/** These say how requests are forwarded, which no filter does; or are for the log. */
const NO_FILTERS: readonly (keyof Filters)[] = ["forwarding", "balance", "affinity", "canary", "silent"];

const order = filterOrder({
  waitUntil: () => undefined,
  now: () => 0,
  random: () => 0,
  delay: async () => undefined,
  log: () => undefined,
  targets: () => async () => {
    throw new TargetError("not asked");
  },
  forward: async () => ({ status: 500, detail: "not asked" }),
  caching: {
    store: { match: async () => undefined, put: async () => undefined, delete: async () => false },
    epochOf: () => 0,
  },
});

it("has a sample of every field", () => {
  expect(Object.keys(SAMPLES).toSorted()).toEqual(Object.keys(filtersSchema.shape).toSorted());
});

it("names the filters in the order in which they run", () => {
  const running = order.flatMap((filter) =>
    (Object.keys(SAMPLES) as (keyof Filters)[]).filter((field) => {
      const filters: Filters = { [field]: SAMPLES[field] };
      return filter(filters, routeWith(filters)) !== undefined;
    }),
  );
  expect(EXPLAINED.map(({ field }) => field)).toEqual(running);
  expect([...running, ...NO_FILTERS].toSorted()).toEqual(Object.keys(SAMPLES).toSorted());
});

it("says something of each, and nothing of what a route does not have", () => {
  for (const { field, says } of EXPLAINED) {
    expect(says({ [field]: SAMPLES[field] }), field).toEqual(expect.any(String));
    expect(says({}), field).toBeUndefined();
  }
});
