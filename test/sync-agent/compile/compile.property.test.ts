import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  decodeShard,
  encodeSection,
  type Records,
  type Route,
  type RouteMatch,
  SECTION_NAMES,
  toBase64,
  utf8,
} from "../../../contract/index.ts";
import { compile, type CompileOptions } from "../../../sync-agent/compile/compile.ts";
import { mergeHostClaims } from "../../../sync-agent/compile/host-claims.ts";
import { clusterStates, reordered } from "./support/arbitraries.ts";
import { issue } from "./support/certificates.ts";
import { OPTIONS } from "./support/options.ts";

const options: CompileOptions = {
  ...OPTIONS,
  adoptedClasses: ["nginx"],
  systemHost: "edge.example",
  dns: { ...OPTIONS.dns, pods: "verified" },
};

const issued = await Promise.all(
  [["x.example"], ["x.example", "*.x.example"], ["y.example", "edge.example"]].map((names) =>
    issue({ names }),
  ),
);
const states = clusterStates(
  issued.map(({ crt, key }) => ({ "tls.crt": toBase64(utf8(crt)), "tls.key": toBase64(utf8(key)) })),
);

async function encode(records: Records) {
  const sections = await Promise.all(
    SECTION_NAMES.map(async (section) => [section, await encodeSection(section, records[section])] as const),
  );
  return Object.fromEntries(sections);
}

describe("compile", () => {
  it("never rejects, and its records are ones that the edge accepts", async () => {
    await fc.assert(
      fc.asyncProperty(states, async (state) => {
        const { records } = await compile(state, options);
        for (const section of SECTION_NAMES) {
          for (const { digest, text } of await encodeSection(section, records[section])) {
            const decoded = await decodeShard(section, digest, text);
            expect(decoded.size).toBe(records[section].size);
          }
        }
      }),
      { numRuns: 150 },
    );
  });

  it("gives the same bytes, warnings and statuses whatever order the objects come in", async () => {
    await fc.assert(
      fc.asyncProperty(states, fc.array(fc.nat(), { minLength: 5, maxLength: 5 }), async (state, seeds) => {
        const one = await compile(state, options);
        const other = await compile(reordered(state, seeds), options);
        expect(await encode(other.records)).toEqual(await encode(one.records));
        expect(other.warnings).toEqual(one.warnings);
        expect(other.served).toEqual(one.served);
      }),
      { numRuns: 100 },
    );
  });

  it("claims neither the system host nor two routes of a match", async () => {
    await fc.assert(
      fc.asyncProperty(states, async (state) => {
        const { records } = await compile(state, options);
        expect(records.hosts.has("edge.example")).toBe(false);
        expect(records.certificates.has("edge.example")).toBe(false);
        for (const { routes } of records.hosts.values()) {
          const matches = routes.map(({ match }) => JSON.stringify(match));
          expect(new Set(matches).size).toBe(matches.length);
        }
      }),
      { numRuns: 100 },
    );
  });
});

describe("the order of routes", () => {
  const element = fc.constantFrom("a", "b", "ab");
  const url = fc.array(element, { maxLength: 4 }).map((elements) => `/${elements.join("/")}`);
  const route: fc.Arbitrary<Route> = fc.record({
    ingress: fc.constant("shop/web"),
    match: fc.record({ path: fc.record({ type: fc.constantFrom("Exact", "PathPrefix"), value: url }) }),
    backends: fc.constant([]),
  });

  const matches = ({ path: { type, value } }: RouteMatch, path: string) =>
    type === "Exact" ? path === value : value === "/" || path === value || path.startsWith(`${value}/`);

  /** The Ingress API's words: Exact takes precedence, then the longest matching path. */
  function bestMatch(routes: readonly Route[], path: string): RouteMatch | undefined {
    const fitting = routes.map(({ match }) => match).filter((match) => matches(match, path));
    const exact = fitting.find((match) => match.path.type === "Exact");
    const longest = Math.max(...fitting.map((match) => match.path.value.length));
    return exact ?? fitting.find((match) => match.path.value.length === longest);
  }

  it("lets the first match be the right one", () => {
    fc.assert(
      fc.property(fc.array(route, { maxLength: 8 }), url, (routes, path) => {
        const source = { object: "Ingress shop/web", key: "shop/web", created: 1 };
        const claims = routes.map((route) => {
          const { value } = route.match.path;
          return { field: "", route, path: value, expression: () => ({ value }) };
        });
        const merged = mergeHostClaims([
          {
            kind: "rule",
            host: "x.example",
            source,
            routes: claims,
            fallback: undefined,
            under: () => ({ routes: claims, fallback: undefined }),
            regex: false,
            canary: undefined,
          },
        ]);
        const ordered = merged.records.get("x.example")?.routes ?? [];
        expect(ordered.find(({ match }) => matches(match, path))?.match).toEqual(bestMatch(routes, path));
      }),
      { numRuns: 500 },
    );
  });
});
