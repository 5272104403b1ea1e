import { describe, expect, test } from "vitest";
import { unrollList } from "../../../../sync-agent/cluster/objects/list.ts";

const pod = { apiVersion: "v1", kind: "Pod", metadata: { name: "a" } };

describe("unrollList", () => {
  test.each([
    ["no list", pod, [{ path: [], value: pod }]],
    ["kind List", { apiVersion: "v1", kind: "List", items: [pod] }, [{ path: ["items", 0], value: pod }]],
    [
      "a typed list, whose items say less",
      { apiVersion: "v1", kind: "PodList", items: [{ metadata: { name: "a" } }] },
      [{ path: ["items", 0], value: pod }],
    ],
    [
      "lists in lists",
      { kind: "List", items: [{ kind: "List", items: [pod] }, pod] },
      [
        { path: ["items", 0, "items", 0], value: pod },
        { path: ["items", 1], value: pod },
      ],
    ],
    ["no items", { kind: "List", items: null }, []],
    [
      "items that are no list",
      { kind: "List", items: {} },
      [{ path: [], value: { kind: "List", items: {} } }],
    ],
    ["an item that is no object", { kind: "PodList", items: ["x"] }, [{ path: ["items", 0], value: "x" }]],
  ])("%s", (_, value, items) => {
    expect(unrollList(value)).toEqual(items);
  });

  test("lists in lists without end are left", () => {
    let value: unknown = pod;
    for (let depth = 0; depth < 1000; depth++) value = { kind: "List", items: [value] };
    expect(unrollList(value)).toMatchObject([{ value: { kind: "List" } }]);
  });
});
