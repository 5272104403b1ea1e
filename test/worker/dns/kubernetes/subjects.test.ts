import fc from "fast-check";
import { expect, it } from "vitest";
import { subjectOf } from "../../../../worker/dns/kubernetes/subject.ts";
import { Subjects } from "../../../../worker/dns/kubernetes/subjects.ts";
import { Name } from "../../../../worker/dns/wire/name.ts";
import { anyName } from "../support/arbitraries.ts";
import { runs } from "../../support/runs.ts";

/** Of few labels, so that names come again, and in another case. */
const clusterName = fc
  .array(fc.constantFrom("web", "WEB", "shop", "svc", "Svc", "pod", "ns", "dns", "_http", "_tcp", "@", "`"), {
    maxLength: 6,
  })
  .map((labels) => Name.under(Name.root, ...labels));

const asked = fc
  .tuple(fc.oneof(clusterName, anyName), fc.nat(6))
  .map(([name, above]) => ({ name, labels: Math.min(above, name.labelsAbove(Name.root) ?? 0) }));

it("says of names what subjectOf says, whichever were asked for before", () => {
  const subjects = new Subjects();
  fc.assert(
    fc.property(fc.array(asked, { maxLength: 50 }), (questions) => {
      for (const { name, labels } of questions) {
        expect(subjects.of(name, labels)).toEqual(subjectOf(name.foldedLabels(labels)));
      }
    }),
    { numRuns: runs(1_000) },
  );
});

it("has no room for all names, and no wrong subject for any", () => {
  const subjects = new Subjects();
  const names = Array.from({ length: 20_000 }, (_, i) =>
    Name.under(Name.root, `app-${i}`, "shop", "svc", "cluster", "local"),
  );
  for (const round of [names, names.toReversed()]) {
    const services = round.map((name) => subjects.of(name, 3)).map((it) => it?.kind === "service" && it.key);
    expect(services).toEqual(round.map((name) => `shop/${name.labels(1).join("")}`));
  }
});
