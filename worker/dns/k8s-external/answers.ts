/** From where a Service is reached to resource records (CoreDNS, k8s_external/msg_to_dns.go). */
import { addressFamily } from "../../../contract/index.ts";
import type { MaybePromise } from "../../snapshot/view.ts";
import { addressRecord, type Found } from "../kubernetes/found.ts";
import { namedTargets, srvRecords } from "../kubernetes/srv.ts";
import { all, andThen } from "../maybe-promise.ts";
import { TYPE } from "../wire/codes.ts";
import type { Name } from "../wire/name.ts";
import { nameFromText } from "../wire/name-text.ts";
import type { ResourceRecord } from "../wire/record.ts";
import type { Reached } from "./reached.ts";

/** What records are made with. */
export interface AnswerContext {
  readonly name: Name;
  /** Of addresses: the plugin's own. */
  readonly ttl: number;
  /** Of aliases and SRV records: the kubernetes plugin's (CoreDNS). */
  readonly serviceTtl: number;
  /** The records of another name, as far as whoever asks may have them. */
  readonly resolve: (name: Name, type: number) => MaybePromise<readonly ResourceRecord[]>;
}

export function addressAnswers(
  { name, ttl, serviceTtl, resolve }: AnswerContext,
  reached: readonly Reached[],
  type: number,
): MaybePromise<Found> {
  const family = type === TYPE.A ? 4 : 6;
  const answers: ResourceRecord[] = [];
  for (const host of once(reached.filter(({ isName }) => !isName).map(({ host }) => host))) {
    if (addressFamily(host) === family) answers.push(addressRecord(name, ttl, host));
  }
  const targets = aliasesOf(reached);
  if (targets.length === 0) return { answers, additionals: [] };
  const followed = targets.map((target) =>
    andThen(resolve(target, type), (records): readonly ResourceRecord[] => [
      { name, ttl: serviceTtl, type: "CNAME", target },
      ...records,
    ]),
  );
  return andThen(all(followed), (followed) => ({
    answers: [...answers, ...followed.flat()],
    additionals: [],
  }));
}

export function srvAnswers(
  { name, ttl, serviceTtl, resolve }: AnswerContext,
  serviceName: Name,
  reached: readonly Reached[],
): MaybePromise<Found> {
  const addresses = reached
    .filter(({ isName }) => !isName)
    .map(({ host, label, port }) => ({ address: host, label, port }));
  const found = srvRecords(name, namedTargets(serviceName, addresses), serviceTtl, ttl, reached.length);
  const targets = aliasesOf(reached);
  if (targets.length === 0) return found;
  const weight = Math.max(1, Math.floor(100 / reached.length));
  const ports = once(reached.filter(({ isName }) => isName).map(({ port }) => port));
  for (const target of targets) {
    for (const port of ports) {
      if (port === undefined) continue;
      found.answers.push({ name, ttl: serviceTtl, type: "SRV", priority: 0, weight, port, target });
    }
  }
  const lookups = targets.flatMap((target) => [resolve(target, TYPE.A), resolve(target, TYPE.AAAA)]);
  return andThen(all(lookups), (records) => ({
    answers: found.answers,
    additionals: [...found.additionals, ...records.flat()],
  }));
}

function aliasesOf(reached: readonly Reached[]): Name[] {
  return once(reached.filter(({ isName }) => isName).map(({ host }) => host)).map(nameFromText);
}

function once<T>(items: readonly T[]): T[] {
  return [...new Set(items)];
}
