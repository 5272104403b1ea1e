/** What a source shows of the cluster while its resources are heard of again one after the other. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { WatchTiming } from "../../../../sync-agent/cluster/kubernetes/watch-timing.ts";
import { type ApiServer, startApiServer } from "../../../kubernetes/api-server/index.ts";
import { follow, type Following, keys } from "./following.ts";
import { ingress, service, slice } from "./manifests.ts";

let server: ApiServer;
let open: Following | undefined;

beforeEach(async () => {
  server = await startApiServer({ bookmarkEvery: 50 });
});
afterEach(async () => {
  await open?.close();
  await server.close();
});

async function following(timing: Partial<WatchTiming>): Promise<Following> {
  open = await follow(server, { timing });
  return open;
}

describe("an outage of the API server", () => {
  test("ends as one, never an Ingress of now with the endpoints of then", async () => {
    // Others than the first are asked for again long after it, unless something wakes them.
    const delays = { minRetry: 10, maxRetry: 60_000 };
    const { source, until, start } = await following(delays);
    const torn: string[] = [];
    await start();
    const refused = server.fail({
      match: { resource: "endpointslices", verb: "watch" },
      with: { status: 503 },
    });
    server.closeWatches({}, "reset");
    await server.nextRequest({ resource: "ingresses", verb: "watch" });
    await server.nextRequest({ resource: "endpointslices", verb: "watch" });
    const watched = until(({ state }) => {
      if (state.Ingress.has("shop/web") && !state.EndpointSlice.has("shop/web")) torn.push("torn");
      return state.Ingress.has("shop/web");
    });
    const heard = server.nextRequest({ resource: "endpointslices", verb: "watch" });
    for (const object of [service("web"), slice("web"), ingress("web")]) server.apply(object);
    await heard;
    expect(keys(source.observe().state, "Ingress")).toEqual([]);
    refused();
    await watched;
    expect(torn).toEqual([]);
  });

  test("shows what can be seen, when a part cannot for long", async () => {
    const { until, start } = await following({ patience: 100 });
    await start();
    server.fail({ match: { resource: "endpointslices" }, with: { status: 503 } });
    server.closeWatches({}, "reset");
    server.apply(ingress("web"));
    const { state } = await until(({ state }) => state.Ingress.has("shop/web"));
    expect(state.EndpointSlice.size).toBe(0);
  });
});
