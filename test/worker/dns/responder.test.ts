/** What is answered before and around the resolver chain: header, EDNS, and queries that are not looked up. */
import { describe, expect, it } from "vitest";
import { chain, type Plugin, type Query, type Resolution } from "../../../worker/dns/resolver.ts";
import { createResponder } from "../../../worker/dns/responder.ts";
import { createResolver } from "../../../worker/dns/servers.ts";
import { rcodeText } from "../../../worker/dns/wire/codes.ts";
import { decodeMessage } from "../../../worker/dns/wire/decode.ts";
import type { Edns, Message } from "../../../worker/dns/wire/message.ts";
import { nameToText } from "../../../worker/dns/wire/name-text.ts";
import type { ResourceRecord } from "../../../worker/dns/wire/record.ts";
import { SnapshotUnavailableError } from "../../../worker/snapshot/errors.ts";
import { ask, respondTo } from "./support/ask.ts";
import { CLUSTER } from "./support/cluster.ts";
import { queryFor } from "./support/messages.ts";
import { ASKER, PLATFORM } from "./support/platform.ts";
import { viewOf } from "./support/snapshot.ts";
import { messageLines, questionOf } from "./support/zone-text.ts";

const VIEW = viewOf(CLUSTER);
const WEB = questionOf("web.shop.svc.cluster.local. A");
const EDNS: Edns = { payloadSize: 4096, version: 0, dnssecOk: false, options: [] };

describe("the header", () => {
  it("echoes id, RD, CD and the question with its case", async () => {
    const question = questionOf("WEB.Shop.svc.cluster.local. A");
    const query = queryFor([question], { id: 0xbeef, checkingDisabled: true, authenticData: true });
    const response = await respondTo(VIEW, query);
    expect(response).toMatchObject({
      id: 0xbeef,
      response: true,
      opcode: 0,
      authoritative: true,
      truncated: false,
      recursionDesired: true,
      recursionAvailable: false,
      authenticData: false,
      checkingDisabled: true,
      edns: undefined,
    });
    expect(response.questions.map(({ name }) => nameToText(name))).toEqual(["WEB.Shop.svc.cluster.local."]);
  });

  it("leaves RD off where the query has it off", async () => {
    expect(await respondTo(VIEW, queryFor([WEB], { recursionDesired: false }))).toMatchObject({
      recursionDesired: false,
    });
  });

  it.each([
    ["NXDOMAIN", "nobody.shop.svc.cluster.local. A", true],
    ["NODATA", "shop.svc.cluster.local. A", true],
    ["REFUSED", "www.example.com. A", false],
  ])("says of %s whether it is authoritative", async (_, question, authoritative) => {
    expect(await respondTo(VIEW, queryFor([questionOf(question)]))).toMatchObject({ authoritative });
  });
});

describe("queries that are not looked up", () => {
  const stray: ResourceRecord = {
    name: WEB.name,
    ttl: 0,
    type: "opaque",
    code: 41,
    class: 1232,
    data: new Uint8Array(),
  };

  it.each<readonly [string, Partial<Message>, string, number]>([
    ["no question", { questions: [] }, "FORMERR", 0],
    ["two questions", { questions: [WEB, WEB] }, "FORMERR", 0],
    ["a response", { response: true }, "FORMERR", 1],
    ["an OPT record that is not the root's", { additionals: [stray] }, "FORMERR", 1],
    ["an OPT record among the answers", { answers: [stray] }, "FORMERR", 1],
    ["an OPT record among the authorities", { authorities: [stray] }, "FORMERR", 1],
    ["EDNS version 1", { edns: { ...EDNS, version: 1 } }, "BADVERS", 1],
    ["class CH: version.bind", { questions: [questionOf("version.bind. CH TXT")] }, "REFUSED", 1],
    ["class CH of a name that we have", { questions: [{ ...WEB, class: 3 }] }, "REFUSED", 1],
    ["class ANY", { questions: [{ ...WEB, class: 255 }] }, "REFUSED", 1],
    ["AXFR", { questions: [questionOf("cluster.local. AXFR")] }, "REFUSED", 1],
    ["IXFR", { questions: [questionOf("cluster.local. IXFR")] }, "REFUSED", 1],
    ["NOTIFY", { opcode: 4 }, "NOTIMP", 1],
    ["UPDATE", { opcode: 5 }, "NOTIMP", 1],
    ["STATUS", { opcode: 2 }, "NOTIMP", 1],
  ])("%s", async (_, fields, rcode, questions) => {
    const response = await respondTo(VIEW, queryFor([WEB], fields));
    expect(messageLines(response)).toEqual([rcode]);
    expect(response.questions).toHaveLength(questions);
    expect(response).toMatchObject({ response: true, authoritative: false, opcode: fields.opcode ?? 0 });
  });
});

