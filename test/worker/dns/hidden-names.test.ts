/**
 * Whoever sees one namespace is told nothing of another, whatever he asks and by whichever plugin, transport or cache:
 * all answers are those of a cluster that has no other namespace.
 */
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { type RecordOf, sha256, toBase64 } from "../../../contract/index.ts";
import { createDohHandler } from "../../../worker/dns/doh.ts";
import { decodeMessage } from "../../../worker/dns/wire/decode.ts";
import { MessageEncoder } from "../../../worker/dns/wire/encode.ts";
import type { SnapshotView } from "../../../worker/snapshot/view.ts";
import { queryFor } from "./support/messages.ts";
import { PLATFORM } from "./support/platform.ts";
import { HIDDEN, twoTeams } from "./support/two-teams.ts";
import { messageLines, questionOf } from "./support/zone-text.ts";
import { runs } from "../support/runs.ts";

const SEED = 20_261_129;
/** Most often those that most is told by. */
const TYPES = [
  "A",
  "A",
  "A",
  "SRV",
  "PTR",
  "PTR",
  "A",
  "AAAA",
  "CNAME",
  "SRV",
  "PTR",
  "TXT",
  "NS",
  "SOA",
  "MX",
  "HTTPS",
  "ANY",
];
const ZONES = ["cluster.local", "lb.test", "corp.test", "file.test", "hosts.test", "forward.test"];
/** A token for each view; `all` sees everything. */
const LIMITED = ["shop", "narrow"] as const;
type Token = (typeof LIMITED)[number] | "all";

async function views(): Promise<Record<string, RecordOf<"zones">>> {
  const search = ["shop.svc.cluster.local", "secret.svc.cluster.local", "svc.cluster.local", "corp.test"];
  const rest = { kind: "view", forward: true, search, ndots: 3 } as const;
  const zones = [
    "shop.svc.cluster.local",
    "file.test",
    "corp.test",
    "rewritten.test",
    "lb.test",
    "in-addr.arpa",
  ];
  const tokens = (["all", ...LIMITED] as const).map(
    async (name) => [`token/${await sha256(name)}`, { kind: "token", name, view: name }] as const,
  );
  return {
    "view/all": rest,
    "view/shop": { ...rest, namespaces: ["shop"] },
    "view/narrow": { ...rest, namespaces: ["shop"], zones },
    ...Object.fromEntries(await Promise.all(tokens)),
  };
}

/** A resolver that answers everything with an alias that leads into the cluster. */
async function upstream(_: unknown, init?: RequestInit): Promise<Response> {
  const query = decodeMessage(new Uint8Array(await new Response(init?.body).arrayBuffer()));
  const [question] = query.questions;
  if (question === undefined) return new Response(null, { status: 400 });
  const { name } = questionOf("secret-web.secret.svc.cluster.local. A");
  const octets = new MessageEncoder().encode({
    ...query,
    response: true,
    recursionAvailable: true,
    answers: [
      { name: question.name, ttl: 60, type: "CNAME", target: name },
      { name, ttl: 60, type: "A", address: "10.66.0.1" },
    ],
    edns: undefined,
  });
  return new Response(octets, { headers: { "content-type": "application/dns-message" } });
}

type Transport = "get" | "post" | "json";

function requestFor(transport: Transport, token: Token, name: string, type: string): Request {
  const at = `https://edge.lintel.test/dns-query/${token}`;
  if (transport === "json") return new Request(`${at}?name=${encodeURIComponent(name)}&type=${type}`);
  const octets = new MessageEncoder().encode(queryFor([questionOf(`${name} ${type}`)]));
  if (transport === "post") {
    return new Request(at, {
      method: "POST",
      headers: { "content-type": "application/dns-message" },
      body: octets,
    });
  }
  const text = toBase64(octets).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  return new Request(`${at}?dns=${text}`);
}

/** Isolates apart, so that neither's caches serve the other. */
function edge(view: SnapshotView) {
  const handle = createDohHandler({ access: "token", token: undefined }, { ...PLATFORM, fetch: upstream });
  return (transport: Transport, token: Token, name: string, type: string) =>
    handle(requestFor(transport, token, name, type), { address: "203.0.113.9" }, () => view);
}

interface Told {
  /** All of it. */
  readonly lines: readonly string[];
  /** What he did not know when he asked. */
  readonly news: string;
}

