import { Name } from "../wire/name.ts";
import type { ResourceRecord } from "../wire/record.ts";
import type { AskedZone } from "./cluster-zone.ts";
import { type AddressedService, srvTargetsOf } from "./endpoints.ts";
import { addressRecord, type Found } from "./found.ts";
import type { ServiceSubject } from "./subject.ts";

const TOTAL_WEIGHT = 100;

/** What is answered already of the targets that share a name. */
interface Answered {
  readonly target: Name;
  readonly ports: number[];
  readonly addresses: string[];
}

/**
 * SRV records of a name, and the addresses of their targets. Weights share 100, at least 1 each; as in CoreDNS they are
 * shared among all addresses and ports, before records that turn out the same become one.
 */
export function srvAnswer(
  { cluster: { ttl }, apex }: AskedZone,
  name: Name,
  service: AddressedService,
  subject: ServiceSubject,
): Found | undefined {
  const targets = srvTargetsOf(service, subject);
  if (targets.length === 0) return undefined;
  const weight = Math.max(1, Math.floor(TOTAL_WEIGHT / targets.length));
  const serviceName = Name.under(apex, subject.service, subject.namespace, "svc");
  const names = new Map<string | undefined, Answered>();
  const answers: ResourceRecord[] = [];
  const additionals: ResourceRecord[] = [];
  for (const { label, address, port } of targets) {
    if (port === undefined) continue;
    let answered = names.get(label);
    if (answered === undefined) {
      const target = label === undefined ? serviceName : Name.under(serviceName, label);
      answered = { target, ports: [], addresses: [] };
      names.set(label, answered);
    }
    const { target, ports, addresses } = answered;
    if (!ports.includes(port)) {
      ports.push(port);
      answers.push({ name, ttl, type: "SRV", priority: 0, weight, port, target });
    }
    if (!addresses.includes(address)) {
      addresses.push(address);
      additionals.push(addressRecord(target, ttl, address));
    }
  }
  return { answers, additionals };
}
