/** Ports as Service, Endpoints and EndpointSlice have them. */
import * as z from "zod";
import type { ServicePort } from "../state.ts";
import { defaultedText, dnsLabel, optionalTextOf } from "./fields.ts";
import { shown } from "./problems.ts";

export const portNumber = z.number().refine((port) => Number.isInteger(port) && port >= 1 && port <= 65535, {
  error: (issue) => `${shown(issue.input)} is not a port number: 1 to 65535`,
});

export const protocol = defaultedText(z.enum(["TCP", "UDP", "SCTP"]), "TCP");

export const servicePort = z
  .object({ name: optionalTextOf(dnsLabel), protocol, port: portNumber })
  .transform(({ name, ...rest }): ServicePort => ({ name: name ?? "", ...rest }));

/** A Service's port; a target port by name is the slices' to resolve. */
export const targetedPort = z
  .object({
    name: optionalTextOf(dnsLabel),
    protocol,
    port: portNumber,
    targetPort: z.union([portNumber, z.string()]).nullish(),
  })
  .transform(({ name, targetPort, ...rest }): ServicePort => ({
    name: name ?? "",
    ...rest,
    ...(typeof targetPort === "number" && { targetPort }),
  }));

/** Several ports must be told apart by name; one alone needs none. A slice may leave one of several unnamed. */
export function checkPortNames(
  ports: readonly { readonly name: string }[],
  unnamed: "never beside others" | "once",
  report: (message: string, path: readonly ["ports", number, "name"]) => void,
): void {
  const seen = new Set<string>();
  for (const [index, { name }] of ports.entries()) {
    if (name === "" && unnamed === "never beside others" && ports.length > 1) {
      report("is required where there are several ports", ["ports", index, "name"]);
    } else if (seen.has(name)) {
      report(`${shown(name)} is another port's name too`, ["ports", index, "name"]);
    }
    seen.add(name);
  }
}
