/** What `lintel status` and `lintel top` read of an edge's `/api`. The rest of an answer is passed on as it is. */
import * as z from "zod";

const whole = z.number();

export const overviewSchema = z.looseObject({
  cluster: z.string(),
  generation: whole,
  published: z.string(),
  ageSeconds: whole,
  hold: z.looseObject({ generation: whole, reason: z.string().nullable() }).nullable(),
  lastError: z.string().nullable(),
  agent: z
    .looseObject({
      id: z.string(),
      version: z.string(),
      mode: z.string(),
      ageSeconds: whole,
      silent: z.boolean().nullable(),
      checks: z.array(z.looseObject({ name: z.string(), problem: z.string().nullable() })),
      compileMs: whole.nullable(),
      publishMs: whole.nullable(),
    })
    .nullable(),
  agentProblem: z.string().nullable(),
  counts: z.looseObject({
    hosts: whole,
    routes: whole,
    services: whole,
    servicesDown: whole,
    certificates: whole,
    endpoints: z.looseObject({ ready: whole, notReady: whole, draining: whole }),
  }),
  complete: z.boolean(),
  traffic: z
    .looseObject({
      minutes: whole,
      requests: whole,
      errors: whole,
      clientErrors: whole,
      perSecond: whole,
      p50: whole.nullable(),
      p99: whole.nullable(),
    })
    .nullable(),
});

export const warningsSchema = z.looseObject({
  warnings: z.array(
    z.looseObject({
      severity: z.string(),
      object: z.string(),
      field: z.string().nullable(),
      message: z.string(),
      remedy: z.string().nullable(),
    }),
  ),
});

/** The first to expire first. */
export const certificatesSchema = z.looseObject({
  total: whole,
  certificates: z.array(
    z.looseObject({
      name: z.string(),
      secret: z.string(),
      expires: z.string(),
      days: whole,
      state: z.string(),
      /** Of edges that tell it. */
      chain: z.looseObject({ issuer: z.string().nullable(), state: z.string().nullable() }).optional(),
    }),
  ),
});

/** Requests that failed of late, the newest first. */
export const failuresSchema = z.looseObject({
  failures: z.array(
    z.looseObject({
      time: z.string(),
      requestId: z.string(),
      method: z.string(),
      host: z.string(),
      path: z.string(),
      status: whole,
      service: z.string().nullable(),
      reason: z.string(),
    }),
  ),
});

const changeList = z.array(z.string());

/** `null` where the edge cannot list them. */
export const historySchema = z
  .looseObject({
    generations: z.array(
      z.looseObject({
        generation: whole,
        time: whole.nullable(),
        served: z.boolean(),
        hold: z.looseObject({ generation: whole, reason: z.string().nullable() }).nullable(),
        records: z.looseObject({ hosts: whole, services: whole, certificates: whole }).nullable(),
        problem: z.string().nullable(),
        /** Of the newest, by edges that tell it. */
        changed: z.looseObject({ since: whole, lines: changeList, more: whole }).nullish(),
      }),
    ),
    after: whole,
    comparison: z
      .looseObject({
        changes: z.array(
          z.looseObject({
            section: z.string(),
            kind: z.enum(["added", "removed", "changed"]),
            name: z.string(),
            details: changeList,
          }),
        ),
        omitted: whole,
        incomplete: changeList,
      })
      .nullable(),
    problem: z.string().nullable(),
  })
  .nullable();

/** What the edge that explained knows of the endpoints; older ones tell nothing of it. */
export const seenSchema = z.looseObject({
  seen: z
    .array(
      z.looseObject({
        service: z.string(),
        port: whole,
        endpoints: z.array(
          z.looseObject({
            address: z.string(),
            pod: z.string().nullable(),
            state: z.string(),
            health: z.string().nullable(),
          }),
        ),
      }),
    )
    .default([]),
});

const counted = {
  requests: whole,
  errors: whole,
  /** The mean time that they took, of edges that tell it. */
  ms: whole.nullish(),
};

/** `null` where nobody counts. */
export const trafficSchema = z
  .looseObject({
    since: z.string(),
    /** Of about how many the numbers of hosts, services and endpoints are. */
    minutes: whole,
    summary: z.looseObject({
      minutes: whole,
      requests: whole,
      errors: whole,
      clientErrors: whole,
      perSecond: whole,
      p50: whole.nullable(),
      p99: whole.nullable(),
    }),
    hosts: z.array(z.looseObject({ host: z.string(), ...counted })),
    services: z.array(z.looseObject({ service: z.string(), ...counted })),
    endpoints: z.array(z.looseObject({ endpoint: z.string(), service: z.string(), ...counted })),
  })
  .nullable();

export type OverviewAnswer = z.output<typeof overviewSchema>;
export type WarningsAnswer = z.output<typeof warningsSchema>;
export type CertificatesAnswer = z.output<typeof certificatesSchema>;
export type FailuresAnswer = z.output<typeof failuresSchema>;
export type HistoryAnswer = z.output<typeof historySchema>;
export type SeenServices = z.output<typeof seenSchema>["seen"];
export type TrafficAnswer = z.output<typeof trafficSchema>;
