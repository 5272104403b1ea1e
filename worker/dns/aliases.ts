/** Aliases that lead out of what a plugin knows. */
import type { MaybePromise } from "../snapshot/view.ts";
import { andThen } from "./maybe-promise.ts";
import type { Query, Resolution, Resolver } from "./resolver.ts";
import { RCODE } from "./wire/codes.ts";
import type { Name } from "./wire/name.ts";

/** The answer so far, with what comes of asking the resolver for the target (CoreDNS file; RFC 6604 3). */
export function followedBy(
  resolve: Resolver,
  query: Query,
  target: Name,
  soFar: Resolution,
): MaybePromise<Resolution> {
  const asked = resolve({
    ...query,
    question: { ...query.question, name: target },
    depth: query.depth + 1,
  });
  return andThen(asked, ({ rcode, answers, extendedError, recursive }) => {
    const isPassedOn = rcode === RCODE.NXDOMAIN || rcode === RCODE.SERVFAIL;
    return {
      ...soFar,
      rcode: isPassedOn ? rcode : RCODE.NOERROR,
      answers: [...soFar.answers, ...answers],
      extendedError: rcode === RCODE.SERVFAIL ? extendedError : undefined,
      recursive,
    };
  });
}
