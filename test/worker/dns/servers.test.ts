import { describe, expect, it } from "vitest";
import type { DnsServer, DnsSettings } from "../../../contract/index.ts";
import type { Query } from "../../../worker/dns/resolver.ts";
import { createResolver } from "../../../worker/dns/servers.ts";
import { decodeMessage } from "../../../worker/dns/wire/decode.ts";
import { MessageEncoder } from "../../../worker/dns/wire/encode.ts";
import { nameFromText } from "../../../worker/dns/wire/name-text.ts";
import { rcodeText } from "../../../worker/dns/wire/codes.ts";
import { CLUSTER } from "./support/cluster.ts";
import { ASKER, PLATFORM } from "./support/platform.ts";
import { viewOf } from "./support/snapshot.ts";
import { questionOf } from "./support/zone-text.ts";

function queryOf(question: string, servers: readonly DnsServer[], more: Partial<Query> = {}): Query {
  const view = viewOf(CLUSTER);
  const dns: DnsSettings = { domain: "cluster.local", servers: structuredClone([...servers]) };
  const root = { ...view.root, settings: { dns } };
  return {
    question: questionOf(question),
    view: { ...view, root },
    ...ASKER,
    dnssecOk: false,
    depth: 0,
    ...more,
  };
}

const refusing = (...zones: string[]): DnsServer => ({ zones, plugins: [], refusesOthers: true });
const failing = (...zones: string[]): DnsServer => ({ zones, plugins: [] });

describe("the server block that answers", () => {
  it.each<[string, string, DnsServer[], string]>([
    ["has the name's zone", "a.example.", [failing("example")], "SERVFAIL"],
    ["has the longest of several", "a.b.example.", [refusing("example"), failing("b.example")], "SERVFAIL"],
    ["whatever their order", "a.b.example.", [failing("b.example"), refusing("example")], "SERVFAIL"],
    ["by whole labels", "ab.example.", [failing("example"), refusing("b.example")], "SERVFAIL"],
    ["in any case", "A.EXAMPLE.", [failing("example")], "SERVFAIL"],
    ["may have several zones", "a.test.", [failing("example", "test")], "SERVFAIL"],
    ["may have the root's", "a.test.", [failing("."), refusing("example")], "SERVFAIL"],
    ["is none where no zone has the name", "a.test.", [failing("example")], "REFUSED"],
  ])("%s", async (_, name, servers, rcode) => {
    const { rcode: found } = await createResolver(PLATFORM)(queryOf(`${name} A`, servers));
    expect(rcodeText(found)).toBe(rcode);
  });

  it("is none for names outside of what is visible", async () => {
    const visible = { forward: true, zones: [nameFromText("example")] };
    const ask = async (question: string) =>
      (await createResolver(PLATFORM)(queryOf(question, [failing(".")], { visible }))).rcode;
    expect([await ask("a.example. A"), await ask("a.test. A")].map(rcodeText)).toEqual([
      "SERVFAIL",
      "REFUSED",
    ]);
  });

  it("is not asked for aliases of aliases without end", async () => {
    const { rcode } = await createResolver(PLATFORM)(queryOf("a.example. A", [failing(".")], { depth: 9 }));
    expect(rcodeText(rcode)).toBe("SERVFAIL");
  });
});

it("what plugins have learnt outlives a snapshot whose settings say the same", async () => {
  const asked: string[] = [];
  const resolve = createResolver({
    ...PLATFORM,
    delay: () => new Promise(() => undefined),
    fetch: async (input, init) => {
      const request = new Request(input, init);
      asked.push(new URL(request.url).hostname);
      const query = decodeMessage(new Uint8Array(await request.arrayBuffer()));
      const octets = new MessageEncoder().encode({ ...query, response: true });
      return new Response(octets, { headers: { "content-type": "application/dns-message" } });
    },
  });
  const servers: DnsServer[] = [
    {
      zones: ["."],
      plugins: [
        {
          plugin: "forward",
          from: ".",
          except: [],
          to: [{ url: "https://one.example/" }, { url: "https://two.example/" }],
          policy: "round_robin",
        },
      ],
    },
  ];
  for (let i = 0; i < 3; i++) await resolve(queryOf(`n${i}.test. A`, servers));
  expect(asked).toHaveLength(3);
  expect(new Set(asked.slice(0, 2)).size).toBe(2);
  expect(asked[2]).toBe(asked[0]);
});
