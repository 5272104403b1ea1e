import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import type { PurgeScope } from "../../../contract/index.ts";
import { epochOf, type PurgeRecord, withPurge } from "../../../worker/purge/records.ts";

const DAY = 24 * 3_600_000;

const after = (...scopes: readonly PurgeScope[]) =>
  scopes.reduce<readonly PurgeRecord[]>((records, scope, i) => withPurge(records, scope, i + 1, i + 1), []);

describe("a purge", () => {
  test.each<[string, PurgeScope, string, string, boolean]>([
    ["of everything", {}, "a.test", "/x", true],
    ["of the host", { host: "a.test" }, "a.test", "/x", true],
    ["of another host", { host: "b.test" }, "a.test", "/x", false],
    ["of the path", { host: "a.test", path: "/x" }, "a.test", "/x", true],
    ["of a path above it", { host: "a.test", path: "/" }, "a.test", "/x", false],
    ["of a prefix", { host: "a.test", path: "/", prefix: true }, "a.test", "/x", true],
    ["of another prefix", { host: "a.test", path: "/y", prefix: true }, "a.test", "/x", false],
  ])("%s", (_, scope, host, path, isMeant) => {
    expect(epochOf(after(scope), host, path) > 0).toBe(isMeant);
  });

  it("makes another epoch each time, and none for what it does not mean", () => {
    const once = after({ host: "a.test" });
    const twice = withPurge(once, { host: "a.test" }, 2, 2);
    expect(epochOf(twice, "a.test", "/")).toBeGreaterThan(epochOf(once, "a.test", "/"));
    expect(epochOf(twice, "b.test", "/")).toBe(0);
    expect(twice.length).toBe(1);
  });

  it("that is sent again changes nothing", () => {
    const once = after({ host: "a.test" });
    expect(withPurge(once, { host: "a.test" }, 1, 50)).toBe(once);
  });

  it("counts although it was signed by a clock that is behind", () => {
    const wide = withPurge([], { host: "a.test" }, 100, 1);
    const narrow = withPurge(wide, { host: "a.test", path: "/x" }, 50, 2);
    expect(epochOf(narrow, "a.test", "/x")).toBeGreaterThan(epochOf(wide, "a.test", "/x"));
  });

  it("is forgotten when nothing of before can be left", () => {
    const old = after({ host: "a.test" });
    const kept = withPurge(old, { host: "b.test" }, 9, 7 * DAY);
    expect(epochOf(kept, "a.test", "/")).toBeGreaterThan(0);
    expect(epochOf(withPurge(kept, { host: "c.test" }, 10, 9 * DAY), "a.test", "/")).toBe(0);
  });
});

it("whatever was purged before, what a purge means gets an epoch that it never had", () => {
  const scope = fc.record(
    {
      host: fc.constantFrom("a.test", "b.test", ...Array.from({ length: 40 }, (_, i) => `h${i}.test`)),
      path: fc.integer({ min: 0, max: 60 }).map((n) => `/${n}`),
      prefix: fc.constant(true as const),
    },
    { requiredKeys: ["host"] },
  );
  fc.assert(
    fc.property(
      fc.array(scope, { minLength: 1, maxLength: 40 }),
      fc.integer({ min: 0, max: 2_000 }),
      (scopes, crowd) => {
        let records: readonly PurgeRecord[] = Array.from({ length: crowd }, (_, i) => ({
          host: `crowd${i % 7}.test`,
          path: `/${i}`,
          sequence: i + 1,
          signed: 0,
          followed: 0,
        }));
        const seen = new Set<number>();
        for (const [i, scope] of scopes.entries()) {
          seen.add(epochOf(records, scope.host, scope.path ?? "/"));
          records = withPurge(records, scope, i + 1, i + 1);
          expect(seen).not.toContain(epochOf(records, scope.host, scope.path ?? "/"));
          expect(records.length).toBeLessThanOrEqual(1_000);
        }
      },
    ),
    { numRuns: 50 },
  );
});
