import { merged } from "./values.ts";

/**
 * Lays values together wherever none of them takes another's place: each run of helm takes a while, and tells all that
 * its schema has against the values.
 *
 * @returns for each of them those that it is laid together with, itself included.
 */
export function together(all: readonly object[]): ReadonlyMap<object, object> {
  const batches: { values: object; places: Set<string>; members: object[] }[] = [];
  for (const values of all) {
    const places = placesOf(values);
    let batch = batches.find((each) => places.every((place) => !each.places.has(place)));
    if (batch === undefined) batches.push((batch = { values: {}, places: new Set(), members: [] }));
    batch.values = merged(batch.values, values) as object;
    for (const place of places) batch.places.add(place);
    batch.members.push(values);
  }
  return new Map(batches.flatMap(({ values, members }) => members.map((member) => [member, values])));
}

/** The paths of all that is no object. */
function placesOf(value: unknown, path = ""): string[] {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return [path];
  return Object.entries(value).flatMap(([key, member]) => placesOf(member, `${path}/${key}`));
}
