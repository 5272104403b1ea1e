import { beforeAll, beforeEach, describe, expect, it, test } from "vitest";
import {
  CONTRACT_VERSION,
  encodePurge,
  generateSigningPair,
  loadSigner,
  loadVerifier,
  type Purge,
  type PurgeScope,
} from "../../../contract/index.ts";
import { purgeEndpoint } from "../../../worker/system/purge.ts";

const NOW = 1_790_000_000_000;
let keys: { privateKey: string; publicKey: string };
let followed: (PurgeScope & { signed: number })[];
beforeAll(async () => {
  keys = await generateSigningPair();
});
beforeEach(() => {
  followed = [];
});

const order = async (purge: Partial<Purge> = {}, { privateKey } = keys) =>
  encodePurge(
    { version: CONTRACT_VERSION, cluster: "default", time: NOW, ...purge },
    await loadSigner(privateKey),
  );

async function send(body: string, method = "POST", isBound = true): Promise<Response> {
  const app = purgeEndpoint({
    cluster: "default",
    verifier: loadVerifier(keys.publicKey),
    follow: isBound ? async (scope, signed) => void followed.push({ ...scope, signed }) : undefined,
    now: () => NOW,
  });
  return app.request("/", { method, ...(method !== "GET" && { body }) });
}

describe("an order that verifies", () => {
  test.each<[string, Partial<Purge>, PurgeScope]>([
    ["for everything", {}, {}],
    ["for a host", { host: "a.test" }, { host: "a.test" }],
    ["for a path", { host: "a.test", path: "/x" }, { host: "a.test", path: "/x" }],
    [
      "for a prefix",
      { host: "a.test", path: "/x/", prefix: true },
      { host: "a.test", path: "/x/", prefix: true },
    ],
    ["for a path as a browser shows it", { path: "/a b/ü" }, { path: "/a b/ü" }],
    ["for a path as a URL has it", { path: "/a%20b/./%C3%BC" }, { path: "/a b/ü" }],
  ])("%s is followed", async (_, purge, scope) => {
    const answer = await send(await order(purge));
    expect([answer.status, await answer.json()]).toEqual([200, { purged: scope }]);
    expect(followed).toEqual([{ ...scope, signed: NOW }]);
  });

  it("is refused where nobody would hear of it", async () => {
    expect((await send(await order(), "POST", false)).status).toBe(501);
  });
});

describe("an order that does not", () => {
  test.each<[string, () => Promise<string>, string]>([
    ["signed by somebody else", async () => order({}, await generateSigningPair()), "signature"],
    [
      "changed on its way",
      async () => (await order({ host: "a.test" })).replace("a.test", "b.test"),
      "signature",
    ],
    ["for another cluster", () => order({ cluster: "other" }), "cluster other"],
    ["of long ago", () => order({ time: NOW - 301_000 }), "clock"],
    ["of tomorrow", () => order({ time: NOW + 86_400_000 }), "clock"],
    ["that is a root", async () => `{}\n${"0".repeat(128)}`, "no signed order"],
    ["with a malformed path", () => order({ path: "/%zz" }), "malformed"],
  ])("%s is refused", async (_, text, problem) => {
    const answer = await send(await text());
    expect([answer.status, await answer.text()]).toEqual([422, expect.stringContaining(problem)]);
    expect(followed).toEqual([]);
  });

  it("comes by another method", async () => {
    const answer = await send("", "GET");
    expect([answer.status, answer.headers.get("allow")]).toEqual([405, "POST"]);
  });
});
