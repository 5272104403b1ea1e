import { expect, it } from "vitest";
import type { Backend, Route } from "../../../../contract/index.ts";
import { Traffic } from "../../../../worker/observe/traffic.ts";
import { trafficFacts } from "../../../../worker/system/state/sources.ts";
import { trafficView } from "../../../../worker/system/state/traffic.ts";

const backend: Backend = { service: "shop/web", port: 80, weight: 1 };
const route: Route = {
  ingress: "shop/web",
  match: { path: { type: "PathPrefix", value: "/" } },
  backends: [backend],
};

it("tells of hosts, Services and endpoints how long requests took in the mean, tries that failed left out", () => {
  const traffic = new Traffic(() => 1_800_000_000_000);
  const where = { host: "a.test", route, backend };
  traffic.failed({ ...where, endpoint: "10.0.0.1:80" });
  traffic.served({ ...where, endpoint: "10.0.0.2:80", status: 200, durationMs: 10 });
  traffic.served({ ...where, endpoint: "10.0.0.2:80", status: 502, durationMs: 30 });
  const { hosts, services, endpoints } = trafficView(trafficFacts(traffic.snapshot()));
  expect(hosts).toEqual([{ host: "a.test", requests: 3, errors: 2, ms: 20 }]);
  expect(services).toMatchObject([{ service: "shop/web:80", ms: 20 }]);
  expect(endpoints).toMatchObject([
    { endpoint: "10.0.0.2:80", requests: 2, ms: 20 },
    { endpoint: "10.0.0.1:80", requests: 1, errors: 1, ms: null },
  ]);
});
