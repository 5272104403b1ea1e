import { expect, test } from "vitest";
import { readContent } from "../../../../sync-agent/cluster/manifests/content.ts";
import { reuseObjects } from "../../../../sync-agent/cluster/manifests/reuse.ts";
import { file, service, step } from "./files.ts";

test("objects read again are the ones served already, unless they changed", () => {
  const { served } = step(new Map(), [file("a.yaml", service("a") + service("b"))]);
  const reading = readContent(service("b") + service("a", 81) + service("c"));
  if (reading.outcome !== "parsed") throw new Error("the text must parse");
  const reused = reuseObjects(reading.content, served);
  const same = reused.objects.map(
    ({ identity, stripped }) => served.get(`Service ${identity.key}`)?.found.stripped === stripped,
  );
  expect(same).toEqual([true, false, false]);
  expect(reused.objects.map(({ place }) => place)).toEqual(["line 1", "line 6", "line 11"]);
});
