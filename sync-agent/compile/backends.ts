/** From a backend as an Ingress names it to one that the edge can use. */
import { type Backend, objectNameSchema } from "../../contract/index.ts";
import type { IngressBackend, Service, ServicePort, ServicePortReference } from "../cluster/state.ts";
import type { Warning, WarningReason } from "../warning.ts";
import type { Lookup } from "./lookup.ts";
import { isPortNumber } from "./ports.ts";

/** Where a backend stands, for its warnings. */
export interface BackendPlace {
  /** `Ingress shop/web`. */
  readonly object: string;
  readonly namespace: string;
  /** `spec.rules[0].http.paths[1].backend`. */
  readonly field: string;
}

export interface ResolvedBackend {
  /** Empty when it could not be resolved, with a warning: such a route answers 503. */
  readonly backends: Backend[];
  readonly warnings: readonly Warning[];
}

export function resolveBackend(
  backend: IngressBackend,
  place: BackendPlace,
  services: Lookup<Service>,
  clusterDomain: string,
): ResolvedBackend {
  const unresolved = (field: string, reason: WarningReason, problem: string, remedy: string) => ({
    backends: [],
    warnings: [
      {
        object: place.object,
        field: `${place.field}.${field}`,
        reason,
        message: `${problem}; requests that come here are answered with 503.`,
        remedy,
      },
    ],
  });
  if (backend.service === undefined) {
    return unresolved(
      "resource",
      "BackendUnsupported",
      "The backend is not a Service, and only Services can be balanced over",
      "Name a Service under `backend.service`.",
    );
  }
  const { name, port } = backend.service;
  const { key, service } = followAliases(`${place.namespace}/${name}`, services, clusterDomain);
  if (service === undefined || !objectNameSchema.safeParse(key).success) {
    return unresolved(
      "service.name",
      "ServiceNotFound",
      `Service ${key} does not exist`,
      `Create the Service, or name one that exists in namespace ${place.namespace}.`,
    );
  }
  const number = portNumber(port, service);
  if (number === undefined) {
    const wanted = "number" in port ? port.number : `"${port.name}"`;
    return unresolved(
      `service.port.${"number" in port ? "number" : "name"}`,
      "ServicePortNotFound",
      `Service ${key} has no TCP port ${wanted} (it has ${listPorts(service)})`,
      "Name a port of the Service, not one of its pods' container ports.",
    );
  }
  return { backends: [{ service: key, port: number, weight: 1 }], warnings: [] };
}

/** As many as CoreDNS follows; a circle of aliases ends here too. */
const MOST_ALIASES = 8;

/**
 * The Service that a name stands for: an ExternalName that names another Service of the cluster is that Service, as
 * cluster DNS would have it. This is how an Ingress reaches across namespaces. Names that a pod's resolver would
 * complete (`cart`, `cart.shop`, `cart.shop.svc`) count where there is such a Service.
 */
export function followAliases(
  start: string,
  services: Lookup<Service>,
  clusterDomain: string,
): { key: string; service: Service | undefined } {
  let key = start;
  for (let i = 0; i < MOST_ALIASES; i++) {
    const service = services.get(key);
    if (service?.externalName === undefined) return { key, service };
    const name = service.externalName.toLowerCase().replace(/\.$/, "");
    const suffix = `.svc.${clusterDomain}`;
    const isWhole = name.endsWith(suffix);
    const [short, namespace = service.metadata.namespace, ...more] = (
      isWhole ? name.slice(0, -suffix.length) : name.replace(/\.svc$/, "")
    ).split(".");
    const named = `${namespace}/${short}`;
    if (!isWhole && (more.length > 0 || !services.has(named))) return { key, service };
    key = named;
  }
  return { key, service: undefined };
}

function portNumber(reference: ServicePortReference, service: Service): number | undefined {
  const listed = tcpPorts(service).find((port) =>
    "number" in reference ? port.port === reference.number : port.name === reference.name,
  );
  if (service.type !== "ExternalName") return listed?.port;
  // No endpoints say where its ports lead, and it needs no list of them: they are those of a host elsewhere.
  const asWritten = "number" in reference && isPortNumber(reference.number) ? reference.number : undefined;
  return listed?.targetPort ?? listed?.port ?? asWritten;
}

/** HTTP runs over TCP; a UDP port of the same number is another port. */
function tcpPorts(service: Service): ServicePort[] {
  return service.ports.filter((port) => port.protocol === "TCP" && isPortNumber(port.port));
}

function listPorts(service: Service): string {
  const ports = tcpPorts(service).map(({ name, port }) => (name === "" ? `${port}` : `${port} "${name}"`));
  return ports.join(", ") || "none";
}
