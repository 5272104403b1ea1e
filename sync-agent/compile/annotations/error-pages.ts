import type { Backend } from "../../../contract/index.ts";
import { resolveBackend } from "../backends.ts";
import { claimSource } from "../objects.ts";
import { BadValue, nginx } from "./annotation.ts";
import type { AnnotationContext, AnnotationGroup } from "./group.ts";
import { boolean, line, list } from "./values.ts";

const customErrors = nginx("custom-http-errors", {
  type: "list of statuses from 300 to 599",
  default: "none: errors go to the client as they are",
  example: "404,503",
  text: "Responses with these statuses, of the Service and of the edge itself, are exchanged for a page that the default backend makes: the one that `default-backend` names, else the Ingress's `spec.defaultBackend`. It is asked for `/` with the client's method and headers, and with X-Code, X-Format, X-Original-URI, X-Namespace, X-Ingress-Name, X-Service-Name, X-Service-Port and X-Request-ID; its answer goes to the client with its own status.",
  difference:
    "There is no global default backend: without one the edge's own page is sent, with the original status. The backend is asked without the request's body. Where it fails, the client gets the original response.",
  read(text) {
    const statuses = list(text).map(Number);
    if (statuses.length > 0 && statuses.every((status) => status >= 300 && status <= 599)) {
      return [...new Set(statuses)].toSorted((a, b) => a - b);
    }
    throw new BadValue("is not a list of statuses", `Write statuses from 300 to 599, as in "404,503".`);
  },
});

const defaultBackend = nginx("default-backend", {
  type: "name of a Service in the Ingress's namespace",
  default: "none",
  example: "error-pages",
  text: "Answers where the path's own Service has no ready endpoint, or does not exist, and makes the pages of `custom-http-errors`. Of several ports the first one is used. In a Service's stead it is asked for what the client asked for, with X-Code (503) and the other headers that `custom-http-errors` lists.",
  read(text) {
    const name = line(text);
    if (/^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/.test(name)) return name;
    throw new BadValue("is not the name of a Service", "Name a Service of the Ingress's namespace.");
  },
});

const disableIntercept = nginx("disable-proxy-intercept-errors", {
  type: "boolean",
  default: "false",
  example: `"true"`,
  text: "Leaves the Service's own responses alone, so that `custom-http-errors` exchanges the edge's errors only.",
  read: boolean,
});

export const errorPages: AnnotationGroup = {
  title: "Error pages and default backends",
  annotations: [customErrors, defaultBackend, disableIntercept],
  read(reader, context) {
    const statuses = reader.read(customErrors);
    const edgeOnly = reader.read(disableIntercept) ?? false;
    const name = reader.read(defaultBackend);
    let standIn: Place | undefined;
    if (name !== undefined) {
      const found = standInFor(name, context);
      if (found instanceof BadValue) reader.refuse(defaultBackend, found);
      else standIn = found;
    }
    const backend = standIn ?? fallbackOf(context);
    return {
      ...(statuses && {
        errorPages: { statuses, ...(backend && { backend }), ...(edgeOnly && { edgeOnly }) },
      }),
      ...(standIn && { standIn }),
    };
  },
};

type Place = Pick<Backend, "service" | "port">;

function standInFor(name: string, context: AnnotationContext): Place | BadValue {
  const { namespace } = context.ingress.metadata;
  const service = context.services.get(`${namespace}/${name}`);
  if (service === undefined) {
    const remedy = `Create the Service, or name one that exists in namespace ${namespace}.`;
    return new BadValue(`is no Service of namespace ${namespace}`, remedy);
  }
  const port = service.ports.find(({ protocol }) => protocol === "TCP")?.port;
  if (port === undefined) return new BadValue("has no TCP port", "Give the Service a port.");
  return placeOf({ service: { name, port: { number: port } } }, context) ?? unusable(name);
}

function unusable(name: string): BadValue {
  return new BadValue(`leads to no Service`, `Check what the ExternalName Service ${name} names.`);
}

function fallbackOf(context: AnnotationContext): Place | undefined {
  const { defaultBackend: fallback } = context.ingress;
  return fallback && placeOf(fallback, context);
}

/** What is wrong with `spec.defaultBackend` is said where its requests are routed. */
function placeOf(
  backend: Parameters<typeof resolveBackend>[0],
  { ingress: { metadata }, services, clusterDomain }: AnnotationContext,
): Place | undefined {
  const { object } = claimSource("Ingress", metadata);
  const place = { object, namespace: metadata.namespace, field: "spec.defaultBackend" };
  const [found] = resolveBackend(backend, place, services, clusterDomain).backends;
  return found && { service: found.service, port: found.port };
}
