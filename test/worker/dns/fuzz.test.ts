/**
 * 200,000 damaged queries (as deep as `.ci/run` searches) through all that a query passes: whatever octets come in, there is an answer that can be read,
 * or DnsFormatError, and nothing else.
 */
import { expect, it } from "vitest";
import { createResponder, type Reply } from "../../../worker/dns/responder.ts";
import { searching } from "../../../worker/dns/search.ts";
import { createResolver } from "../../../worker/dns/servers.ts";
import { decodeMessage } from "../../../worker/dns/wire/decode.ts";
import { MessageEncoder } from "../../../worker/dns/wire/encode.ts";
import { DnsFormatError } from "../../../worker/dns/wire/format-error.ts";
import type { Message } from "../../../worker/dns/wire/message.ts";
import { nameFromText } from "../../../worker/dns/wire/name-text.ts";
import { queryFor } from "./support/messages.ts";
import { runs } from "../support/runs.ts";
import { ASKER, PLATFORM } from "./support/platform.ts";
import { twoTeams } from "./support/two-teams.ts";
import { questionOf } from "./support/zone-text.ts";

const CASES = runs(200_000);
const SEED = 20_261_129;
const MOST_CHANGES = 4;

const NAMES = [
  "shop-web.shop.svc.cluster.local.",
  "_http._tcp.shop-db.shop.svc.cluster.local.",
  "shop-over-twice.shop.svc.cluster.local.",
  "10-11-0-101.shop.pod.cluster.local.",
  "1.0.11.10.in-addr.arpa.",
  "cluster.local.",
  "shop-named.shop.lb.test.",
  "ns1.dns.lb.test.",
  "_http._tcp.shop.corp.test.",
  "x.shop.corp.test.",
  "hop.file.test.",
  "box.hosts.test.",
  "shop-web.template.test.",
  "x.turns.test.",
  "shop-web.rewritten.test.",
  "blocked.test.",
  "any.test.",
  "x.forward.test.",
  "shop-web",
  ".",
];
const TYPES = ["A", "AAAA", "SRV", "PTR", "TXT", "NS", "SOA", "CNAME", "HTTPS", "ANY"];

function seeds(): Uint8Array[] {
  const encoder = new MessageEncoder();
  const padded = { code: 12, data: new Uint8Array(8) };
  const subnet = { code: 8, data: Uint8Array.of(0, 1, 24, 0, 192, 0, 2) };
  const edns = { payloadSize: 1232, version: 0, dnssecOk: true, options: [padded, subnet] };
  return NAMES.flatMap((name) =>
    TYPES.flatMap((type) =>
      [{}, { edns }].map((fields) =>
        Uint8Array.from(encoder.encode(queryFor([questionOf(`${name} ${type}`)], fields))),
      ),
    ),
  );
}

/** Numbers below a limit, the same ones for the same seed (Marsaglia's xorshift). */
function numbers(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % limit;
  };
}

/** Some octets changed, now and then some cut out or put in. */
function damaged(seed: Uint8Array, below: (limit: number) => number): Uint8Array {
  const octets = Uint8Array.from(seed);
  const changes = 1 + below(MOST_CHANGES);
  for (let i = 0; i < changes; i++) {
    // Every other time a single bit, which leaves more of it a message.
    const at = below(octets.length);
    octets[at] = below(2) === 0 ? below(256) : (octets[at] ?? 0) ^ (1 << below(8));
  }
  switch (below(8)) {
    case 0:
      return octets.subarray(0, below(octets.length));
    case 1: {
      const [from, to] = [below(octets.length), below(octets.length)];
      return Uint8Array.from([...octets.subarray(0, from), ...octets.subarray(to)]);
    }
    default:
      return octets;
  }
}

function decodeOrRefuse(octets: Uint8Array): Message | undefined {
  try {
    return decodeMessage(octets);
  } catch (error) {
    if (error instanceof DnsFormatError) return undefined;
    throw error;
  }
}

it("answers damaged queries, or refuses them as no messages", async () => {
  const respond = createResponder(searching(createResolver(PLATFORM)));
  const view = twoTeams(["shop", "secret"]);
  const search = { domains: ["shop.svc.cluster.local", "corp.test"].map(nameFromText), ndots: 3 };
  const askers = [
    ASKER,
    { ...ASKER, search },
    {
      ...ASKER,
      search,
      visible: {
        namespaces: new Set(["shop"]),
        zones: ["svc.cluster.local", "test"].map(nameFromText),
        forward: true,
      },
    },
  ];
  const queries = seeds();
  const below = numbers(SEED);
  let messages = 0;
  const rcodes = new Map<number, number>();

  function check(query: Message, { octets }: Reply): void {
    const reply = decodeMessage(octets);
    if (!reply.response || reply.id !== query.id) {
      expect(reply).toMatchObject({ response: true, id: query.id });
    }
    rcodes.set(reply.rcode, (rcodes.get(reply.rcode) ?? 0) + 1);
  }

  for (let i = 0; i < CASES; i++) {
    const query = decodeOrRefuse(damaged(queries[i % queries.length] ?? new Uint8Array(), below));
    if (query === undefined) continue;
    messages++;
    const reply = respond(query, askers[i % askers.length] ?? ASKER, () => view);
    check(query, reply instanceof Promise ? await reply : reply);
  }
  // It would test little if hardly any got as far as the plugins.
  expect(messages).toBeGreaterThan(CASES / 4);
  for (const rcode of [0, 1, 2, 3, 4, 5]) expect(rcodes.get(rcode)).toBeGreaterThan(CASES / 2000);
});
