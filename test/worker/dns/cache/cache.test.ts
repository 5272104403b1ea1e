/** TTLs are those that CoreDNS's cache plugin gives. */
import { describe, expect, it } from "vitest";
import type { DnsPlugin } from "../../../../contract/index.ts";
import { cache } from "../../../../worker/dns/cache/cache.ts";
import type { Query, Resolution, Visibility } from "../../../../worker/dns/resolver.ts";
import type { SnapshotView } from "../../../../worker/snapshot/view.ts";
import { rcodeText } from "../../../../worker/dns/wire/codes.ts";
import { nameFromText } from "../../../../worker/dns/wire/name-text.ts";
import type { ResourceRecord } from "../../../../worker/dns/wire/record.ts";
import { viewWith } from "../support/servers.ts";
import { questionOf, recordText } from "../support/zone-text.ts";

type Cache = Extract<DnsPlugin, { plugin: "cache" }>;

const CACHE: Cache = {
  plugin: "cache",
  zones: ["."],
  success: { maxTtl: 3600, minTtl: 5 },
  denial: { maxTtl: 1800, minTtl: 5 },
};
const OTHER: DnsPlugin = { plugin: "errors" };

function address(ttl: number, name = "www.example."): ResourceRecord {
  return { name: nameFromText(name), ttl, type: "A", address: "192.0.2.1" };
}

function soa(ttl: number, minimum: number): ResourceRecord {
  const name = nameFromText("example.");
  const times = { serial: 1, refresh: 2, retry: 3, expire: 4, minimum };
  return { name, ttl, type: "SOA", primary: name, mailbox: name, ...times };
}

function others(fields: Partial<Resolution> = {}): Resolution {
  const sections = { answers: [address(300)], authorities: [], additionals: [] };
  return { rcode: 0, authoritative: false, recursive: true, ...sections, ...fields };
}

/** A cache in front of what answers as told. */
function cached(config: Partial<Cache> = {}) {
  let now = 1_762_000_000_000;
  let answer = others();
  let asked = 0;
  const resolve = () => answer;
  const plugin = cache({ ...CACHE, ...config }, { now: () => now, resolve });
  const everything: Visibility = { forward: true };
  return {
    wait: (seconds: number) => {
      now += seconds * 1_000;
    },
    answers: (resolution: Resolution) => {
      answer = resolution;
    },
    asked: () => asked,
    /** The code, and the records in their sections. */
    ask: async (
      question: string,
      query: Partial<Pick<Query, "visible" | "dnssecOk" | "view">> = {},
    ): Promise<readonly string[]> => {
      const found = await plugin(
        {
          question: questionOf(question),
          view: view([]),
          client: { address: "203.0.113.9" },
          visible: everything,
          dnssecOk: false,
          depth: 0,
          ...query,
        },
        () => {
          asked++;
          return answer;
        },
      );
      const { answers, authorities, additionals, extendedError } = found;
      return [
        rcodeText(found.rcode),
        ...[...answers, ...authorities, ...additionals].map(recordText),
        ...(extendedError === undefined ? [] : [`EDE ${extendedError.code}`]),
      ];
    },
  };
}

/** Each call makes another snapshot. */
function view(plugins: readonly DnsPlugin[]): SnapshotView {
  return viewWith(plugins);
}

const WWW = (ttl: number) => ["NOERROR", `www.example. ${ttl} A 192.0.2.1`];

