import { andThen } from "./maybe-promise.ts";
import type { Plugin, Resolution } from "./resolver.ts";
import { RCODE, TYPE } from "./wire/codes.ts";
import type { ResourceRecord } from "./wire/record.ts";

/** Gives addresses and mail exchangers in random order, behind the aliases that lead to them (CoreDNS). */
export function loadbalance({ random }: { readonly random: () => number }): Plugin {
  return (query, next) =>
    andThen(next(query), (resolution) =>
      resolution.rcode === RCODE.NOERROR ? shuffled(resolution, random) : resolution,
    );
}

function shuffled(resolution: Resolution, random: () => number): Resolution {
  const { answers, authorities, additionals } = resolution;
  // Most answers have one record, and nothing to shuffle.
  if (answers.length < 2 && authorities.length < 2 && additionals.length < 2) return resolution;
  return {
    ...resolution,
    answers: reordered(answers, random),
    authorities: reordered(authorities, random),
    additionals: reordered(additionals, random),
  };
}

function reordered(records: readonly ResourceRecord[], random: () => number): readonly ResourceRecord[] {
  if (records.length < 2) return records;
  const aliases: ResourceRecord[] = [];
  const addresses: ResourceRecord[] = [];
  const exchangers: ResourceRecord[] = [];
  const rest: ResourceRecord[] = [];
  for (const record of records) {
    if (record.type === "CNAME") aliases.push(record);
    else if (record.type === "A" || record.type === "AAAA") addresses.push(record);
    else if (record.type === "opaque" && record.code === TYPE.MX) exchangers.push(record);
    else rest.push(record);
  }
  shuffle(addresses, random);
  shuffle(exchangers, random);
  return [...aliases, ...rest, ...addresses, ...exchangers];
}

/** Fisher and Yates: every order is as likely. */
function shuffle(items: ResourceRecord[], random: () => number): void {
  for (let last = items.length - 1; last > 0; last--) {
    const at = Math.floor(random() * (last + 1));
    const item = items[last] as ResourceRecord;
    items[last] = items[at] as ResourceRecord;
    items[at] = item;
  }
}
