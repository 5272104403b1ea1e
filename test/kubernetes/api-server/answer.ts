/** From a request that may pass to what it is answered: the API proper. */
import type { Access, Attributes } from "./access.ts";
import { toShown } from "./event-fields.ts";
import { apiVersionOf, type Resource } from "./kinds.ts";
import { listObjects } from "./list.ts";
import { isJsonObject, type Json, keyOf, type KubeObject, text } from "./object.ts";
import type { ApiRequest } from "./request.ts";
import { ApiError, badRequest, notFound, type Status } from "./status.ts";
import {
  createObject,
  deleteObject,
  patchObject,
  type Place,
  updateObject,
  type WriteContext,
} from "./write.ts";

export interface Answer {
  readonly code: number;
  readonly body: unknown;
}

export interface AnswerContext extends WriteContext {
  readonly access: Access;
}

export interface Body {
  readonly type: string;
  readonly text: string;
}

/** Everything but watches. @throws ApiError */
export function answer(context: AnswerContext, request: ApiRequest, resource: Resource, body: Body): Answer {
  const { verb, query } = request;
  const place = placeOf(request, resource);
  if (!resource.verbs.includes(verb) || !hasSubresource(place, verb)) {
    const message = "the server does not allow this method on the requested resource";
    throw new ApiError(405, "MethodNotAllowed", message);
  }
  const shown = (object: KubeObject, code = 200): Answer => ({ code, body: toShown(resource, object) });
  switch (verb) {
    case "list":
      return { code: 200, body: listObjects(context.store, resource, place.namespace, query) };
    case "get":
      return shown(read(context, place));
    case "create":
      if (resource.kind === "SelfSubjectAccessReview") {
        return { code: 201, body: review(context.access, parse(body)) };
      }
      return shown(createObject(context, place, parse(body)), 201);
    case "update": {
      if (place.subresource === "finalize") return shown(read(context, place));
      const { object, created } = updateObject(context, place, parse(body));
      return shown(object, created ? 201 : 200);
    }
    case "patch":
      return shown(patchObject(context, place, parse(body), body.type));
    case "delete":
      return remove(context, place, body);
    default:
      return removeAll(context, place, query);
  }
}

function placeOf({ namespace = "", name = "", subresource = "" }: ApiRequest, resource: Resource): Place {
  // A namespace's own name counts as the request's namespace; the object itself has none.
  return { resource, namespace: resource.namespaced ? namespace : "", name, subresource };
}

function hasSubresource({ resource, subresource }: Place, verb: string): boolean {
  if (subresource === "") return true;
  if (resource.kind === "Namespace" && subresource === "finalize") return verb === "update";
  return resource.status && subresource === "status" && ["get", "update", "patch"].includes(verb);
}

function read({ store }: AnswerContext, place: Place): KubeObject {
  const object = store.get(place.resource.kind, keyOf(place));
  if (object === undefined) throw notFound(place.resource, place.name);
  return object;
}

function parse({ text }: Body): Json {
  try {
    return JSON.parse(text) as Json;
  } catch (error) {
    throw badRequest(`the object provided is unrecognized (must be of type ...): ${String(error)}`);
  }
}

function remove(context: AnswerContext, place: Place, body: Body): Answer {
  const options = body.text === "" ? {} : parse(body);
  const preconditions = {
    uid: text(options, "preconditions.uid"),
    resourceVersion: text(options, "preconditions.resourceVersion"),
  };
  const { resource } = place;
  const object = deleteObject(context, place, preconditions);
  if (["Namespace", "Pod", "Service"].includes(resource.kind)) return { code: 200, body: object };
  const { name, uid } = object.metadata;
  const group = resource.group === "" ? {} : { group: resource.group };
  const details = { name, ...group, kind: resource.plural, uid };
  const status: Status = { kind: "Status", apiVersion: "v1", metadata: {}, status: "Success", details };
  return { code: 200, body: status };
}

function removeAll(context: AnswerContext, place: Place, query: Readonly<Record<string, string>>): Answer {
  const list = listObjects(context.store, place.resource, place.namespace, query);
  for (const { metadata } of list.items) {
    deleteObject(context, { ...place, namespace: metadata.namespace ?? "", name: metadata.name });
  }
  return { code: 200, body: list };
}

/** Of what the client asks whether it may. */
function review(access: Access, body: Json): object {
  const at = (name: string) => text(body, `spec.resourceAttributes.${name}`);
  const attributes: Attributes = {
    verb: at("verb"),
    group: at("group"),
    plural: at("resource"),
    subresource: at("subresource"),
    namespace: at("namespace"),
    name: at("name"),
  };
  return {
    ...(isJsonObject(body) && body),
    apiVersion: apiVersionOf({ group: "authorization.k8s.io" }),
    kind: "SelfSubjectAccessReview",
    status: { allowed: access.allows(attributes) },
  };
}
