/** The resolver chain: what each plugin gets and gives, and how they stand one after another (as in a Corefile). */
import type { MaybePromise, SnapshotView } from "../snapshot/view.ts";
import { andThen } from "./maybe-promise.ts";
import type { Question, ResourceRecord } from "./wire/record.ts";

export interface Query {
  /** Of class IN, and of a type that is answered at all: no zone transfers. */
  readonly question: Question;
  /** The one generation that this query sees. */
  readonly view: SnapshotView;
}

export interface Resolution {
  readonly rcode: number;
  readonly authoritative: boolean;
  readonly answers: readonly ResourceRecord[];
  readonly authorities: readonly ResourceRecord[];
  readonly additionals: readonly ResourceRecord[];
}

/** Answers, or passes on with `undefined`. Rejects with SnapshotUnavailableError where the view does. */
export type Resolver = (query: Query) => MaybePromise<Resolution | undefined>;

/** The last of a chain: it always answers. */
export type FinalResolver = (query: Query) => MaybePromise<Resolution>;

/** Asks the resolvers in order; the first answer counts. */
export function chain(resolvers: readonly Resolver[], last: FinalResolver): FinalResolver {
  return resolvers.reduceRight<FinalResolver>(
    (rest, resolver) => (query) => andThen(resolver(query), (found) => found ?? rest(query)),
    last,
  );
}
