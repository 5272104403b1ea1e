/** URLs that the edge itself is to ask, as annotations write them. */
import { type Target, whyNotPublic } from "../../../contract/index.ts";
import { followAliases } from "../backends.ts";
import { isPortNumber } from "../ports.ts";
import { type Annotation, BadValue } from "./annotation.ts";
import type { AnnotationContext } from "./group.ts";
import type { AnnotationReader } from "./reader.ts";
import { line } from "./values.ts";

const DEFAULT_PORTS = { http: 80, https: 443 } as const;

/** The host ends here: at a path, a query, or a variable that only they are made of. */
const AUTHORITY_END =
  /[/?#]|\$\{?(?:request_uri|escaped_request_uri|uri|document_uri|is_args|args|query_string)\b/;

const REMEDY = `Write a URL as in "http://auth.shop.svc.cluster.local/check" or "https://auth.example.com/check".`;

const ELSEWHERE = "Name a Service of the cluster, or a host that everybody can reach.";

interface Found {
  readonly target: Target;
  /** Why it may lead nowhere in the end. */
  readonly doubt?: string;
}

interface Parts {
  readonly scheme: "http" | "https";
  /** Host and port; may hold variables. */
  readonly authority: string;
  /** Path and query; may hold variables, and be empty. */
  readonly path: string;
}

/** Whether a text is such a URL at all. Throws BadValue. */
export function targetUrl(text: string): string {
  const value = line(text);
  parts(value);
  return value;
}

/**
 * Where a URL leads: to a Service of the cluster where its host names one as cluster DNS would understand it from the
 * Ingress's namespace, else over the public network, if it may lead there.
 *
 * @param url of targetUrl()
 * @param defaultPath of a URL without a path
 * @returns `undefined` where it leads nowhere; then the reader has a warning
 */
export function readTarget(
  reader: AnnotationReader,
  annotation: Annotation<string>,
  url: string,
  context: AnnotationContext,
  defaultPath = "/",
): Target | undefined {
  try {
    const { target, doubt } = targetOf(parts(url), context, defaultPath);
    if (doubt !== undefined) reader.note(annotation, doubt, ELSEWHERE);
    return target;
  } catch (error) {
    if (!(error instanceof BadValue)) throw error;
    reader.refuse(annotation, error);
    return undefined;
  }
}

function parts(url: string): Parts {
  const [, scheme, rest = ""] = /^(https?):\/\/(.+)$/i.exec(url) ?? [];
  if (scheme === undefined) throw new BadValue("is not an http or https URL", REMEDY);
  const end = rest.search(AUTHORITY_END);
  const authority = end < 0 ? rest : rest.slice(0, end);
  const path = end < 0 ? "" : rest.slice(end).replace(/#.*$/, "");
  const sample = URL.parse(`http://${authority.replaceAll(/\$\{?\w+\}?/g, "x")}`);
  if (sample === null || authority === "") throw new BadValue("is not an http or https URL", REMEDY);
  if (/(?:^|\.)\.|^$/.test(sample.hostname)) throw new BadValue("names a host with an empty label", REMEDY);
  if (authority.includes("@")) throw new BadValue("holds a user name", "Take it out of the URL.");
  return { scheme: scheme.toLowerCase() === "https" ? "https" : "http", authority, path };
}

function targetOf(
  { scheme, authority, path: written }: Parts,
  context: AnnotationContext,
  defaultPath: string,
): Found {
  const path = written === "" ? defaultPath : written;
  if (authority.includes("$")) return { target: { kind: "url", origin: `${scheme}://${authority}`, path } };
  const { hostname, port, origin } = new URL(`${scheme}://${authority}`);
  const host = hostname.replace(/\.$/, "");
  const named = serviceKey(host, context);
  if (named !== undefined) {
    const number = port === "" ? DEFAULT_PORTS[scheme] : Number(port);
    const service = serviceWith(named, number, context);
    return { target: { kind: "service", service, port: number, scheme, host, path } };
  }
  const target: Target = { kind: "url", origin, path };
  const problem = whyNotPublic(host, context.clusterDomain);
  if (problem === undefined) return { target };
  if (!mayBeServed(host, context.clusterDomain)) throw new BadValue(`leads nowhere: ${problem}`, ELSEWHERE);
  return { target, doubt: `${problem}. It is asked only where this edge serves that host itself.` };
}

/** A private name may be one of the edge's own hosts, which the edge itself will know. */
function mayBeServed(host: string, clusterDomain: string): boolean {
  const labels = host.split(".");
  const isOfCluster = labels.includes("svc") || host.endsWith(`.${clusterDomain}`);
  return labels.length > 1 && !isOfCluster && /^[a-z]/.test(labels.at(-1) ?? "");
}

/** `namespace/name` of the Service that a host names; `undefined` for a host that names none. */
function serviceKey(
  host: string,
  { ingress, hasServices, clusterDomain }: AnnotationContext,
): string | undefined {
  const suffix = `.svc.${clusterDomain}`;
  const isWhole = host.endsWith(suffix);
  const [name = "", namespace, third, ...more] = (isWhole ? host.slice(0, -suffix.length) : host).split(".");
  const isShort = third === "svc" && more.length === 0 && !isWhole;
  if (third !== undefined && !isShort) {
    if (!isWhole) return undefined;
    throw new BadValue("names a single pod of a Service", "Name the Service.");
  }
  if (namespace === undefined) {
    return isWhole || name === "localhost" || name.startsWith("[")
      ? undefined
      : `${ingress.metadata.namespace}/${name}`;
  }
  const key = `${namespace}/${name}`;
  // A host of two labels may be anybody's; where it names a namespace that there is, it is meant so.
  const isMeant = isWhole || isShort || hasServices(namespace);
  return isMeant ? key : undefined;
}

/** The Service itself, or the one that it stands for. */
function serviceWith(named: string, port: number, { services, clusterDomain }: AnnotationContext): string {
  const { key, service } = followAliases(named, services, clusterDomain);
  if (service === undefined) {
    throw new BadValue(
      `names Service ${key}, which does not exist`,
      "Create the Service, or name another one.",
    );
  }
  const ports = service.ports.filter(({ protocol }) => protocol === "TCP").map(({ port }) => port);
  if (service.type === "ExternalName" ? isPortNumber(port) : ports.includes(port)) return key;
  const has = ports.join(", ") || "none";
  throw new BadValue(
    `names port ${port}, which Service ${key} does not have (it has ${has})`,
    "Write a port of the Service into the URL, not one of its pods' container ports.",
  );
}