describe("what is kept", () => {
  it("is answered with the TTL that is left", async () => {
    const { ask, wait, asked } = cached();
    expect(await ask("www.example. A")).toEqual(WWW(300));
    wait(100);
    expect(await ask("www.example. A")).toEqual(WWW(200));
    wait(199);
    expect(await ask("www.example. A")).toEqual(WWW(1));
    expect(asked()).toBe(1);
    wait(1);
    expect(await ask("www.example. A")).toEqual(WWW(300));
    expect(asked()).toBe(2);
  });

  it("is written as the question writes it", async () => {
    const { ask, asked } = cached();
    await ask("www.example. A");
    expect(await ask("WWW.Example. A")).toEqual(["NOERROR", "WWW.Example. 300 A 192.0.2.1"]);
    expect(asked()).toBe(1);
  });

  it("outlives snapshots that configure the same", async () => {
    const { ask, asked } = cached();
    await ask("www.example. A", { view: view([OTHER]) });
    await ask("www.example. A", { view: view([OTHER]) });
    expect(asked()).toBe(1);
  });

  it.each<[string, Parameters<ReturnType<typeof cached>["ask"]>]>([
    ["another type", ["www.example. AAAA"]],
    ["another name", ["mail.example. A"]],
    ["DO", ["www.example. A", { dnssecOk: true }]],
    ["other namespaces", ["www.example. A", { visible: { forward: true, namespaces: new Set(["shop"]) } }]],
    ["no namespaces", ["www.example. A", { visible: { forward: true, namespaces: new Set() } }]],
    ["other zones", ["www.example. A", { visible: { forward: true, zones: [nameFromText("example.")] } }]],
    ["nobody who may ask others", ["www.example. A", { visible: { forward: false } }]],
    ["another configuration", ["www.example. A", { view: view([OTHER]) }]],
  ])("is not for %s", async (_, question) => {
    const { ask, asked } = cached();
    await ask("www.example. A");
    await ask(...question);
    expect(asked()).toBe(2);
  });

  it.each([
    ["our own", { authoritative: true, recursive: undefined }],
    ["our own that leads to others'", { authoritative: true }],
    ["a failure", { rcode: 2, answers: [] }],
    ["a refusal", { rcode: 5, answers: [] }],
    ["a denial that says nothing of its time", { rcode: 3, answers: [] }],
  ])("is not: %s", async (_, fields) => {
    const { ask, answers, asked } = cached();
    answers(others(fields));
    await ask("www.example. A");
    await ask("www.example. A");
    expect(asked()).toBe(2);
  });

  it.each([
    ["success", { success: undefined }, {}],
    ["denial", { denial: undefined }, { rcode: 3, answers: [], authorities: [soa(60, 60)] }],
    ["success of its zone", { success: { maxTtl: 60, minTtl: 5, except: ["example"] } }, {}],
  ])("is not where %s is disabled", async (_, config, fields) => {
    const { ask, answers, asked } = cached(config);
    answers(others(fields));
    await ask("www.example. A");
    await ask("www.example. A");
    expect(asked()).toBe(2);
  });

  it("is not of other zones", async () => {
    const { ask, asked } = cached({ zones: ["example.org"] });
    await ask("www.example. A");
    await ask("www.example. A");
    expect(asked()).toBe(2);
  });
});

describe("TTLs", () => {
  it.each([
    ["are the least of an answer", {}, { authorities: [address(60, "ns.example.")] }, 60],
    ["are no longer than the block says", { success: { maxTtl: 30, minTtl: 5 } }, {}, 30],
    ["are no shorter", { success: { maxTtl: 30, minTtl: 5 } }, { answers: [address(1)] }, 5],
    ["of denials are what the SOA says", {}, { rcode: 3, answers: [], authorities: [soa(600, 60)] }, 60],
    ["of NODATA, too", {}, { answers: [], authorities: [soa(60, 600)] }, 60],
    [
      "of denials have limits of their own",
      { denial: { maxTtl: 10, minTtl: 5 } },
      { rcode: 3, answers: [], authorities: [soa(600, 600)] },
      10,
    ],
    [
      "of our own answers, too",
      { success: { maxTtl: 30, minTtl: 5 } },
      { authoritative: true, recursive: undefined },
      30,
    ],
  ])("%s", async (_, config, fields, ttl) => {
    const { ask, answers } = cached(config);
    answers(others(fields));
    const records = (await ask("www.example. A")).slice(1);
    expect(records.map((line) => Number(line.split(" ")[1]))).toEqual(records.map(() => ttl));
    expect(records.length).toBeGreaterThan(0);
  });
});

describe("stale answers", () => {
  const FAILURE = others({ rcode: 2, answers: [] });

  it("are given while there is no newer one (RFC 8767), and say so", async () => {
    const { ask, answers, wait } = cached({ serveStale: 3600 });
    await ask("www.example. A");
    answers(FAILURE);
    wait(3_899);
    expect(await ask("www.example. A")).toEqual([...WWW(0), "EDE 3"]);
    wait(1);
    expect(await ask("www.example. A")).toEqual(["SERVFAIL"]);
  });

  it("give way to newer ones", async () => {
    const { ask, answers, wait } = cached({ serveStale: 3600 });
    await ask("www.example. A");
    answers(others({ rcode: 3, answers: [], authorities: [soa(60, 60)] }));
    wait(400);
    expect((await ask("www.example. A"))[0]).toBe("NXDOMAIN");
  });

  it("are none unless asked for", async () => {
    const { ask, answers, wait } = cached();
    await ask("www.example. A");
    answers(FAILURE);
    wait(301);
    expect(await ask("www.example. A")).toEqual(["SERVFAIL"]);
  });
});
