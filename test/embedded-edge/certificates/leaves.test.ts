import { beforeAll, describe, expect, it } from "vitest";
import type { Authority } from "../../../embedded-edge/certificates/issue.ts";
import { localLeaves } from "../../../embedded-edge/certificates/leaves.ts";
import { testAuthority } from "../support/tls.ts";

let authority: Authority;
beforeAll(async () => {
  authority = await testAuthority();
});

describe("leaves of the local authority", () => {
  it("are issued once a name, however many handshakes ask at once", async () => {
    const leaves = localLeaves(authority, () => 0);
    const contexts = await Promise.all([1, 2, 3].map(async () => leaves.contextFor("a.example")));
    expect(new Set([...contexts, await leaves.contextFor("a.example")]).size).toBe(1);
  });

  it("are forgotten in the order of their last use", async () => {
    const leaves = localLeaves(authority, () => 0, 2);
    const first = await leaves.contextFor("a.example");
    const second = await leaves.contextFor("b.example");
    expect(await leaves.contextFor("a.example")).toBe(first);
    await leaves.contextFor("c.example");
    expect(await leaves.contextFor("a.example")).toBe(first);
    expect(await leaves.contextFor("b.example")).not.toBe(second);
  });

  it("are issued anew before they expire", async () => {
    let now = Date.now();
    const leaves = localLeaves(authority, () => now);
    const first = await leaves.contextFor("a.example");
    now += 299 * 86_400_000;
    expect(await leaves.contextFor("a.example")).toBe(first);
    now += 2 * 86_400_000;
    expect(await leaves.contextFor("a.example")).not.toBe(first);
  });

  it("are not issued without bound", async () => {
    let now = 1_000_000;
    const leaves = localLeaves(authority, () => now);
    const asked = Array.from({ length: 30 }, (_, i) => leaves.contextFor(`n${i}.example`));
    expect(asked.filter((context) => context !== undefined).length).toBe(20);
    expect(leaves.contextFor("n0.example")).toBeDefined();
    now += 1_000;
    expect(leaves.contextFor("n29.example")).toBeDefined();
    await Promise.all(asked.filter((context) => context !== undefined));
  });

  it.each([
    ["a.example", true],
    ["_x.a-b.example", true],
    ["localhost", true],
    ["", false],
    ["a..example", false],
    ["-a.example", false],
    ["a.example.", false],
    ["A.example", false],
    ["*.example", false],
    ["127.0.0.1", false],
    ["::1", false],
    [`${"a".repeat(64)}.example`, false],
    [`${"a.".repeat(127)}aa`, false],
  ])("are for hostnames: %j %s", async (name, expected) => {
    const context = localLeaves(authority, () => 0).contextFor(name);
    expect(context !== undefined).toBe(expected);
    await context;
  });
});
