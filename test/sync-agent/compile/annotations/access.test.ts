import { describe, expect, it, test } from "vitest";
import { filtersOf, read, warningsOf } from "../support/annotations.ts";

describe("address lists", () => {
  test.each<[string, Record<string, string>, object | undefined]>([
    ["none", {}, undefined],
    [
      "some, with white space and plain addresses",
      { "whitelist-source-range": " 10.0.0.0/8, 192.0.2.7,2001:db8::1 " },
      { satisfy: "all", allow: ["10.0.0.0/8", "192.0.2.7/32", "2001:db8::1/128"] },
    ],
    [
      "under the newer name",
      { "allowlist-source-range": "10.0.0.0/8" },
      { satisfy: "all", allow: ["10.0.0.0/8"] },
    ],
    [
      "of both kinds, any of which may let in",
      { "whitelist-source-range": "10.0.0.0/8", "denylist-source-range": "10.1.0.0/16", satisfy: "any" },
      { satisfy: "any", allow: ["10.0.0.0/8"], deny: ["10.1.0.0/16"] },
    ],
  ])("%s", (_, annotations, expected) => {
    expect(filtersOf(annotations).access).toEqual(expected);
    expect(warningsOf(annotations)).toEqual([]);
  });
});

describe("an address list that cannot be read lets nobody in", () => {
  const lists = ["whitelist-source-range", "allowlist-source-range", "denylist-source-range"];
  const values: string[] = ["10.0.0.0/33", "10.0.0.0/8, nonsense", "", ",", "10.0.0.1-10.0.0.9"];
  // Which addresses they mean depends on who reads them.
  values.push(
    "192.168/16",
    "10/8",
    "010.0.0.0/8",
    "0x0a.0.0.0/8",
    "167772160/8",
    "10.0.0.0/8/8",
    "10.0.0.0/",
  );
  test.each(lists.flatMap((name) => values.map((value) => [name, value])))("%s: %j", (name, value) => {
    const { filters, warnings, outcome } = read({ [name]: value, satisfy: "any" });
    expect(filters).toEqual({ access: { satisfy: "all", allow: [] } });
    expect(outcome).toBe("deny");
    expect(warnings).toMatchObject([
      {
        field: `metadata.annotations[nginx.ingress.kubernetes.io/${name}]`,
        reason: "AnnotationRefused",
        message: expect.stringContaining("the Ingress's requests are refused") as string,
      },
    ]);
  });
});

it("a way to be satisfied that there is not is the stricter one", () => {
  const annotations = { "whitelist-source-range": "10.0.0.0/8", satisfy: "some" };
  expect(filtersOf(annotations).access).toEqual({ satisfy: "all", allow: ["10.0.0.0/8"] });
  expect(warningsOf(annotations)).toEqual([expect.stringContaining(`"some" is not one of all, any`)]);
});
