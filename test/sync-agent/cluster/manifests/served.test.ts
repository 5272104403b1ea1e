import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { replaced, type Served } from "../../../../sync-agent/cluster/manifests/served.ts";
import { EMPTY_STATE, stateOf, stateWith } from "../../../../sync-agent/cluster/manifests/state-maps.ts";
import { file, ports, service, step } from "./files.ts";

const NOTHING: Served = new Map();
const BAD = "apiVersion: v1\nkind: Service\nmetadata: {name: a}\nspec: {ports: [{port: 0}]}\n---\n";
const NAMELESS = "apiVersion: v1\nkind: Service\n---\n";

describe("the same object twice", () => {
  test("the first file in path order wins", () => {
    const { served, duplicates } = step(NOTHING, [
      file("a.yaml", service("x", 1)),
      file("b.yaml", service("x", 2)),
    ]);
    expect(ports(served)).toEqual({ x: "1 a.yaml" });
    expect(duplicates).toMatchObject([{ file: "b.yaml", winner: { file: "a.yaml" } }]);
  });

  test("the first one in a file wins", () => {
    const { served, duplicates } = step(NOTHING, [file("a.yaml", service("x", 1) + service("x", 2))]);
    expect(ports(served)).toEqual({ x: "1 a.yaml" });
    expect(duplicates).toMatchObject([{ file: "a.yaml", object: { place: "line 6" } }]);
  });

  test("the second takes over at once when the first goes", () => {
    const both = step(NOTHING, [file("a.yaml", service("x", 1)), file("b.yaml", service("x", 2))]);
    const { served, duplicates } = step(both.served, [file("b.yaml", service("x", 2))], {
      settleMillis: 100,
    });
    expect(ports(served)).toEqual({ x: "2 b.yaml" });
    expect(duplicates).toEqual([]);
  });
});

describe("last good", () => {
  const good = step(NOTHING, [file("a.yaml", service("a", 1) + service("b", 1))]).served;

  test("a file that does not parse keeps all that it served", () => {
    const { served, settlesAt } = step(good, [file("a.yaml", `${service("a", 2)}[`)]);
    expect(ports(served)).toEqual({ a: "1 a.yaml", b: "1 a.yaml" });
    expect(settlesAt).toBeUndefined();
  });

  test("an invalid object is kept, the others of its file are taken as they are", () => {
    const { served } = step(good, [file("a.yaml", BAD + service("b", 2) + service("c", 2))]);
    expect(ports(served)).toEqual({ a: "1 a.yaml", b: "2 a.yaml", c: "2 a.yaml" });
  });

  test("an invalid object that was never valid is not served", () => {
    expect(ports(step(NOTHING, [file("a.yaml", BAD)]).served)).toEqual({});
  });

  test("an invalid object that moved to another file is kept", () => {
    const moved = step(good, [file("z.yaml", BAD)]);
    expect(ports(moved.served)).toEqual({ a: "1 z.yaml" });
    expect(ports(step(moved.served, [file("z.yaml", BAD)], { now: 1000 }).served)).toEqual({ a: "1 z.yaml" });
    expect(ports(step(moved.served, [file("z.yaml", service("q"))]).served)).toEqual({ q: "80 z.yaml" });
  });

  test("an invalid object does not hide a valid one in another file", () => {
    const { served, duplicates } = step(good, [file("a.yaml", BAD), file("b.yaml", service("a", 3))]);
    expect(ports(served)).toEqual({ a: "3 b.yaml" });
    expect(duplicates).toEqual([]);
  });

  test("while a document does not say which object it is, nothing of the file is let go", () => {
    const { served } = step(good, [file("a.yaml", NAMELESS + service("b", 2))]);
    expect(ports(served)).toEqual({ a: "1 a.yaml", b: "2 a.yaml" });
  });

  test("a file that cannot be reached keeps all that it served", () => {
    const { served } = step(good, [], { unreachable: (path) => path === "a.yaml" });
    expect(ports(served)).toEqual({ a: "1 a.yaml", b: "1 a.yaml" });
  });
});

describe("objects that go missing", () => {
  const before = step(NOTHING, [file("a.yaml", service("a") + service("b"))]).served;
  const without = [file("a.yaml", service("b"))];
  const settling = { settleMillis: 100, changed: new Set(["a.yaml"]) };

  test("are let go only after a while", () => {
    const first = step(before, without, { ...settling, now: 1000 });
    expect(Object.keys(ports(first.served))).toEqual(["b", "a"]);
    expect(first.settlesAt).toBe(1100);
    const second = step(first.served, without, { settleMillis: 100, now: 1099 });
    expect(Object.keys(ports(second.served))).toEqual(["b", "a"]);
    expect(second.settlesAt).toBe(1100);
    const third = step(second.served, without, { settleMillis: 100, now: 1100 });
    expect(Object.keys(ports(third.served))).toEqual(["b"]);
    expect(third.settlesAt).toBeUndefined();
  });

  test("an emptied file is one that lost every object", () => {
    const empty = step(before, [file("a.yaml", "")], { ...settling, now: 1000 });
    expect(empty.served.size).toBe(2);
    const written = step(empty.served, [file("a.yaml", service("a") + service("b"))], {
      ...settling,
      now: 1050,
    });
    expect(written.served.size).toBe(2);
    expect(written.settlesAt).toBeUndefined();
  });

  test("the while begins anew when their file changes again", () => {
    const first = step(before, without, { ...settling, now: 1000 });
    expect(step(first.served, without, { ...settling, now: 1090 }).settlesAt).toBe(1190);
  });

  test("are as they were when they come back", () => {
    const files = [file("a.yaml", service("a") + service("b"))];
    const present = step(NOTHING, files).served;
    const gone = step(present, without, { ...settling, now: 1000 }).served;
    const back = step(gone, files, { ...settling, now: 1010 });
    expect(back.served).toEqual(present);
  });
});