async function told(response: Response, asked: string): Promise<Told> {
  const lines = await linesOf(response);
  // The name that he gave himself comes back as it is, or below a domain of his search list.
  const known = asked.toLowerCase();
  const news = lines
    .flatMap((line) => line.split(/[\s"]+/))
    .map((word) => (`${word}.`.toLowerCase().startsWith(known) ? word.slice(known.length) : word));
  return { lines, news: news.join(" ") };
}

async function linesOf(response: Response): Promise<string[]> {
  if (response.headers.get("content-type") !== "application/dns-json") {
    return messageLines(decodeMessage(new Uint8Array(await response.arrayBuffer())));
  }
  const { Question: _, ...body } = await response.json<{ Question: unknown }>();
  return [JSON.stringify(body)];
}

const SPECIAL = [
  "into.test.",
  "x.turns.test.",
  "secret-web.template.test.",
  "secret-web.rewritten.test.",
  "to-other.file.test.",
  "hop.file.test.",
  "_http._tcp.file.test.",
  "alpn.file.test.",
  "into.corp.test.",
  "_http._tcp.into.corp.test.",
  "x.secret.corp.test.",
  "_http._tcp.secret.corp.test.",
  "any.test.",
  "blocked.test.",
  "ns.dns.cluster.local.",
  "ns1.dns.lb.test.",
  "10-66-0-101.secret.pod.cluster.local.",
  "x.forward.test.",
  ...[
    "1.0.66.10",
    "3.0.66.10",
    "101.0.66.10",
    "102.0.66.10",
    "1.100.51.198",
    "2.100.51.198",
    "1.0.20.10",
    "1.0.11.10",
    "1.2.0.192",
    "80.2.0.192",
  ].map((octets) => `${octets}.in-addr.arpa.`),
  ...["6.6.d.f", "1.1.d.f"].map((prefix) => `1.${"0.".repeat(27)}${prefix}.ip6.arpa.`),
];

const services = [
  "web",
  "db",
  "named",
  "over",
  "over-deep",
  "over-outside",
  "over-twice",
  "over-file",
  "home",
];
const anyService = fc
  .tuple(
    fc.constantFrom("", "", "_http._tcp.", "_._tcp.", "secret-0.", "shop-0.", "10-20-0-1.", "secret-pod."),
    fc.constantFrom("shop", "secret"),
    fc.constantFrom(...services),
    fc.constantFrom("shop", "secret"),
    fc.constantFrom("svc.cluster.local.", "svc.cluster.local.", "pod.cluster.local.", "lb.test.", "svc.", ""),
  )
  .map(([front, prefix, name, namespace, end]) => `${front}${prefix}-${name}.${namespace}.${end || ""}`);
const anyLabels = fc
  .array(
    fc.constantFrom("secret", "shop", "secret-web", "shop-web", "svc", "pod", "_http", "_tcp", "dns", "*"),
    {
      maxLength: 4,
    },
  )
  .chain((labels) =>
    fc.constantFrom("", ...ZONES).map((zone) => `${[...labels, zone].filter(Boolean).join(".")}.`),
  );
const shouted = (name: string) => name.replaceAll(/[a-z]/g, (letter) => letter.toUpperCase());
const anyQuestion = fc.record({
  name: fc
    .tuple(
      fc.oneof(
        { weight: 3, arbitrary: fc.constantFrom(...SPECIAL) },
        { weight: 4, arbitrary: anyService },
        { weight: 2, arbitrary: anyLabels },
      ),
      fc.nat(9),
    )
    .map(([name, luck]) => (luck === 0 ? shouted(name) : name)),
  type: fc.constantFrom(...TYPES),
  transport: fc.constantFrom<Transport>("get", "post", "json"),
});

let both: ReturnType<typeof edge>;
let shopAlone: ReturnType<typeof edge>;
beforeAll(async () => {
  both = edge(twoTeams(["shop", "secret"], await views()));
  shopAlone = edge(twoTeams(["shop"], await views()));
});

describe("whoever sees one namespace", () => {
  it.each(LIMITED)("is told nothing of another (%s)", async (token) => {
    let hiddenFromOthers = 0;
    await fc.assert(
      fc.asyncProperty(anyQuestion, async ({ name, type, transport }) => {
        // Whoever sees everything asks first, so that whatever is kept is kept.
        const everything = await told(await both(transport, "all", name, type), name);
        const limited = await told(await both(transport, token, name, type), name);
        if (HIDDEN.test(everything.news)) hiddenFromOthers++;
        expect(limited.news).not.toMatch(HIDDEN);
        const alone = await told(await shopAlone(transport, token, name, type), name);
        expect(limited.lines).toEqual(alone.lines);
      }),
      { seed: SEED, numRuns: runs(700) },
    );
    // The questions would have brought it out.
    expect(hiddenFromOthers).toBeGreaterThan(runs(700) / 10);
  });
});
