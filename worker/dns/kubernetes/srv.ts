import { Name } from "../wire/name.ts";
import type { ResourceRecord } from "../wire/record.ts";
import type { AskedZone } from "./cluster-zone.ts";
import { type AddressedService, srvTargetsOf } from "./endpoints.ts";
import { addressRecord, type Found } from "./found.ts";
import type { ServiceSubject } from "./subject.ts";

const TOTAL_WEIGHT = 100;

/** What an SRV record points to. */
export interface SrvTarget {
  readonly target: Name;
  readonly address: string;
  /** `undefined`: it counts, but has no record. */
  readonly port: number | undefined;
}

/** SRV records of a name, and the addresses of their targets; `undefined` where nothing has the name. */
export function srvAnswer(
  { cluster: { ttl, options }, apex }: AskedZone,
  name: Name,
  service: AddressedService,
  subject: ServiceSubject,
): Found | undefined {
  const found = srvTargetsOf(service, subject, options);
  if (found.length === 0) return undefined;
  const serviceName = Name.under(apex, subject.service, subject.namespace, "svc");
  return srvRecords(name, namedTargets(serviceName, found), ttl, ttl);
}

interface LabelledTarget {
  readonly label: string | undefined;
  readonly address: string;
  readonly port: number | undefined;
}

/** With names made once for targets that share one. */
export function namedTargets(serviceName: Name, targets: readonly LabelledTarget[]): SrvTarget[] {
  const names = new Map<string | undefined, Name>([[undefined, serviceName]]);
  return targets.map(({ label, address, port }) => {
    let target = names.get(label);
    if (target === undefined) {
      target = Name.under(serviceName, label ?? "");
      names.set(label, target);
    }
    return { target, address, port };
  });
}

/**
 * Weights share 100, at least 1 each; as in CoreDNS they are shared among all addresses and ports, before records that
 * turn out the same become one.
 *
 * @param targets those of one name have the same Name
 */
export function srvRecords(
  name: Name,
  targets: readonly SrvTarget[],
  ttl: number,
  addressTtl: number,
  counted = targets.length,
): { answers: ResourceRecord[]; additionals: ResourceRecord[] } {
  const weight = Math.max(1, Math.floor(TOTAL_WEIGHT / counted));
  const seen = new Map<Name, { ports: number[]; addresses: string[] }>();
  const answers: ResourceRecord[] = [];
  const additionals: ResourceRecord[] = [];
  for (const { target, address, port } of targets) {
    if (port === undefined) continue;
    const answered = seen.get(target);
    if (answered === undefined) seen.set(target, { ports: [port], addresses: [address] });
    if (answered?.ports.includes(port) !== true) {
      answered?.ports.push(port);
      answers.push({ name, ttl, type: "SRV", priority: 0, weight, port, target });
    }
    if (answered?.addresses.includes(address) !== true) {
      answered?.addresses.push(address);
      additionals.push(addressRecord(target, addressTtl, address));
    }
  }
  return { answers, additionals };
}
