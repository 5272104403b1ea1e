/**
 * Objects that stand in for those that the input of a check does not have. `kubectl get ingress -A -o yaml` holds
 * Ingresses alone: that the Services and Secrets that they name are missing there says nothing about them.
 */
import { toBase64, utf8 } from "../../contract/index.ts";
import {
  type ClusterState,
  type ConfigMap,
  type Ingress,
  type IngressBackend,
  type Metadata,
  objectKey,
  type Secret,
  type Service,
  type ServicePort,
} from "../cluster/state.ts";
import { NGINX_PREFIX } from "../compile/annotations/annotation.ts";

/** Where the state has no object of a kind at all, whatever Ingresses name of that kind is taken to be as they need it. */
export function withStandIns(state: ClusterState, clusterDomain: string): ClusterState {
  const ingresses = [...state.Ingress.values()];
  return {
    ...state,
    Service: state.Service.size > 0 ? state.Service : byKey(services(ingresses, clusterDomain)),
    Secret: state.Secret.size > 0 ? state.Secret : byKey(ingresses.flatMap(secrets)),
    ConfigMap: state.ConfigMap.size > 0 ? state.ConfigMap : byKey(ingresses.flatMap(configMaps)),
  };
}

function byKey<T extends { readonly metadata: Metadata }>(objects: Iterable<T>): Map<string, T> {
  return new Map(Array.from(objects, (object) => [objectKey(object.metadata), object]));
}

/** Numbers of ports that are known by their names only begin here. */
const FIRST_NAMED_PORT = 49_152;

function services(ingresses: readonly Ingress[], clusterDomain: string): Service[] {
  const ports = new Map<string, Map<string, ServicePort>>();
  const add = (key: string, name: string, number: number | undefined) => {
    const known = ports.get(key) ?? new Map<string, ServicePort>();
    ports.set(key, known);
    const port = number ?? FIRST_NAMED_PORT + known.size;
    if (!known.has(name)) known.set(name, { name, protocol: "TCP", port });
  };
  const namespaces = new Set(ingresses.map(({ metadata }) => metadata.namespace));
  for (const ingress of ingresses) {
    const { namespace, annotations } = ingress.metadata;
    for (const { service } of backends(ingress)) {
      if (service === undefined) continue;
      const number = "number" in service.port ? service.port.number : undefined;
      const name = "name" in service.port ? service.port.name : `p-${service.port.number}`;
      add(`${namespace}/${service.name}`, name, number);
    }
    const stand = annotations[`${NGINX_PREFIX}default-backend`]?.trim();
    if (stand !== undefined) add(stand.includes("/") ? stand : `${namespace}/${stand}`, "p-80", 80);
    for (const value of Object.values(annotations)) {
      const found = serviceOfUrl(value, namespace, namespaces, clusterDomain);
      if (found !== undefined) add(found.key, `p-${found.port}`, found.port);
    }
  }
  return Array.from(ports, ([key, known]) => service(key, [...known.values()]));
}

function backends({ defaultBackend, rules }: Ingress): IngressBackend[] {
  const ofRules = rules.flatMap(({ paths }) => paths.map(({ backend }) => backend));
  return defaultBackend === undefined ? ofRules : [defaultBackend, ...ofRules];
}

/** The Service that a URL names as cluster DNS understands it from a namespace. */
function serviceOfUrl(
  value: string,
  namespace: string,
  namespaces: ReadonlySet<string>,
  clusterDomain: string,
): { key: string; port: number } | undefined {
  const [, scheme, host = "", port] =
    /^(https?):\/\/([a-z0-9.-]+)(?::(\d+))?(?=[/?$]|$)/i.exec(value.trim()) ?? [];
  if (scheme === undefined) return undefined;
  const suffix = `.svc.${clusterDomain}`;
  const isWhole = host.endsWith(suffix);
  const [name, other = namespace, third, ...more] = (isWhole ? host.slice(0, -suffix.length) : host).split(
    ".",
  );
  const isService =
    third === undefined ? isWhole || namespaces.has(other) : third === "svc" && more.length === 0;
  if (!isService || name === "localhost" || /^\d+$/.test(name ?? "")) return undefined;
  const number = port === undefined ? (scheme.toLowerCase() === "https" ? 443 : 80) : Number(port);
  return { key: `${other}/${name}`, port: number };
}

function service(key: string, ports: readonly ServicePort[]): Service {
  return {
    metadata: metadata(key),
    type: "ClusterIP",
    clusterIPs: [],
    externalName: undefined,
    ports,
    publishNotReadyAddresses: false,
  };
}

/** A user whom nobody can be: what would be checked is there, and lets nobody in. */
const HASH = "{SHA}AAAAAAAAAAAAAAAAAAAAAAAAAAA=";

function secrets({ metadata: { namespace, annotations } }: Ingress): Secret[] {
  const name = annotations[`${NGINX_PREFIX}auth-secret`]?.trim();
  if (name === undefined) return [];
  const isMap = annotations[`${NGINX_PREFIX}auth-secret-type`]?.trim() === "auth-map";
  const data = isMap ? { nobody: HASH } : { auth: `nobody:${HASH}` };
  const encoded = Object.entries(data).map(([key, text]) => [key, toBase64(utf8(text))] as const);
  return [{ metadata: referred(name, namespace), type: "Opaque", data: Object.fromEntries(encoded) }];
}

function configMaps({ metadata: { namespace, annotations } }: Ingress): ConfigMap[] {
  return ["custom-headers", "auth-proxy-set-headers"].flatMap((annotation) => {
    const name = annotations[NGINX_PREFIX + annotation]?.trim();
    return name === undefined ? [] : [{ metadata: referred(name, namespace), data: {} }];
  });
}

/** `name`, or `namespace/name`. */
function referred(name: string, namespace: string): Metadata {
  return metadata(name.includes("/") ? name : `${namespace}/${name}`);
}

function metadata(key: string): Metadata {
  const slash = key.indexOf("/");
  return {
    namespace: key.slice(0, slash),
    name: key.slice(slash + 1),
    annotations: {},
    labels: {},
    created: undefined,
  };
}
