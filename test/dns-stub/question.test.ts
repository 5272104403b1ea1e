import { describe, expect, it } from "vitest";
import { askedBy, keyOf } from "../../dns-stub/question.ts";
import type { Message } from "../../worker/dns/wire/message.ts";
import { nameToText } from "../../worker/dns/wire/name-text.ts";
import { edns, query } from "./support/messages.ts";

function key(question: string, fields: Partial<Message> = {}): string {
  const asked = askedBy(query(question, fields));
  if (asked === undefined) throw new Error("nothing is asked");
  return keyOf(asked);
}

describe("questions with one answer", () => {
  it.each([
    ["in another spelling", key("WEB.shop. A")],
    ["with another ID", key("web.shop. A", { id: 7 })],
    ["with AD", key("web.shop. A", { authenticData: true })],
    [
      "with EDNS and its options",
      key("web.shop. A", { edns: edns({ options: [{ code: 8, data: new Uint8Array(4) }] }) }),
    ],
  ])("%s", (_, other) => {
    expect(other).toBe(key("web.shop. A"));
  });
});

describe("questions with answers of their own", () => {
  it.each([
    ["of another name", key("web.shopa. A")],
    ["with labels cut elsewhere", key("web\\.shop. A")],
    ["of another type", key("web.shop. AAAA")],
    ["of another class", key("web.shop. CH A")],
    ["with DO", key("web.shop. A", { edns: edns({ dnssecOk: true }) })],
    ["with CD", key("web.shop. A", { checkingDisabled: true })],
    ["without RD", key("web.shop. A", { recursionDesired: false })],
  ])("%s", (_, other) => {
    expect(other).not.toBe(key("web.shop. A"));
  });
});

it("are asked in lower case, octets that are no letters as they are", () => {
  const name = askedBy(query("WwW.a\\192Z\\091. A"))?.name;
  expect(name && nameToText(name)).toBe("www.a\\192z[.");
});
