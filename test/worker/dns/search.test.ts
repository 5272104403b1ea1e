import { describe, expect, it } from "vitest";
import type { Search } from "../../../worker/dns/resolver.ts";
import { createResponder } from "../../../worker/dns/responder.ts";
import { searching } from "../../../worker/dns/search.ts";
import { createResolver } from "../../../worker/dns/servers.ts";
import { decodeMessage } from "../../../worker/dns/wire/decode.ts";
import { nameFromText } from "../../../worker/dns/wire/name-text.ts";
import { CLUSTER } from "./support/cluster.ts";
import { queryFor } from "./support/messages.ts";
import { ASKER, PLATFORM } from "./support/platform.ts";
import { viewOf } from "./support/snapshot.ts";
import { messageLines, questionOf } from "./support/zone-text.ts";

const SEARCH: Search = {
  domains: ["shop.svc.cluster.local", "svc.cluster.local", "cluster.local"].map(nameFromText),
  ndots: 5,
};

async function ask(question: string, search: Partial<Search> = {}): Promise<string[]> {
  const respond = createResponder(searching(createResolver(PLATFORM)));
  const asker = { ...ASKER, search: { ...SEARCH, ...search } };
  const { octets } = await respond(queryFor([questionOf(question)]), asker, () => viewOf(CLUSTER));
  return messageLines(decodeMessage(octets));
}

const WEB = "> web.shop.svc.cluster.local. 5 A 10.96.0.20";

describe("a short name", () => {
  it.each<[string, string, ...string[]]>([
    ["is found below the first domain", "web. A", "> web. 5 CNAME web.shop.svc.cluster.local.", WEB],
    ["is found below the next", "web.shop. A", "> web.shop. 5 CNAME web.shop.svc.cluster.local.", WEB],
    [
      "is found below the last",
      "web.shop.svc. A",
      "> web.shop.svc. 5 CNAME web.shop.svc.cluster.local.",
      WEB,
    ],
    [
      "keeps the case that it is asked in",
      "WeB. A",
      "> WeB. 5 CNAME WeB.shop.svc.cluster.local.",
      "> WeB.shop.svc.cluster.local. 5 A 10.96.0.20",
    ],
    ["that is whole is found as it is", "web.shop.svc.cluster.local. A", WEB],
  ])("%s", async (_, question, ...lines) => {
    expect(await ask(question)).toEqual(["NOERROR", ...lines]);
  });

  it("that is nowhere is answered as it is", async () => {
    expect(await ask("nobody. A")).toEqual(["REFUSED"]);
    expect(await ask("nobody.shop.svc.cluster.local. A")).toEqual([
      "NXDOMAIN",
      expect.stringContaining("@ cluster.local. 5 SOA "),
    ]);
  });

  it("whose type does not exist there is looked for on", async () => {
    expect(await ask("web. AAAA")).toEqual(["REFUSED"]);
  });

  it("with enough dots is tried as it is first", async () => {
    expect(await ask("web.shop.svc.cluster.local. A", { ndots: 1 })).toEqual(["NOERROR", WEB]);
    expect(await ask("web.shop. A", { ndots: 1 })).toEqual(["REFUSED"]);
  });

  it("too long to be below a domain is left as it is", async () => {
    const long = `${`${"a".repeat(62)}.`.repeat(3)}${"b".repeat(60)}.`;
    expect(await ask(`${long} A`)).toEqual(["REFUSED"]);
    expect(await ask(". A")).toEqual(["REFUSED"]);
  });
});
