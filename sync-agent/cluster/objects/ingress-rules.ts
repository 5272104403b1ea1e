/** What every version of the Ingress API has in common: hosts, paths, TLS, and the rules that they obey. */
import * as z from "zod";
import { canonicalAddress } from "../../../contract/index.ts";
import type { Ingress, IngressBackend } from "../state.ts";
import { dnsSubdomain, listOf, optional, optionalText, optionalTextOf, section } from "./fields.ts";
import { loadBalancerStatus } from "./load-balancer-status.ts";
import { namespacedMetadata } from "./metadata.ts";
import { isDnsSubdomain, isPortName, isWildcardSubdomain } from "./names.ts";
import { shown } from "./problems.ts";

export const pathType = z.enum(["Exact", "Prefix", "ImplementationSpecific"]);
type PathType = z.output<typeof pathType>;

/** Why a path of a rule is refused (Kubernetes Ingress API validation); `undefined` for a good one. */
export function pathProblem(path: string, type: PathType): string | undefined {
  if (path === "" && type === "ImplementationSpecific") return undefined;
  if (!path.startsWith("/")) return `must be an absolute path that begins with "/"`;
  if (type === "ImplementationSpecific") return undefined;
  const sequence = ["//", "/./", "/../", "%2f", "%2F"].find((part) => path.includes(part));
  if (sequence !== undefined) return `must not contain "${sequence}" in a path of type ${type}`;
  const suffix = ["/..", "/."].find((part) => path.endsWith(part));
  return suffix === undefined ? undefined : `must not end in "${suffix}" in a path of type ${type}`;
}

/** Why a host is refused; `undefined` for a good one. */
function hostProblem(host: string): string | undefined {
  const quoted = shown(host);
  if (canonicalAddress(host) !== undefined) return `${quoted} is an IP address; a host must be a DNS name`;
  if (host.includes("*")) {
    return isWildcardSubdomain(host)
      ? undefined
      : `${quoted} is not a wildcard: "*." and a DNS name in lower case`;
  }
  return isDnsSubdomain(host) ? undefined : `${quoted} is not a DNS name in lower case (RFC 1123)`;
}

const host = optionalText.superRefine((value, context) => {
  const problem = value === undefined ? undefined : hostProblem(value);
  if (problem !== undefined) context.addIssue({ code: "custom", message: problem });
});

const tlsHost = z.string().refine((name) => isDnsSubdomain(name) || isWildcardSubdomain(name), {
  error: (issue) => `${shown(issue.input)} is not a DNS name in lower case, nor "*." and one`,
});

const tls = z
  .object({ hosts: listOf(tlsHost), secretName: optionalTextOf(dnsSubdomain) })
  .transform(({ hosts, secretName }) => ({ hosts, secretName }));

/** A backend that is not a Service; only that it is one matters. */
export const resourceReference = z.object({ kind: z.string(), name: z.string() });

export const serviceName = dnsSubdomain;

export const portName = z.string().refine(isPortName, {
  error: (issue) =>
    `${shown(issue.input)} is not a port name: at most 15 of a-z, 0-9 and "-", with a letter (a number is written without quotes)`,
});

function ruleSchema(backend: z.ZodType<IngressBackend>, type: z.ZodType<PathType>) {
  const path = z
    .object({ path: optionalText, pathType: type, backend: section(backend) })
    .transform((value, context) => {
      const path = value.path ?? "";
      const problem = pathProblem(path, value.pathType);
      if (problem !== undefined) context.addIssue({ code: "custom", message: problem, path: ["path"] });
      return { path: path === "" ? "/" : path, pathType: value.pathType, backend: value.backend };
    });
  const http = z.object({
    paths: listOf(path).refine((paths) => paths.length > 0, { error: "is required where there is `http`" }),
  });
  return z
    .object({ host, http: optional(http) })
    .transform((rule) => ({ host: rule.host, paths: rule.http?.paths ?? [] }));
}

/** The fields of `spec` that every version has, over the version's own form of backends and path types. */
export function specFields(backend: z.ZodType<IngressBackend>, type: z.ZodType<PathType>) {
  return {
    ingressClassName: optionalTextOf(dnsSubdomain),
    rules: listOf(ruleSchema(backend, type)),
    tls: listOf(tls),
  };
}

/** `spec` in its stripped form; absent fields may be missing altogether. */
interface IngressSpec extends Pick<Ingress, "rules" | "tls"> {
  readonly ingressClassName?: string | undefined;
  readonly defaultBackend?: IngressBackend | undefined;
}

/** An Ingress over one version's `spec`; `fallbackField` is what that version calls the default backend. */
export function ingressSchema(spec: z.ZodType<IngressSpec>, fallbackField: string): z.ZodType<Ingress> {
  return z
    .object({ metadata: namespacedMetadata(), spec: section(spec), status: loadBalancerStatus })
    .transform(({ metadata, spec, status }, context): Ingress => {
      if (spec.defaultBackend === undefined && spec.rules.length === 0) {
        const message = `must have \`rules\` or \`${fallbackField}\``;
        context.addIssue({ code: "custom", message, path: ["spec"] });
      }
      const { ingressClassName, defaultBackend, rules, tls } = spec;
      return {
        metadata,
        ingressClassName,
        defaultBackend,
        rules,
        tls,
        ...status,
      };
    });
}
