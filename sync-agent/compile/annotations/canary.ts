import { Expression, ExpressionError } from "../../../contract/expression.ts";
import type { Canary } from "../../../contract/index.ts";
import { BadValue, nginx } from "./annotation.ts";
import type { AnnotationGroup } from "./group.ts";
import type { AnnotationReader } from "./reader.ts";
import { boolean, cookieName, headerName, integer, line } from "./values.ts";

const canaryAnnotation = nginx("canary", {
  type: "boolean",
  default: "false",
  example: `"true"`,
  text: "Makes the Ingress a canary of the one that has the same hosts and paths: its Services get a part of the requests, by header, else by cookie, else by weight. All other annotations are those of the main Ingress. A path may have one canary; without a main one it is not served.",
  difference: "While a canary's Service has no endpoint, its requests go to the main one, whatever they say.",
  onBadValue: "keep",
  read: boolean,
});

const byHeader = nginx("canary-by-header", {
  type: "header",
  default: "none",
  example: "X-Canary",
  text: "Requests in which this header says `always` go to the canary, those in which it says `never` do not. Any other value decides nothing.",
  onBadValue: "keep",
  read: headerName,
});

const byHeaderValue = nginx("canary-by-header-value", {
  type: "text",
  default: "none",
  example: "beta",
  text: "Requests in which the header of canary-by-header is this go to the canary. `always` and `never` mean nothing special then; any other value decides nothing.",
  onBadValue: "keep",
  read: line,
});

const byHeaderPattern = nginx("canary-by-header-pattern", {
  type: "regular expression",
  default: "none",
  example: "^beta-[0-9]+$",
  text: "As canary-by-header-value, for values in which the expression is found. Counts only without canary-by-header-value.",
  difference:
    "Expressions that cannot be matched in bounded time are refused (lookarounds, references back to groups).",
  // What is refused has a warning of its own.
  differsFor: () => false,
  onBadValue: "keep",
  read(text) {
    const pattern = line(text);
    try {
      compile(pattern);
      return pattern;
    } catch (error) {
      if (!(error instanceof ExpressionError)) throw error;
      throw new BadValue(error.message, error.remedy);
    }
  },
});

/** As the edge does. */
function compile(pattern: string): Expression {
  return new Expression(pattern, { ignoreCase: false, atStart: false });
}

const byCookie = nginx("canary-by-cookie", {
  type: "name",
  default: "none",
  example: "canary",
  text: "Requests in which this cookie says `always` go to the canary, those in which it says `never` do not. Any other value decides nothing.",
  onBadValue: "keep",
  read: cookieName,
});

const byWeight = nginx("canary-weight", {
  type: "number",
  default: "0",
  example: `"10"`,
  text: "How many of canary-weight-total requests go to the canary, of those that neither header nor cookie decides.",
  difference: "The share is kept evenly and not by chance: every isolate of the edge keeps it for itself.",
  onBadValue: "keep",
  read: integer(0),
});

const weightTotal = nginx("canary-weight-total", {
  type: "number",
  default: "100",
  example: `"1000"`,
  text: "The whole of which canary-weight is a part. Less than 100 counts as 100.",
  onBadValue: "keep",
  read: integer(0),
});

/** ingress-nginx's; it does not take less. */
const LEAST_TOTAL = 100;

export const canary: AnnotationGroup = {
  title: "Canary releases",
  annotations: [canaryAnnotation, byHeader, byHeaderValue, byHeaderPattern, byCookie, byWeight, weightTotal],
  read(reader) {
    const isCanary = reader.read(canaryAnnotation);
    const header = headerOf(reader);
    const cookie = reader.read(byCookie);
    const total = Math.max(reader.read(weightTotal) ?? LEAST_TOTAL, LEAST_TOTAL);
    const weight = Math.min(reader.read(byWeight) ?? 0, total);
    // What cannot be read was meant as a canary: served as a main Ingress, it would get all the requests.
    if (isCanary === undefined && reader.has(canaryAnnotation)) return { canary: OF_NOTHING };
    if (isCanary !== true) return {};
    return {
      canary: { ...(header && { header }), ...(cookie !== undefined && { cookie }), weight, total },
    };
  },
};

const OF_NOTHING = { weight: 0, total: LEAST_TOTAL } as const;

/** A value or a pattern that cannot be read leaves nothing that the header could decide. */
function headerOf(reader: AnnotationReader): Canary["header"] {
  const name = reader.read(byHeader);
  const value = reader.read(byHeaderValue);
  const pattern = reader.read(byHeaderPattern);
  if (name === undefined) return undefined;
  if (reader.has(byHeaderValue)) return value === undefined ? undefined : { name, value };
  if (reader.has(byHeaderPattern)) return pattern === undefined ? undefined : { name, pattern };
  return { name };
}
