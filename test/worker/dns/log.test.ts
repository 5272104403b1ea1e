/** What stands in the log of queries (log) and of failures (errors). */
import { describe, expect, it } from "vitest";
import type { DnsPlugin } from "../../../contract/index.ts";
import { ask } from "./support/ask.ts";
import { CLUSTER } from "./support/cluster.ts";
import { viewOf } from "./support/snapshot.ts";

const KUBERNETES: DnsPlugin = { plugin: "kubernetes", zones: ["cluster.local"], ttl: 5, pods: "disabled" };

async function logged(plugin: DnsPlugin, question: string, reads: "now" | "later" | "never" = "now") {
  const lines: unknown[] = [];
  let now = 1000;
  const platform = {
    log: (level: string, fields: object, message: string) => lines.push({ level, message, ...fields }),
    now: () => (now += 3),
  };
  await ask(viewOf(CLUSTER, { plugins: [plugin, KUBERNETES], reads }), question, { platform });
  return lines;
}

type Classes = Extract<DnsPlugin, { plugin: "log" }>["classes"];
const log = (classes: Classes, zones = ["."]): DnsPlugin => ({ plugin: "log", zones, classes });

describe("log", () => {
  it.each(["now", "later"] as const)("is one line a query, read %s", async (reads) => {
    expect(await logged(log([]), "Web.shop.svc.cluster.local. A", reads)).toEqual([
      {
        level: "info",
        message: "dns query",
        client: "203.0.113.9",
        name: "Web.shop.svc.cluster.local.",
        type: "A",
        rcode: "NOERROR",
        answers: 1,
        ms: 3,
      },
    ]);
  });

  it.each<readonly [Classes, string, number]>([
    [["all"], "web.shop.svc.cluster.local. A", 1],
    [["success"], "web.shop.svc.cluster.local. A", 1],
    [["denial"], "web.shop.svc.cluster.local. A", 0],
    [["denial"], "web.shop.svc.cluster.local. AAAA", 1],
    [["denial"], "nobody.shop.svc.cluster.local. AAAA", 1],
    [["error"], "nobody.shop.svc.cluster.local. AAAA", 0],
    [["error"], "www.example.com. A", 1],
    [["success", "denial"], "www.example.com. A", 0],
  ])("of %j: %s", async (classes, question, count) => {
    expect(await logged(log(classes), question)).toHaveLength(count);
  });

  it("is for its zones alone", async () => {
    expect(await logged(log([], ["example.com"]), "web.shop.svc.cluster.local. A")).toEqual([]);
  });

  it("tells a snapshot that cannot be read as SERVFAIL", async () => {
    expect(await logged(log(["error"]), "web.shop.svc.cluster.local. A", "never")).toMatchObject([
      { rcode: "SERVFAIL", answers: 0 },
      { rcode: "SERVFAIL", answers: 0 },
    ]);
  });
});

describe("errors", () => {
  it("says why an answer is a failure", async () => {
    expect(await logged({ plugin: "errors" }, "www.example.com. HTTPS")).toEqual([
      {
        level: "error",
        message: "dns query failed",
        name: "www.example.com.",
        type: "HTTPS",
        cause: "no plugin answers for the name",
      },
    ]);
  });

  it("says what went wrong on the way", async () => {
    const [line] = await logged({ plugin: "errors" }, "web.shop.svc.cluster.local. A", "never");
    expect(JSON.stringify(line)).toContain('"cause":"SnapshotUnavailableError: ');
  });

  it("has nothing to say of names that do not exist", async () => {
    expect(await logged({ plugin: "errors" }, "nobody.shop.svc.cluster.local. A")).toEqual([]);
  });
});
