import { beforeAll, beforeEach, expect, it, test } from "vitest";
import { encodeRoot, encodeSection, type Root, standardDns } from "../../../contract/index.ts";
import { checkHead } from "../../../sync-agent/doctor/head.ts";
import { createEdgeHead } from "../../../sync-agent/publish/edge-head.ts";
import type { Keys } from "../../../sync-agent/publish/sign.ts";
import { createFakeEdge, type FakeEdge, HEAD_URL } from "../publish/support/fake-edge.ts";
import { newKeys } from "../publish/support/keys.ts";
import { type Expected, expectFindings } from "./support/finding.ts";

let keys: Keys;
let others: Keys;
let edge: FakeEdge;
beforeAll(async () => {
  [keys, others] = await Promise.all([newKeys(), newKeys()]);
});
beforeEach(() => {
  edge = createFakeEdge(keys.verifier);
});

async function root(signing: Keys, cluster = "test", generation = 7): Promise<string> {
  const shards = (await encodeSection("zones", new Map())).map(({ digest }) => digest);
  const empty = { records: 0, shards };
  const sections: Root["sections"] = {
    addresses: empty,
    certificates: empty,
    hosts: empty,
    services: empty,
    zones: empty,
  };
  const dns = standardDns({ domain: "cluster.local", ttl: 5, pods: "insecure" });
  return encodeRoot(
    { version: 2, cluster, generation, time: 0, sections, settings: { dns } },
    signing.signer,
  );
}

const check = () =>
  checkHead({ cluster: "test", edge: createEdgeHead(HEAD_URL, edge.fetch), verifier: keys.verifier });

it("an edge that holds our root takes it once more, which changes nothing", async () => {
  const text = await root(keys);
  edge.text = text;
  expectFindings(await check(), [
    ["head", "ok", /^generation 7 of cluster test/],
    ["head accepted", "ok", /generation 7 again/],
  ]);
  expect([edge.requests, edge.text]).toEqual([["GET", "PUT"], text]);
});

test.each<[string, () => Promise<void>, readonly Expected[]]>([
  [
    "nothing is published yet",
    async () => {},
    [
      ["head", "warn", /nothing has been published/, /start the agent/],
      ["head accepted", "skip", /above/],
    ],
  ],
  [
    "the edge is down",
    async () => {
      edge.down = () => true;
    },
    [
      ["head", "fail", /read the head of the edge .*fetch failed$/, /head URL/],
      ["head accepted", "skip", /cannot be read/],
    ],
  ],
  [
    "another key has signed what the edge holds",
    async () => {
      edge.text = await root(others);
    },
    [
      ["head", "fail", /signature is not by the expected key/, /LINTEL_PUBLIC_KEY/],
      ["head accepted", "skip", /above/],
    ],
  ],
  [
    "the edge serves another cluster",
    async () => {
      edge.text = await root(keys, "other");
    },
    [
      ["head", "fail", /serves cluster other, not test/, /--cluster/],
      ["head accepted", "skip", /above/],
    ],
  ],
  [
    "something else answers",
    async () => {
      edge.text = "<html>";
    },
    [
      ["head", "fail", /no signature line/, /--head-url/],
      ["head accepted", "skip", /above/],
    ],
  ],
  [
    "the edge does not take our signature any more",
    async () => {
      edge = createFakeEdge(others.verifier);
      edge.text = await root(keys);
    },
    [
      ["head", "ok", /generation 7/],
      ["head accepted", "fail", /answered 422/, /LINTEL_PUBLIC_KEY/],
    ],
  ],
])("%s", async (_, arrange, expected) => {
  await arrange();
  expectFindings(await check(), expected);
});
