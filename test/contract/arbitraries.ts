import fc from "fast-check";
import { type HostRecord, type Root, type ServiceRecord, standardDns } from "../../contract/index.ts";

const label = fc.stringMatching(/^[a-z]([a-z0-9-]{0,8}[a-z0-9])?$/);
export const objectName = fc.tuple(label, label).map((parts) => parts.join("/"));
export const hostname = fc
  .tuple(fc.constantFrom("", "*."), label, label)
  .map(([star, a, b]) => `${star}${a}.${b}`);
const port = fc.integer({ min: 1, max: 65535 });

const hostRecord: fc.Arbitrary<HostRecord> = fc.record({
  routes: fc.array(
    fc.record({
      ingress: objectName,
      match: fc.record({
        path: fc.record({
          type: fc.constantFrom("Exact", "PathPrefix"),
          value: fc.string({ maxLength: 12 }).map((rest) => `/${rest}`),
        }),
      }),
      backends: fc.array(fc.record({ service: objectName, port, weight: fc.nat(100) }), { maxLength: 2 }),
    }),
    { maxLength: 4 },
  ),
});

const serviceRecord: fc.Arbitrary<ServiceRecord> = fc.record({
  kind: fc.constant("headless" as const),
  publishNotReady: fc.boolean(),
  ports: fc.array(fc.record({ name: label, protocol: fc.constantFrom("TCP", "UDP"), port }), {
    maxLength: 2,
  }),
  subsets: fc.array(
    fc.record({
      ports: fc.array(fc.record({ name: label, protocol: fc.constantFrom("TCP", "UDP"), port }), {
        maxLength: 2,
      }),
      endpoints: fc.array(
        fc.record({
          address: fc.ipV4(),
          hostname: fc.option(label, { nil: undefined }),
          ready: fc.boolean(),
          draining: fc.constantFrom(undefined, true as const),
          zones: fc.option(fc.array(label, { maxLength: 2 }), { nil: undefined }),
        }),
        { maxLength: 3 },
      ),
    }),
    { maxLength: 2 },
  ),
});

const entriesOf = <T>(key: fc.Arbitrary<string>, value: fc.Arbitrary<T>) =>
  fc.uniqueArray(fc.tuple(key, value), { selector: ([name]) => name, maxLength: 30 });

export const hostEntries = entriesOf(hostname, hostRecord);
export const serviceEntries = entriesOf(objectName, serviceRecord);

const digest = fc.stringMatching(/^[0-9a-f]{64}$/);
const section = fc.record({
  records: fc.nat(),
  shards: fc.constantFrom(1, 2, 4).chain((n) => fc.array(digest, { minLength: n, maxLength: n })),
});

const hold = fc.record(
  { generation: fc.integer({ min: 1, max: 1e9 }), reason: fc.string({ minLength: 1, maxLength: 500 }) },
  { requiredKeys: ["generation"] },
);

export const root: fc.Arbitrary<Root> = fc.record({
  version: fc.constant(2 as const),
  cluster: label,
  generation: fc.integer({ min: 1, max: 1e9 }),
  time: fc.nat(),
  sections: fc.record({
    addresses: section,
    certificates: section,
    hosts: section,
    services: section,
    zones: section,
  }),
  hold: fc.option(hold, { nil: undefined }),
  settings: fc.record({
    dns: fc
      .record({
        domain: fc.constant("cluster.local"),
        ttl: fc.integer({ min: 0, max: 3600 }),
        pods: fc.constantFrom("disabled" as const, "insecure" as const, "verified" as const),
      })
      .map(standardDns),
  }),
});