describe("identity", () => {
  const files = [file("a.yaml", service("a") + service("b")), file("b.yaml", "[")];

  test("entries of unchanged files are the same", () => {
    const before = step(NOTHING, files).served;
    const after = step(before, files).served;
    for (const [id, entry] of after) expect(entry).toBe(before.get(id));
  });

  test("a state in which nothing changed is the same", () => {
    const before = step(NOTHING, files).served;
    const state = stateOf(before, EMPTY_STATE);
    expect(stateOf(step(before, files).served, state)).toBe(state);
  });
});

// Whatever order files and documents come in, the state is the same as long as no object stands twice.
test("the order of files and documents does not show in the state", () => {
  const document = fc
    .tuple(fc.constantFrom("Service", "Pod", "Endpoints", "Namespace"), fc.nat(20))
    .map(([kind, number]) => ({
      id: `${kind} ${number}`,
      text: `{apiVersion: v1, kind: ${kind}, metadata: {name: n${number}}, subsets: [{addresses: [{ip: 10.0.0.${number}}]}]}\n---\n`,
    }));
  const slice = fc.nat(20).map((number) => ({
    id: `slice ${number}`,
    text: `{apiVersion: discovery.k8s.io/v1, kind: EndpointSlice, metadata: {name: s${number}, labels: {kubernetes.io/service-name: n${number}}}, addressType: IPv4}\n---\n`,
  }));
  const documents = fc.uniqueArray(fc.oneof(document, slice), { selector: ({ id }) => id, maxLength: 12 });
  const arrangement = documents.chain((all) =>
    fc.record({
      all: fc.constant(all),
      shuffled: fc.shuffledSubarray(all, { minLength: all.length, maxLength: all.length }),
      cut: fc.array(fc.nat(3), { minLength: all.length, maxLength: all.length }),
    }),
  );
  fc.assert(
    fc.property(arrangement, ({ all, shuffled, cut }) => {
      const one = stateOf(
        step(NOTHING, [file("a", all.map(({ text }) => text).join(""))]).served,
        EMPTY_STATE,
      );
      const files = [0, 1, 2, 3].map((index) =>
        file(
          String(index),
          shuffled
            .filter((_, place) => cut[place] === index)
            .map(({ text }) => text)
            .join(""),
        ),
      );
      const other = stateOf(step(NOTHING, files).served, EMPTY_STATE);
      // As arrays, so that the order of the maps counts too.
      const entries = (state: typeof one) =>
        Object.values(state).map((map: ReadonlyMap<string, unknown>) => [...map]);
      expect(entries(other)).toEqual(entries(one));
      const size = entries(one).reduce((sum, kind) => sum + kind.length, 0);
      expect(size).toBeLessThanOrEqual(all.length);
    }),
  );
});

describe("objects that say something else", () => {
  const slice = (service: string, address = "10.0.0.1") =>
    `{apiVersion: discovery.k8s.io/v1, kind: EndpointSlice, metadata: {name: s, labels: {kubernetes.io/service-name: ${service}}}, addressType: IPv4, endpoints: [{addresses: [${address}]}]}\n---\n`;
  const first = file("a.yaml", service("a", 1));
  const before = [first, file("b.yaml", service("b", 1) + slice("web"))];
  const { served } = step(NOTHING, before);
  const state = stateOf(served, EMPTY_STATE);

  test.each([
    ["a port", service("b", 2) + slice("web")],
    ["an endpoint", service("b", 1) + slice("web", "10.0.0.2")],
    ["all of them", service("b", 3) + slice("web", "10.0.0.3")],
  ])("give what a whole step gives: %s", (_, text) => {
    const files = [first, file("b.yaml", text)];
    const whole = step(served, files).served;
    const found = replaced(served, before, files);
    expect([...(found?.served ?? [])]).toEqual([...whole]);
    expect(found?.served.get("Service default/a")).toBe(served.get("Service default/a"));
    const next = stateWith(state, found?.objects ?? []);
    expect(next).toEqual(stateOf(whole, state));
    expect([...(next?.Service.keys() ?? [])]).toEqual(["default/a", "default/b"]);
    expect(next?.Ingress).toBe(state.Ingress);
  });

  test.each([
    ["one came", service("b", 1) + slice("web") + service("c", 1)],
    ["one went", service("b", 1)],
    ["they are others", service("c", 1) + slice("web")],
  ])("need a whole step where %s", (_, text) => {
    expect(replaced(served, before, [first, file("b.yaml", text)])).toBeUndefined();
  });

  test("need the whole state where a slice is another Service's, which may have Endpoints", () => {
    const found = replaced(served, before, [first, file("b.yaml", service("b", 1) + slice("other"))]);
    expect(stateWith(state, found?.objects ?? [])).toBeUndefined();
  });
});
