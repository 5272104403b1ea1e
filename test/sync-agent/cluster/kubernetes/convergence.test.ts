import { isDeepStrictEqual } from "node:util";
import { setImmediate as turn } from "node:timers/promises";
import fc from "fast-check";
import { expect, test } from "vitest";
import { trimmed } from "../../../../sync-agent/cluster/kubernetes/trim.ts";
import { resourcesFor } from "../../../../sync-agent/cluster/kubernetes/resources.ts";
import { readObject } from "../../../../sync-agent/cluster/objects/read-object.ts";
import type { ClusterState, Kind } from "../../../../sync-agent/cluster/state.ts";
import { type ApiServer, type KubeObject, startApiServer } from "../../../kubernetes/api-server/index.ts";
import { follow } from "./following.ts";
import { ingress, secret, service } from "./manifests.ts";
import { runs } from "../../../worker/support/runs.ts";

const KINDS = ["Service", "Ingress", "Secret"] as const;
const PLURALS = ["services", "ingresses", "secrets"] as const;

type Step =
  | { readonly do: "apply"; readonly kind: number; readonly name: string; readonly variant: number }
  | { readonly do: "remove"; readonly kind: number; readonly name: string }
  | { readonly do: "end" | "reset" | "expire" | "wait" }
  | { readonly do: "drop"; readonly kind: number; readonly count: number }
  | { readonly do: "fail"; readonly kind: number; readonly status: number };

const kind = fc.nat(2);
const name = fc.constantFrom("a", "b", "c");
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ do: fc.constant("apply" as const), kind, name, variant: fc.nat(2) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant("remove" as const), kind, name }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constantFrom("end", "reset", "expire", "wait") }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant("drop" as const), kind, count: fc.integer({ min: 1, max: 3 }) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant("fail" as const),
      kind,
      status: fc.constantFrom(403, 410, 429, 500),
    }),
  },
);

/** Secrets of either type, which are read only when an Ingress names them; Ingresses that name one, or none. */
function objectOf(kind: number, name: string, variant: number): object {
  if (kind === 0) return service(name, { port: 80 + variant });
  if (kind === 1) return ingress(name, { secret: ["", "a", "b"][variant] ?? "" });
  return secret(name, variant === 0 ? { type: "Opaque" } : { value: variant === 1 ? "YQ==" : "Yg==" });
}

async function perform(server: ApiServer, step: Step): Promise<void> {
  switch (step.do) {
    case "apply": {
      // The type of a Secret never changes: the API refuses that.
      const object = objectOf(step.kind, step.name, step.variant);
      const key = `shop/${step.name}`;
      const before = server.get("Secret", key) as { type?: string } | undefined;
      const differs = step.kind === 2 && before?.type !== (object as { type: string }).type;
      if (differs && before !== undefined) server.remove("Secret", key);
      server.apply(object);
      return;
    }
    case "remove": {
      const kind = KINDS[step.kind] ?? "Service";
      if (server.get(kind, `shop/${step.name}`) !== undefined) server.remove(kind, `shop/${step.name}`);
      return;
    }
    case "end":
    case "reset":
      server.closeWatches({}, step.do);
      return;
    case "expire":
      server.expire();
      return;
    case "wait":
      for (let i = 0; i < 20; i++) await turn();
      return;
    case "drop":
      server.dropEvents(PLURALS[step.kind] ?? "services", step.count);
      return;
    case "fail":
      server.fail({
        match: { resource: PLURALS[step.kind] ?? "services" },
        with: { status: step.status },
        times: 1,
      });
  }
}

/** What the server has of a kind, as it is to be read. */
function expected(server: ApiServer, kind: Kind): Map<string, unknown> {
  const resource = resourcesFor([], false).find((resource) => resource.kind === kind);
  const wanted = new Set(
    server.list("Ingress").map((object) => {
      const { spec } = object as unknown as { spec: { tls?: { secretName: string }[] } };
      return spec.tls?.[0]?.secretName;
    }),
  );
  const isUnwanted = (object: KubeObject) =>
    kind === "Secret" && object["type"] === "Opaque" && !wanted.has(object.metadata.name);
  const objects = server.list(kind).flatMap((object) => {
    if (resource === undefined || isUnwanted(object)) return [];
    const reading = readObject(trimmed({ ...object }, resource));
    return reading.outcome === "read" ? [[reading.identity.key, reading.stripped.object] as const] : [];
  });
  return new Map(objects);
}

function isThere(server: ApiServer, state: ClusterState): boolean {
  return KINDS.every((kind) =>
    isDeepStrictEqual(new Map<string, unknown>(state[kind]), expected(server, kind)),
  );
}

/** Objects that are equal from one observation to the next, but not the very same. */
function madeAnew(before: ClusterState, after: ClusterState): string[] {
  return KINDS.flatMap((kind) =>
    [...after[kind]].flatMap(([key, object]) => {
      const earlier = before[kind].get(key);
      return earlier !== object && isDeepStrictEqual(earlier, object) ? [`${kind} ${key}`] : [];
    }),
  );
}

test("whatever happens to watches, the state ends as the server's, and unchanged objects stay the same", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
      const server = await startApiServer({ bookmarkEvery: 20 });
      const follower = await follow(server);
      try {
        await follower.start();
        let before = follower.source.observe().state;
        const anew: string[] = [];
        const look = (state: ClusterState): false => {
          anew.push(...madeAnew(before, state));
          before = state;
          return false;
        };
        // Never satisfied: it looks at every change.
        void follower.until(({ state }) => look(state));
        for (const step of steps) await perform(server, step);
        // What was dropped is found with the next list.
        server.expire();
        const { state } = await follower.until(({ state }) => isThere(server, state));
        expect(isThere(server, state)).toBe(true);
        expect(anew).toEqual([]);
      } finally {
        await follower.close();
        await server.close();
      }
    }),
    { numRuns: runs(40), timeout: 10_000 },
  );
}, 60_000);
