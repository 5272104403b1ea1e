import { describe, expect, it, test } from "vitest";
import { filtersOf, read, warningsOf } from "../support/annotations.ts";

const usual = {
  "lintel.dev/jwt-issuer": "https://login.example.com/",
  "lintel.dev/jwt-jwks-url": "https://login.example.com/jwks.json",
};

it("asks for tokens of an issuer", () => {
  expect(filtersOf(usual).access).toEqual({
    satisfy: "all",
    jwt: {
      issuer: "https://login.example.com/",
      audiences: [],
      keys: { kind: "url", origin: "https://login.example.com", path: "/jwks.json" },
      claimHeaders: {},
    },
  });
});

test.each([
  ["jwt-audience", "shop, shop-admin", { audiences: ["shop", "shop-admin"] }],
  [
    "jwt-claims-to-headers",
    "sub=X-User, https://x.test/?a=b=X-Roles",
    { claimHeaders: { "x-user": "sub", "x-roles": "https://x.test/?a=b" } },
  ],
])("%s: %s", (name, value, expected) => {
  const annotations = { ...usual, [`lintel.dev/${name}`]: value };
  expect(filtersOf(annotations).access?.jwt).toMatchObject(expected);
  expect(warningsOf(annotations)).toEqual([]);
});

const ISSUER = { "lintel.dev/jwt-issuer": "https://login.example.com/" };
const KEYS = { "lintel.dev/jwt-jwks-url": "https://login.example.com/jwks.json" };

describe("closes the Ingress", () => {
  test.each<[string, Record<string, string>, string]>([
    ["without keys", ISSUER, "comes without jwt-jwks-url"],
    ["without an issuer", KEYS, "comes without jwt-issuer"],
    ["with an audience alone", { "lintel.dev/jwt-audience": "shop" }, "comes without jwt-issuer"],
    ["with an empty issuer", { ...usual, "lintel.dev/jwt-issuer": "" }, "is empty"],
    ["with an empty audience", { ...usual, "lintel.dev/jwt-audience": " , " }, "names no audience"],
    [
      "with keys by the request",
      { ...usual, "lintel.dev/jwt-jwks-url": "https://$host/k" },
      "holds variables",
    ],
    ["with keys nowhere", { ...usual, "lintel.dev/jwt-jwks-url": "http://10.0.0.1/" }, "leads nowhere"],
    [
      "with keys of a missing Service",
      { ...usual, "lintel.dev/jwt-jwks-url": "http://keys/" },
      "does not exist",
    ],
    ["with no claims", { ...usual, "lintel.dev/jwt-claims-to-headers": "" }, "names no claim"],
    ["with a nameless claim", { ...usual, "lintel.dev/jwt-claims-to-headers": "=X-User" }, "names no claim"],
    [
      "with a claim without a header",
      { ...usual, "lintel.dev/jwt-claims-to-headers": "sub=" },
      "names no header",
    ],
    [
      "with the edge's own header",
      { ...usual, "lintel.dev/jwt-claims-to-headers": "sub=Host" },
      `holds "host"`,
    ],
  ])("%s", (_, annotations, problem) => {
    const { filters, outcome } = read(annotations);
    expect([filters.closed, outcome]).toEqual([true, "close"]);
    expect(warningsOf(annotations)).toContainEqual(expect.stringContaining(problem));
  });
});
