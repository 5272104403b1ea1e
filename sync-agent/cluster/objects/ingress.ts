/** Ingress, networking.k8s.io/v1. */
import * as z from "zod";
import type { IngressBackend, ServicePortReference } from "../state.ts";
import { optional, optionalTextOf, section } from "./fields.ts";
import {
  ingressSchema,
  pathType,
  portName,
  resourceReference,
  serviceName,
  specFields,
} from "./ingress-rules.ts";
import { portNumber } from "./ports.ts";

const port = z
  .object({
    name: optionalTextOf(portName),
    // The API takes 0 as absent.
    number: z
      .number()
      .nullish()
      .transform((number) => (number === null || number === 0 ? undefined : number))
      .pipe(z.optional(portNumber)),
  })
  .transform(({ name, number }, context): ServicePortReference => {
    if (number !== undefined && name === undefined) return { number };
    if (name !== undefined && number === undefined) return { name };
    const message = name === undefined ? "must have a `name` or a `number`" : "has both `name` and `number`";
    context.addIssue({ code: "custom", message: `${message}; exactly one is asked for` });
    return z.NEVER;
  });

const backend = z
  .object({
    service: optional(z.object({ name: serviceName, port: section(port) })),
    resource: optional(resourceReference),
  })
  .transform(({ service, resource }, context): IngressBackend => {
    if ((service === undefined) === (resource === undefined)) {
      const found =
        service === undefined ? "neither `service` nor `resource`" : "both `service` and `resource`";
      context.addIssue({ code: "custom", message: `has ${found}; exactly one is asked for` });
    }
    return { service };
  });

const spec = z.object({ ...specFields(backend, pathType), defaultBackend: optional(backend) });

export const ingress = ingressSchema(spec, "defaultBackend");
