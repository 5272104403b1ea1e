import { expect, test } from "vitest";
import type { LoadBalancerAddress } from "../../../sync-agent/cluster/state.ts";
import { planStatuses } from "../../../sync-agent/report/status-plan.ts";
import { clusterState, ingress } from "../compile/support/objects.ts";

const OURS = [{ ip: "203.0.113.7" }, { hostname: "edge.example.com" }];
const REVERSED = OURS.toReversed();
const OTHERS = [{ ip: "198.51.100.1" }];

test.each<[string, boolean, readonly LoadBalancerAddress[] | undefined, "set" | "clear" | undefined]>([
  ["served, no status", true, undefined, "set"],
  ["served, an empty status", true, [], "set"],
  ["served, our status", true, OURS, undefined],
  ["served, our status in another order", true, REVERSED, undefined],
  ["served, somebody else's status", true, OTHERS, "set"],
  ["served, our status and more", true, [...OURS, ...OTHERS], "set"],
  ["not served, no status", false, undefined, undefined],
  ["not served, somebody else's status", false, OTHERS, undefined],
  ["not served, our status", false, REVERSED, "clear"],
  ["not served, our status and more", false, [...OURS, ...OTHERS], undefined],
])("%s", (_name, isServed, loadBalancer, expected) => {
  const web = ingress("shop/web", loadBalancer === undefined ? {} : { loadBalancer });
  const report = { state: clusterState({ Ingress: [web] }), served: isServed ? ["shop/web"] : [] };
  const changes = planStatuses(report, OURS);
  expect(changes).toEqual(expected === undefined ? [] : [{ kind: expected, ingress: web }]);
  expect(planStatuses(report, [])).toEqual([]);
});

test("what is served comes before what is not; served names without an object are passed over", () => {
  const left = ingress("shop/left", { loadBalancer: OURS });
  const state = clusterState({ Ingress: [left, ingress("shop/b"), ingress("shop/a")] });
  const changes = planStatuses({ state, served: ["shop/a", "shop/b", "shop/gone"] }, OURS);
  expect(changes.map(({ kind, ingress }) => `${kind} ${ingress.metadata.name}`)).toEqual([
    "set b",
    "set a",
    "clear left",
  ]);
});
