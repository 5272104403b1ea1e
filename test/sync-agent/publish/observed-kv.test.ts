import { beforeEach, expect, test } from "vitest";
import { observedKv } from "../../../sync-agent/publish/observed-kv.ts";
import { allOf } from "./support/all-of.ts";
import { createFakeKv, type FakeKv } from "./support/fake-kv.ts";

let inner: FakeKv;
let time: number;
let seen: unknown[][];

beforeEach(() => {
  inner = createFakeKv([
    ["a/1", "one"],
    ["a/2", "two"],
    ["b/1", "three"],
  ]);
  time = 0;
  seen = [];
  // Every operation takes two seconds.
  inner.fault = () => {
    time += 2000;
    return undefined;
  };
});

const kv = () =>
  observedKv(
    inner,
    (...told) => void seen.push(told),
    () => time,
  );

test("tells every operation, with its time and the number of keys", async () => {
  expect(await kv().get("a/1")).toBe("one");
  await kv().put([
    { key: "x", value: "1" },
    { key: "y", value: "2" },
  ]);
  await kv().delete(["x", "y", "z"]);
  expect((await allOf(kv().list("a/"))).map(({ key }) => key)).toEqual(["a/1", "a/2"]);
  expect(seen).toEqual([
    ["get", "ok", 2, 1],
    ["put", "ok", 2, 2],
    ["delete", "ok", 2, 3],
    ["list", "ok", 2, 2],
  ]);
});

test("tells what went wrong, and lets it pass", async () => {
  inner.fault = () => ({ written: 0 });
  await expect(kv().get("a/1")).rejects.toMatchObject({ reason: "unavailable" });
  await expect(kv().put([{ key: "x", value: "1" }])).rejects.toMatchObject({ reason: "unavailable" });
  await expect(kv().delete(["x"])).rejects.toMatchObject({ reason: "unavailable" });
  await expect(allOf(kv().list("a/"))).rejects.toMatchObject({ reason: "unavailable" });
  expect(seen.map(([operation, outcome]) => [operation, outcome])).toEqual([
    ["get", "unavailable"],
    ["put", "unavailable"],
    ["delete", "unavailable"],
    ["list", "unavailable"],
  ]);
});

test("tells of a listing that its reader left, without the time that the reader took", async () => {
  for await (const { key } of kv().list("a/")) {
    expect(key).toBe("a/1");
    time += 60_000;
    break;
  }
  expect(seen).toEqual([["list", "ok", 2, 1]]);
});
