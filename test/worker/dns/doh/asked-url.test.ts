import fc from "fast-check";
import { expect, it } from "vitest";
import { askedUrl } from "../../../../worker/dns/doh/asked-url.ts";
import { runs } from "../../support/runs.ts";

const NAMES = ["dns", "name", "type", "DNS", ""];

/** Of paths and queries, whole ones and pieces, and what parsing changes. */
const PARTS =
  "/ // /dns-query dns-query ? dns = & name=a dns=AAAB ?dns=AA_- ?dns= # #x % %2e /.. /./ /. .. + @ : \\ é ~t0ken_- /secret";
const part = fc.constantFrom(" ", "\n", "\t", ...PARTS.split(" "));

const urls = fc
  .tuple(fc.constantFrom("http:", "https:", "HTTPS:"), fc.array(part, { maxLength: 6 }), fc.boolean())
  .map(([scheme, parts, isQuery]) => `${scheme}//edge.test${isQuery ? "/dns-query" : ""}${parts.join("")}`)
  .filter((text) => URL.canParse(text));

const read = ({ pathname, searchParams }: ReturnType<typeof askedUrl>) => ({
  pathname,
  parameters: NAMES.map((name) => [
    name,
    searchParams.has(name),
    searchParams.get(name),
    searchParams.getAll(name),
  ]),
});

it("reads what the platform's URL reads", () => {
  fc.assert(
    fc.property(urls, (text) => {
      expect(read(askedUrl(text))).toEqual(read(new URL(text)));
    }),
    { numRuns: runs(5_000) },
  );
});

it.each([
  ["a question", "https://edge.test/dns-query?dns=AAABAAABAAAAAAAAA3dlYgAAAQAB", true],
  ["with a port", "http://127.0.0.1:8053/dns-query?dns=AA-_", true],
  ["with a token in the path", "https://edge.test/dns-query/t0ken-_~?dns=AA", true],
  ["with another parameter", "https://edge.test/dns-query?dns=AA&name=web", false],
  ["with an escape", "https://edge.test/dns-query?dns=AA%3D", false],
  ["with a dot segment", "https://edge.test/dns-query/..?dns=AA", false],
  ["in JSON", "https://edge.test/dns-query?name=web", false],
])("does without one for %s: %s is %s", (_, text, isPlain) => {
  expect(!(askedUrl(text) instanceof URL)).toBe(isPlain);
  expect(read(askedUrl(text))).toEqual(read(new URL(text)));
});
