/** What the server fills in, and what it leaves out: an object reads back as the real server would store it. */
import { isJsonObject, type Json, type JsonObject, text } from "./object.ts";

/** @param address a new cluster IP, for a Service that needs one. */
export function withDefaults(object: JsonObject, address: () => string, before?: JsonObject): JsonObject {
  const result = { ...object };
  if (isJsonObject(result.metadata)) result.metadata = withoutEmpty(result.metadata);
  switch (text(result, "kind")) {
    case "Service":
      return { ...result, spec: serviceSpec(result.spec, address, before) };
    case "Secret":
      return secret(result);
    case "EndpointSlice":
      return { ...result, ports: withProtocol(result.ports) };
    case "Ingress":
      return withStatus(result, ingressStatus(result.status));
    case "Namespace":
      return namespace(result);
    default:
      return result;
  }
}

function withStatus(object: JsonObject, status: Json): JsonObject {
  return { ...object, status };
}

/** Go's `omitempty`: an empty map or list of the metadata is not stored. */
function withoutEmpty(metadata: JsonObject): JsonObject {
  const isEmpty = (value: Json) =>
    value === null || (typeof value === "object" && Object.keys(value).length === 0);
  return Object.fromEntries(Object.entries(metadata).filter(([, value]) => !isEmpty(value)));
}

function serviceSpec(
  given: Json | undefined,
  address: () => string,
  before: JsonObject | undefined,
): JsonObject {
  const spec = isJsonObject(given) ? given : {};
  const { type = "ClusterIP", sessionAffinity = "None" } = spec;
  const result: JsonObject = { ...spec, type, sessionAffinity };
  if (Array.isArray(spec.ports)) {
    result.ports = withProtocol(spec.ports).map((port) =>
      isJsonObject(port) ? { ...port, targetPort: port.targetPort ?? port.port ?? null } : port,
    );
  }
  if (type === "ExternalName") return result;
  const old = isJsonObject(before?.spec) ? before.spec.clusterIP : undefined;
  const [first] = Array.isArray(spec.clusterIPs) ? spec.clusterIPs : [];
  const clusterIP = spec.clusterIP ?? first ?? old ?? address();
  return { ...result, clusterIP, clusterIPs: spec.clusterIPs ?? [clusterIP] };
}

function withProtocol(ports: Json | undefined): Json[] {
  return (Array.isArray(ports) ? ports : []).map((port) =>
    isJsonObject(port) ? { ...port, protocol: port.protocol ?? "TCP" } : port,
  );
}

function secret({ stringData, ...object }: JsonObject): JsonObject {
  const type = object.type ?? "Opaque";
  if (!isJsonObject(stringData)) return { ...object, type };
  const encoded = Object.entries(stringData).map(([key, value]) => [
    key,
    Buffer.from(typeof value === "string" ? value : "").toString("base64"),
  ]);
  const data = {
    ...(isJsonObject(object.data) && object.data),
    ...(Object.fromEntries(encoded) as JsonObject),
  };
  return { ...object, type, data };
}

function ingressStatus(given: Json | undefined): JsonObject {
  const balancer = isJsonObject(given) && isJsonObject(given.loadBalancer) ? given.loadBalancer : {};
  const { ingress } = balancer;
  return { loadBalancer: Array.isArray(ingress) && ingress.length > 0 ? { ingress } : {} };
}

function namespace(object: JsonObject): JsonObject {
  const metadata = isJsonObject(object.metadata) ? object.metadata : {};
  const labels = { ...(isJsonObject(metadata.labels) && metadata.labels) };
  labels["kubernetes.io/metadata.name"] = metadata.name ?? "";
  return {
    ...object,
    metadata: { ...metadata, labels },
    spec: object.spec ?? { finalizers: ["kubernetes"] },
    status: object.status ?? { phase: "Active" },
  };
}
