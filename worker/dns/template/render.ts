/** Fills a template in, as Go's text/template does. */
import type { TemplateFunction, TemplateNode, TemplateValue } from "../../../contract/answer-template.ts";

export type Value = string | number | boolean | readonly string[] | ReadonlyMap<string, string>;

/** What the template is filled in with, by the first part of a field's name. */
export interface TemplateData {
  readonly Zone: string;
  readonly Name: string;
  readonly Regex: string;
  readonly Type: string;
  readonly Class: string;
  readonly Remote: string;
  readonly Match: readonly string[];
  readonly Group: ReadonlyMap<string, string>;
  readonly Question: { readonly Name: string; readonly Qtype: number; readonly Qclass: number };
}

/** The template asks for something that this query does not have: a group, the index of a match, a number. */
export class RenderError extends Error {
  override name = "RenderError";
}

/** @throws RenderError */
export function render(nodes: readonly TemplateNode[], data: TemplateData): string {
  let text = "";
  for (const node of nodes) {
    switch (node.kind) {
      case "text":
        text += node.text;
        break;
      case "action":
        text += printed(valueOf(node.value, data));
        break;
      case "if":
        text += render(isTrue(valueOf(node.condition, data)) ? node.whenTrue : node.otherwise, data);
        break;
    }
  }
  return text;
}

function valueOf(value: TemplateValue, data: TemplateData): Value {
  switch (value.kind) {
    case "literal":
      return value.value;
    case "field":
      return fieldOf(value.path, data);
    case "call":
      return FUNCTIONS[value.name](value.args.map((arg) => valueOf(arg, data)));
  }
}

function fieldOf([first = "", second]: readonly string[], data: TemplateData): Value {
  switch (first) {
    case "Zone":
    case "Name":
    case "Regex":
    case "Type":
    case "Class":
    case "Remote":
    case "Match":
      return data[first];
    case "Group": {
      if (second === undefined) return data.Group;
      const group = data.Group.get(second);
      if (group === undefined) throw new RenderError(`there is no group ${second}`);
      return group;
    }
    case "Question":
      return data.Question[second as keyof TemplateData["Question"]];
    default:
      // Of plugin metadata, which there is none of here, CoreDNS makes an empty text as well.
      return "";
  }
}

const FUNCTIONS: Readonly<Record<TemplateFunction, (args: readonly Value[]) => Value>> = {
  and: (args) => args.find((arg) => !isTrue(arg)) ?? lastOf(args),
  or: (args) => args.find(isTrue) ?? lastOf(args),
  not: (args) => !isTrue(lastOf(args)),
  eq: ([first, ...others]) => others.includes(first ?? ""),
  ne: ([first, second]) => first !== second,
  len: (args) => lengthOf(lastOf(args)),
  index: ([collection, at]) => elementOf(collection, at),
  print: (args) => args.map(printed).join(""),
  printf: ([format, ...args]) => formatted(printed(format ?? ""), args),
  parseInt: ([text, base, bits]) => parsedNumber(printed(text ?? ""), Number(base), Number(bits)),
};

function lastOf(args: readonly Value[]): Value {
  const last = args.at(-1);
  if (last === undefined) throw new RenderError("a function lacks its argument");
  return last;
}

function isTrue(value: Value): boolean {
  return typeof value === "object" ? lengthOf(value) > 0 : Boolean(value);
}

function lengthOf(value: Value): number {
  if (typeof value === "string") return value.length;
  if (typeof value !== "object") throw new RenderError(`${value} has no length`);
  return "size" in value ? value.size : value.length;
}

function elementOf(collection: Value | undefined, at: Value | undefined): Value {
  if (typeof collection !== "object") throw new RenderError("index needs .Match or .Group");
  const key = printed(at ?? "");
  const element = "get" in collection ? (collection.get(key) ?? "") : collection[Number(key)];
  if (element === undefined) throw new RenderError(`there is no match ${key}`);
  return element;
}

function printed(value: Value): string {
  if (typeof value !== "object") return String(value);
  if (!("entries" in value && "get" in value)) return `[${value.join(" ")}]`;
  return `map[${Array.from(value, ([key, text]) => `${key}:${text}`)
    .toSorted()
    .join(" ")}]`;
}

/** Go's strconv.ParseUint. */
function parsedNumber(text: string, base: number, bits: number): number {
  const isNumber = text !== "" && Array.from(text).every((digit) => Number.parseInt(digit, base) >= 0);
  const number = isNumber ? Number.parseInt(text, base) : Number.NaN;
  if (!(number < 2 ** (bits || 64))) throw new RenderError(`${text} is no number of ${bits} bits`);
  return number;
}

const VERB = /%(0?)(\d*)([sdvxXq%])/g;

function formatted(format: string, args: readonly Value[]): string {
  let next = 0;
  return format.replaceAll(VERB, (_, zero: string, width: string, verb: string) => {
    if (verb === "%") return "%";
    const arg = args[next++];
    if (arg === undefined) throw new RenderError("printf lacks an argument");
    return verbText(verb, arg).padStart(Number(width), zero === "" ? " " : "0");
  });
}

function verbText(verb: string, arg: Value): string {
  if (verb === "q") return JSON.stringify(printed(arg));
  if (verb !== "x" && verb !== "X") return printed(arg);
  const hex =
    typeof arg === "number"
      ? arg.toString(16)
      : Array.from(new TextEncoder().encode(printed(arg)), (octet) =>
          octet.toString(16).padStart(2, "0"),
        ).join("");
  return verb === "X" ? hex.toUpperCase() : hex;
}
