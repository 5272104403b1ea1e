/**
 * Search lists for clients that have none (CoreDNS autopath, in what it gives): a short name is looked up below the
 * domains of the view's list, and the answer begins with a CNAME that shows what was found.
 */
import type { MaybePromise } from "../snapshot/view.ts";
import { andThen } from "./maybe-promise.ts";
import type { Query, Resolution, Resolver } from "./resolver.ts";
import { RCODE } from "./wire/codes.ts";
import { DnsFormatError } from "./wire/format-error.ts";
import { Name } from "./wire/name.ts";
import type { ResourceRecord } from "./wire/record.ts";

export function searching(resolve: Resolver): Resolver {
  return (query) => {
    const { search, question } = query;
    if (search === undefined) return resolve(query);
    // As resolvers count them (resolv.conf, ndots): the dot at the end is none.
    const labels = question.name.labelsAbove(Name.root) ?? 0;
    const expanded = search.domains.flatMap((domain) => under(domain, question.name, labels));
    if (labels === 0 || expanded.length === 0) return resolve(query);
    if (labels - 1 < search.ndots) return firstFound(resolve, query, expanded, () => resolve(query));
    return andThen(resolve(query), (found) =>
      found.rcode === RCODE.NXDOMAIN ? firstFound(resolve, query, expanded, () => found) : found,
    );
  };
}

/** None where the name would be too long. */
function under(domain: Name, name: Name, labels: number): Name[] {
  try {
    return [Name.under(domain, ...name.labels(labels))];
  } catch (error) {
    if (error instanceof DnsFormatError) return [];
    throw error;
  }
}

/** Guesses are made at home: what is not of our zones would tell others what is searched for. */
function firstFound(
  resolve: Resolver,
  query: Query,
  names: readonly Name[],
  otherwise: () => MaybePromise<Resolution>,
): MaybePromise<Resolution> {
  const [name, ...rest] = names;
  if (name === undefined) return otherwise();
  const guess: Query = {
    ...query,
    question: { ...query.question, name },
    visible: { ...query.visible, forward: false },
    search: undefined,
    depth: query.depth + 1,
  };
  return andThen(resolve(guess), (found) =>
    found.rcode === RCODE.NOERROR && found.answers.length > 0
      ? { ...found, answers: [aliasOf(query, name, found), ...found.answers] }
      : firstFound(resolve, query, rest, otherwise),
  );
}

function aliasOf({ question }: Query, target: Name, { answers }: Resolution): ResourceRecord {
  const ttl = answers.reduce((least, record) => Math.min(least, record.ttl), Infinity);
  return { name: question.name, ttl, type: "CNAME", target };
}
