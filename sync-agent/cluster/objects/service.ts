/** Service, v1. */
import * as z from "zod";
import { canonicalAddress } from "../../../contract/index.ts";
import type { Service } from "../state.ts";
import {
  defaulted,
  defaultedText,
  dnsLabel,
  listOf,
  optionalText,
  optionalTextOf,
  section,
} from "./fields.ts";
import { loadBalancerStatus } from "./load-balancer-status.ts";
import { namespacedMetadata } from "./metadata.ts";
import { isDnsSubdomain } from "./names.ts";
import { checkPortNames, targetedPort } from "./ports.ts";
import { shown } from "./problems.ts";

const clusterIP = z.string().transform((text, context) => {
  const address = text === "None" ? text : canonicalAddress(text);
  if (address !== undefined) return address;
  context.addIssue({
    code: "custom",
    message: `${shown(text)} is neither an IP address nor "None"`,
  });
  return z.NEVER;
});

const spec = z
  .object({
    type: defaultedText(z.enum(["ClusterIP", "NodePort", "LoadBalancer", "ExternalName"]), "ClusterIP"),
    clusterIP: optionalTextOf(clusterIP),
    clusterIPs: listOf(clusterIP),
    externalName: optionalText,
    ports: listOf(targetedPort),
    publishNotReadyAddresses: defaulted(z.boolean(), false),
    externalIPs: listOf(z.string()),
  })
  .transform((spec, context) => {
    const { type, clusterIP, clusterIPs, externalName, ports, publishNotReadyAddresses, externalIPs } = spec;
    checkPortNames(ports, "never beside others", (message, path) =>
      context.addIssue({ code: "custom", message, path: [...path] }),
    );
    // A CNAME may be written with the dot of a fully qualified name.
    if (type === "ExternalName" && !isDnsSubdomain((externalName ?? "").replace(/\.$/, ""))) {
      const message = "must be a DNS name in lower case for a Service of type ExternalName";
      context.addIssue({ code: "custom", message, path: ["externalName"] });
    }
    // Objects of clusters older than dual-stack have `clusterIP` alone.
    const single = clusterIP === undefined ? [] : [clusterIP];
    const all = clusterIPs.length > 0 ? clusterIPs : single;
    return {
      type,
      clusterIPs: type === "ExternalName" ? [] : all,
      externalName,
      ports,
      publishNotReadyAddresses,
      ...(externalIPs.length > 0 && { externalIPs }),
    };
  });

export const service = z
  .object({ metadata: namespacedMetadata(dnsLabel), spec: section(spec), status: loadBalancerStatus })
  .transform(({ metadata, spec, status }): Service => ({ metadata, ...spec, ...status }));
