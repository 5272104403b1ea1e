/** EndpointSlice, discovery.k8s.io/v1 and v1beta1, which agree in all that is read here. */
import * as z from "zod";
import { addressFamily, canonicalAddress } from "../../../contract/index.ts";
import type { EndpointSlice } from "../state.ts";
import { defaulted, dnsLabel, listOf, optional, optionalText, optionalTextOf, section } from "./fields.ts";
import { namespacedMetadata } from "./metadata.ts";
import { isDnsSubdomain } from "./names.ts";
import { checkPortNames, portNumber, protocol } from "./ports.ts";
import { shown } from "./problems.ts";

const SERVICE_NAME_LABEL = "kubernetes.io/service-name";

const addressType = z.enum(["IPv4", "IPv6", "FQDN"]);
type AddressType = z.output<typeof addressType>;

const port = z.object({
  name: optionalTextOf(dnsLabel),
  protocol,
  port: optional(portNumber),
});

const endpoint = z
  .object({
    addresses: z.array(z.string()).min(1, { error: "must have an address" }),
    hostname: optionalTextOf(dnsLabel),
    conditions: section(
      z.object({
        ready: defaulted(z.boolean(), true),
        serving: defaulted(z.boolean(), false),
        terminating: defaulted(z.boolean(), false),
      }),
    ),
    targetRef: section(z.object({ name: optionalText })),
    hints: section(z.object({ forZones: listOf(z.object({ name: z.string() })) })),
  })
  .transform(({ addresses, hostname, conditions: { ready, serving, terminating }, hints, targetRef }) => ({
    addresses,
    hostname,
    ready,
    ...(!ready && serving && terminating && { draining: true as const }),
    ...(hints.forZones.length > 0 && { zones: hints.forZones.map(({ name }) => name) }),
    ...(targetRef.name !== undefined && { pod: targetRef.name }),
  }));

/** The canonical text of an address of that type, or `undefined`. */
function addressOfType(text: string, type: AddressType): string | undefined {
  if (type === "FQDN") return isDnsSubdomain(text.replace(/\.$/, "")) ? text : undefined;
  const address = canonicalAddress(text);
  if (address === undefined) return undefined;
  return addressFamily(address) === (type === "IPv4" ? 4 : 6) ? address : undefined;
}

export const endpointSlice = z
  .object({
    metadata: namespacedMetadata(),
    addressType,
    ports: listOf(port),
    endpoints: listOf(endpoint),
  })
  .transform(({ metadata, addressType, ports, endpoints }, context): EndpointSlice => {
    const names = ports.map(({ name }) => ({ name: name ?? "" }));
    checkPortNames(names, "once", (message, path) =>
      context.addIssue({ code: "custom", message, path: [...path] }),
    );
    return {
      metadata,
      serviceName: metadata.labels[SERVICE_NAME_LABEL] || undefined,
      addressType,
      // A port without a number stands for every port; a Service's port cannot be tied to it.
      ports: ports.flatMap(({ name, protocol, port }) =>
        port === undefined ? [] : [{ name: name ?? "", protocol, port }],
      ),
      endpoints: endpoints.map(({ addresses, ...rest }, index) => ({
        ...rest,
        addresses: addresses.map((text, place) => {
          const address = addressOfType(text, addressType);
          if (address !== undefined) return address;
          const message = `${shown(text)} is not an address of type ${addressType}`;
          context.addIssue({ code: "custom", message, path: ["endpoints", index, "addresses", place] });
          return text;
        }),
      })),
    };
  });
