import type { MaybePromise } from "../../snapshot/view.ts";
import { andThen } from "../maybe-promise.ts";
import type { Resolution } from "../resolver.ts";
import { DnsFormatError } from "../wire/format-error.ts";
import type { Name } from "../wire/name.ts";
import { nameFromText, nameToText } from "../wire/name-text.ts";
import type { ResourceRecord } from "../wire/record.ts";
import type { NameRewriter } from "./name-rewriter.ts";

/** The records of another name, of the type that was asked for. */
export type Lookup = (name: Name) => MaybePromise<readonly ResourceRecord[]>;

/** The first alias whose target matches leads elsewhere, and the answer is what is found there (CoreDNS). */
export function aliasRewrite(rewriter: NameRewriter) {
  return (resolution: Resolution, lookup: Lookup): MaybePromise<Resolution> => {
    const target = resolution.answers.map((record) => targetOf(record, rewriter)).find(Boolean);
    if (target === undefined) return resolution;
    return andThen(lookup(target), (found) => ({
      ...resolution,
      answers: [
        ...resolution.answers.flatMap((record) => (record.type === "CNAME" ? [{ ...record, target }] : [])),
        ...found.filter(({ name }) => name.equals(target)),
      ],
    }));
  };
}

function targetOf(record: ResourceRecord, rewriter: NameRewriter): Name | undefined {
  if (record.type !== "CNAME") return undefined;
  const text = rewriter(nameToText(record.target));
  if (text === undefined) return undefined;
  try {
    return nameFromText(text);
  } catch (error) {
    if (error instanceof DnsFormatError) return undefined;
    throw error;
  }
}
