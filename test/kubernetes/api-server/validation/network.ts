/** Ingresses and EndpointSlices. */
import { isIPv4, isIPv6 } from "node:net";
import ipaddr from "ipaddr.js";
import { elements, field, isJsonObject, type JsonObject, text } from "../object.ts";
import type { FieldProblem } from "../status.ts";
import { invalidValue, required } from "./problem.ts";

const PATH_TYPES: ReadonlySet<unknown> = new Set(["Exact", "Prefix", "ImplementationSpecific"]);

export function validateIngress(ingress: JsonObject): FieldProblem[] {
  const rules = elements(ingress, "spec.rules");
  const backend = field(ingress, "spec.defaultBackend");
  if (rules.length === 0 && !isJsonObject(backend)) {
    return [invalidValue("spec", {}, "either `defaultBackend` or `rules` must be specified")];
  }
  return rules.flatMap((rule, i) =>
    elements(rule, "http.paths").flatMap((path, j) =>
      pathProblems(path, `spec.rules[${i}].http.paths[${j}]`),
    ),
  );
}

function pathProblems(path: unknown, at: string): FieldProblem[] {
  const type = field(path, "pathType");
  if (type === undefined) return [required(`${at}.pathType`, "pathType must be specified")];
  if (!PATH_TYPES.has(type)) {
    const message = `Unsupported value: ${JSON.stringify(type)}: supported values: "Exact", "ImplementationSpecific", "Prefix"`;
    return [{ field: `${at}.pathType`, reason: "FieldValueNotSupported", message }];
  }
  const value = text(path, "path");
  const mayBeEmpty = type === "ImplementationSpecific" && value === "";
  if (!mayBeEmpty && !value.startsWith("/")) {
    return [invalidValue(`${at}.path`, value, "must be an absolute path")];
  }
  if (text(path, "backend.service.name") === "" && field(path, "backend.resource") === undefined) {
    return [required(`${at}.backend`, "port name or number is required")];
  }
  return [];
}

export function validateIngressStatus(ingress: JsonObject): FieldProblem[] {
  return elements(ingress, "status.loadBalancer.ingress").flatMap((address, i) => {
    const at = `status.loadBalancer.ingress[${i}]`;
    const { ip, hostname } = isJsonObject(address) ? address : {};
    const problems: FieldProblem[] = [];
    if (typeof ip === "string" && ip !== "" && !isAddress(ip)) {
      problems.push(
        invalidValue(`${at}.ip`, ip, "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)"),
      );
    }
    if (typeof hostname === "string" && isAddress(hostname)) {
      problems.push(invalidValue(`${at}.hostname`, hostname, "must be a DNS name, not an IP address"));
    }
    return problems;
  });
}

function isAddress(text: string): boolean {
  return isIPv4(text) || isIPv6(text);
}

const RANGES: Readonly<Record<string, string>> = {
  unspecified: "may not be unspecified",
  loopback: "may not be in the loopback range (127.0.0.0/8, ::1/128)",
  linkLocal: "may not be in the link-local range (169.254.0.0/16, fe80::/10)",
  multicast: "may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)",
};

export function validateEndpointSlice(slice: JsonObject): FieldProblem[] {
  const type = text(slice, "addressType");
  if (type === "") return [required("addressType")];
  return elements(slice, "endpoints").flatMap((endpoint, i) => {
    const addresses = elements(endpoint, "addresses");
    const at = `endpoints[${i}].addresses`;
    if (addresses.length === 0) return [required(at, "must contain at least 1 addresses")];
    return addresses.flatMap((address, j) => addressProblems(type, String(address), `${at}[${j}]`));
  });
}

function addressProblems(type: string, address: string, at: string): FieldProblem[] {
  if (type === "FQDN") return [];
  if (type === "IPv4" ? !isIPv4(address) : !isIPv6(address)) {
    return [invalidValue(at, address, `must be a valid ${type} address`)];
  }
  const why = RANGES[ipaddr.parse(address).range()];
  return why === undefined ? [] : [invalidValue(at, address, why)];
}