describe("EDNS", () => {
  const withEdns = (edns: Edns) => respondTo(VIEW, queryFor([WEB], { edns }));

  it.each([true, false])("is echoed with our payload size and the DO bit (%s)", async (dnssecOk) => {
    expect((await withEdns({ ...EDNS, dnssecOk })).edns).toEqual({
      payloadSize: 1232,
      version: 0,
      dnssecOk,
      options: [],
    });
  });

  it("is in refusals too", async () => {
    const response = await respondTo(VIEW, queryFor([], { edns: EDNS }));
    expect(rcodeText(response.rcode)).toBe("FORMERR");
    expect(response.edns).toBeDefined();
  });

  it("answers a newer version with BADVERS and our version", async () => {
    const response = await withEdns({ ...EDNS, version: 3, dnssecOk: true });
    expect(rcodeText(response.rcode)).toBe("BADVERS");
    expect(response.edns).toMatchObject({ version: 0, dnssecOk: true });
  });

  it("ignores client subnets, cookies and what else it does not know", async () => {
    const options = [8, 10, 65_001].map((code) => ({ code, data: new Uint8Array(8) }));
    const response = await withEdns({ ...EDNS, options });
    expect(response.edns?.options).toEqual([]);
    expect(response.answers).toHaveLength(1);
  });

  it.each([
    ["web.shop.svc.cluster.local. A", 468],
    ["nobody.shop.svc.cluster.local. A", 468],
    ["mixed.shop.svc.cluster.local. SRV", 936],
  ])("pads to multiples of 468 octets when the query is padded: %s", async (question, length) => {
    const respond = createResponder(createResolver(PLATFORM));
    const options = [{ code: 12, data: new Uint8Array(3) }];
    const query = queryFor([questionOf(question)], { edns: { ...EDNS, options } });
    const { octets } = await respond(query, ASKER, () => VIEW);
    expect(octets).toHaveLength(length);
    expect(decodeMessage(octets).edns?.options.map(({ code }) => code)).toEqual([12]);
  });

  it("does not pad what was not padded", async () => {
    const response = await withEdns(EDNS);
    expect(response.edns?.options).toEqual([]);
  });
});

describe("snapshots that cannot be had: SERVFAIL", () => {
  it("before the first one", async () => {
    expect(await ask(undefined, "web.shop.svc.cluster.local. A")).toEqual(["SERVFAIL"]);
    expect(await ask(undefined, "www.example.com. A")).toEqual(["SERVFAIL"]);
  });

  it.each(["web.shop.svc.cluster.local. A", "shop.svc.cluster.local. A", "20.0.96.10.in-addr.arpa. PTR"])(
    "when a shard cannot be read: %s",
    async (question) => {
      expect(await ask(viewOf(CLUSTER, { reads: "never" }), question)).toEqual(["SERVFAIL"]);
    },
  );

  it("when the snapshot itself rejects, at once or later", async () => {
    const query = queryFor([WEB]);
    const respond = createResponder(() => EMPTY);
    const error = new SnapshotUnavailableError("no root");
    const now = respond(query, ASKER, () => {
      throw error;
    });
    const later = respond(query, ASKER, () => Promise.reject(error));
    for (const reply of [await now, await later]) {
      expect(rcodeText(decodeMessage(reply.octets).rcode)).toBe("SERVFAIL");
      expect(reply.lifetime).toBe(0);
    }
  });

  it("other errors are not swallowed", async () => {
    const respond = createResponder(() => {
      throw new TypeError("a mistake");
    });
    expect(() => respond(queryFor([WEB]), ASKER, () => VIEW)).toThrow(TypeError);
    await expect(respond(queryFor([WEB]), ASKER, () => Promise.resolve(VIEW))).rejects.toThrow(TypeError);
  });

  it("queries that need none are answered without", async () => {
    const response = await respondTo(undefined, queryFor([questionOf("cluster.local. AXFR")]));
    expect(rcodeText(response.rcode)).toBe("REFUSED");
  });
});

const EMPTY: Resolution = { rcode: 0, authoritative: false, answers: [], authorities: [], additionals: [] };

describe("the resolver chain", () => {
  const QUERY: Query = { question: WEB, view: VIEW, ...ASKER, dnssecOk: false, depth: 0 };

  it("asks the plugins in order, each by the one before it", async () => {
    const asked: string[] = [];
    const plugin =
      (name: string, answer: Resolution | undefined, later: boolean): Plugin =>
      (query, next) => {
        asked.push(name);
        const found = answer ?? next(query);
        return later ? Promise.resolve(found) : found;
      };
    const resolve = chain(
      [
        plugin("a", undefined, false),
        plugin("b", undefined, true),
        plugin("c", { ...EMPTY, rcode: 3 }, true),
        plugin("d", { ...EMPTY, rcode: 2 }, false),
      ],
      () => EMPTY,
    );
    expect(await resolve(QUERY)).toMatchObject({ rcode: 3 });
    expect(asked).toEqual(["a", "b", "c"]);
  });

  it("ends with the last resolver", () => {
    expect(chain([(query, next) => next(query)], () => EMPTY)(QUERY)).toBe(EMPTY);
  });

  it("answers from memory without a promise", () => {
    const respond = createResponder(createResolver(PLATFORM));
    expect(respond(queryFor([WEB]), ASKER, () => VIEW)).not.toBeInstanceOf(Promise);
  });
});
