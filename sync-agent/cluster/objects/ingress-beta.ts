/**
 * Ingress as networking.k8s.io/v1beta1 and extensions/v1beta1 had it: `backend` for the default backend, backends
 * by `serviceName` and `servicePort`, `pathType` optional.
 */
import * as z from "zod";
import type { IngressBackend, ServicePortReference } from "../state.ts";
import { defaulted, optional, optionalTextOf } from "./fields.ts";
import {
  ingressSchema,
  pathType,
  portName,
  resourceReference,
  serviceName,
  specFields,
} from "./ingress-rules.ts";
import { portNumber } from "./ports.ts";

/** A port by number, or by name where it is text. */
const servicePort = z
  .union([z.string(), z.number()], { error: "must be a port's number or name" })
  .transform((value, context): ServicePortReference => {
    const schema = typeof value === "number" ? portNumber : portName;
    const problem = schema.safeParse(value).error?.issues[0];
    if (problem !== undefined) context.addIssue({ code: "custom", message: problem.message });
    return typeof value === "number" ? { number: value } : { name: value };
  });

const backend = z
  .object({
    serviceName: optionalTextOf(serviceName),
    servicePort: optional(servicePort),
    resource: optional(resourceReference),
  })
  .transform(({ serviceName, servicePort, resource }, context): IngressBackend => {
    if ((serviceName === undefined) === (resource === undefined)) {
      const found =
        resource === undefined ? "neither `serviceName` nor `resource`" : "both `serviceName` and `resource`";
      context.addIssue({ code: "custom", message: `has ${found}; exactly one is asked for` });
    }
    if (serviceName === undefined) return { service: undefined };
    if (servicePort === undefined) {
      context.addIssue({ code: "custom", message: "is required", path: ["servicePort"] });
      return z.NEVER;
    }
    return { service: { name: serviceName, port: servicePort } };
  });

const spec = z
  .object({
    ...specFields(backend, defaulted(pathType, "ImplementationSpecific")),
    backend: optional(backend),
  })
  .transform(({ backend, ...rest }) => ({ ...rest, defaultBackend: backend }));

export const ingressBeta = ingressSchema(spec, "backend");
