import { describe, expect, test } from "vitest";
import type { Balance } from "../../../../contract/index.ts";
import { filtersOf, read } from "../support/annotations.ts";

describe("balancing is", () => {
  test.each<[string, Record<string, string>, Balance | undefined]>([
    ["nothing of its own without annotations", {}, undefined],
    ["in turn", { "load-balance": "round_robin" }, { by: "round_robin" }],
    ["by response times", { "load-balance": "ewma" }, { by: "ewma" }],
    [
      "by our annotation first",
      { "load-balance": "ewma", "lintel.dev/load-balance": "least_connections" },
      { by: "least_connections" },
    ],
    ["by a key", { "upstream-hash-by": "$remote_addr" }, { by: "hash", key: "$remote_addr" }],
    [
      "by a key before all else",
      { "upstream-hash-by": "$uri", "load-balance": "ewma" },
      { by: "hash", key: "$uri" },
    ],
    [
      "by a key among three",
      { "upstream-hash-by": "$uri$args", "upstream-hash-by-subset": "true" },
      { by: "hash", key: "$uri$args", subset: 3 },
    ],
    [
      "by a key among as many as asked for",
      { "upstream-hash-by": "$uri", "upstream-hash-by-subset": "true", "upstream-hash-by-subset-size": "5" },
      { by: "hash", key: "$uri", subset: 5 },
    ],
    [
      "by a key alone where no subset is asked for",
      { "upstream-hash-by": "$uri", "upstream-hash-by-subset-size": "5" },
      { by: "hash", key: "$uri" },
    ],
  ])("%s", (_, annotations, expected) => {
    const { filters, warnings } = read(annotations);
    expect([filters.balance, warnings]).toEqual([expected, []]);
  });

  test.each<[string, string, string]>([
    ["load-balance", "ip_hash", `upstream-hash-by: "$remote_addr"`],
    ["load-balance", "least_conn", `lintel.dev/load-balance: "least_connections"`],
    ["load-balance", "random", "Write one of them."],
    ["upstream-hash-by", "shop", "Write a variable"],
    ["upstream-hash-by", " ", "Give it a value"],
    ["upstream-hash-by", "$remote_addr$tenant", "Write one of the variables"],
    ["upstream-hash-by-subset-size", "0", "Write such a number"],
  ])("in turn where %s is %j, which is said", (name, value, remedy) => {
    expect(filtersOf({ [name]: value })).toEqual({});
    expect(read({ [name]: value }).warnings).toEqual([
      expect.objectContaining({
        reason: "AnnotationIgnored",
        remedy: expect.stringContaining(remedy) as string,
      }),
    ]);
  });
});
