import { expect, it } from "vitest";
import type { AccessRecord } from "../../../worker/observe/access-record.ts";
import { RecentFailures } from "../../../worker/observe/recent-failures.ts";

const record = (requestId: string) => ({ requestId }) as AccessRecord;
const idsOf = (failures: RecentFailures) => failures.list().map(({ requestId }) => requestId);

it("gives the newest first", () => {
  const failures = new RecentFailures();
  expect(idsOf(failures)).toEqual([]);
  for (const id of ["a", "b", "c"]) failures.add(record(id));
  expect(idsOf(failures)).toEqual(["c", "b", "a"]);
});

it("keeps a hundred", () => {
  const failures = new RecentFailures();
  for (let i = 0; i < 250; i++) failures.add(record(String(i)));
  expect(idsOf(failures)).toEqual(Array.from({ length: 100 }, (_, i) => String(249 - i)));
});
