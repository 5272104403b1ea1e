/** Creating, replacing, patching and deleting, with the real server's rules for versions and subresources. */
import { randomUUID } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import { withDefaults } from "./defaults.ts";
import { toShown, toStored } from "./event-fields.ts";
import { apiVersionOf, type Resource } from "./kinds.ts";
import { mergePatch } from "./merge-patch.ts";
import { field, isJsonObject, type Json, type JsonObject, keyOf, type KubeObject, text } from "./object.ts";
import { alreadyExists, ApiError, badRequest, conflict, invalid, notFound } from "./status.ts";
import type { Store } from "./store.ts";
import { validate, validateStatus } from "./validation.ts";
import { requireMicroTimes } from "./validation/micro-time.ts";
import { invalidValue } from "./validation/problem.ts";

export interface Place {
  readonly resource: Resource;
  readonly namespace: string;
  /** Empty for a create. */
  readonly name: string;
  /** `""` or `status`. */
  readonly subresource: string;
}

export interface WriteContext {
  readonly store: Store;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

export interface Written {
  readonly object: KubeObject;
  readonly created: boolean;
}

const NAMESPACES = { group: "", plural: "namespaces", kind: "Namespace" } as Resource;

export function createObject(context: WriteContext, place: Place, body: Json): KubeObject {
  const { resource } = place;
  const given = decoded(place, body);
  const metadata = isJsonObject(given.metadata) ? given.metadata : {};
  if (text(given, "metadata.resourceVersion") !== "") {
    const message = "resourceVersion should not be set on objects to be created";
    throw new ApiError(500, "InternalError", message);
  }
  const prefix = text(given, "metadata.generateName");
  const name = text(given, "metadata.name") || (prefix === "" ? "" : `${prefix}${randomUUID().slice(0, 5)}`);
  const object = prepared(context, { ...given, metadata: { ...metadata, name } }, undefined);
  // A new object has the status that its kind starts with, whatever the client says of it.
  if (resource.status && resource.kind !== "Pod") delete object.status;
  const complete = withDefaults(object, () => nextAddress(context.store));
  validate(resource, complete);
  if (place.namespace !== "" && context.store.get("Namespace", `/${place.namespace}`) === undefined) {
    throw notFound(NAMESPACES, place.namespace);
  }
  if (context.store.get(resource.kind, keyOf({ namespace: place.namespace, name })) !== undefined) {
    throw alreadyExists(resource, name);
  }
  return context.store.put(fresh(context, resource, complete));
}

export function updateObject(context: WriteContext, place: Place, body: Json): Written {
  const { resource, name } = place;
  const given = decoded(place, body);
  if (text(given, "metadata.name") !== name) {
    const named = text(given, "metadata.name");
    throw badRequest(`the name of the object (${named}) does not match the name on the URL (${name})`);
  }
  const before = context.store.get(resource.kind, keyOf(place));
  const version = text(given, "metadata.resourceVersion");
  if (before === undefined) {
    if (!resource.createOnUpdate || place.subresource !== "") throw notFound(resource, name);
    if (version !== "") throw conflict(resource, name);
    return { object: createObject(context, { ...place, name: "" }, body), created: true };
  }
  if (version === "" && !resource.unconditionalUpdate) {
    throw invalid(resource, name, [
      invalidValue("metadata.resourceVersion", 0, "must be specified for an update"),
    ]);
  }
  return { object: replace(context, place, before, given), created: false };
}

/** @param type of the content: only merge patches are taken. */
export function patchObject(context: WriteContext, place: Place, patch: Json, type: string): KubeObject {
  const { resource, name } = place;
  if (type !== "application/merge-patch+json") {
    throw new ApiError(
      415,
      "UnsupportedMediaType",
      "the body of the request was in an unknown format - accepted media types include: application/merge-patch+json",
    );
  }
  const before = context.store.get(resource.kind, keyOf(place));
  if (before === undefined) throw notFound(resource, name);
  const shown = toShown(resource, before) as unknown as JsonObject;
  return replace(context, place, before, decoded(place, mergePatch(shown, patch)));
}

/** As `kubectl apply`, by the cluster's own hand: no validation, a status is taken when there is one. */
export function applyObject(context: WriteContext, place: Place, body: JsonObject): KubeObject {
  const { resource, store } = { ...place, ...context };
  const given = toStored(resource, structuredClone(body));
  const before = store.get(resource.kind, keyOf(place));
  const metadata = { ...(isJsonObject(given.metadata) && given.metadata) };
  if (place.namespace !== "") metadata.namespace = place.namespace;
  const object = prepared(context, { ...given, metadata }, before);
  if (before === undefined) return store.put(fresh(context, resource, object));
  if (given.status === undefined && before.status !== undefined) object.status = before.status as Json;
  return putIfChanged(store, resource, before, object);
}

export interface Preconditions {
  readonly uid: string;
  readonly resourceVersion: string;
}

/** @returns the last state. Whatever is in a deleted namespace goes with it. */
export function deleteObject(
  { store }: Pick<WriteContext, "store">,
  { resource, ...place }: Place,
  preconditions: Preconditions = { uid: "", resourceVersion: "" },
): KubeObject {
  const object = store.get(resource.kind, keyOf(place));
  if (object === undefined) throw notFound(resource, place.name);
  for (const what of ["uid", "resourceVersion"] as const) {
    const wanted = preconditions[what];
    if (wanted === "" || wanted === object.metadata[what]) continue;
    const label = what === "uid" ? "UID" : "ResourceVersion";
    const why = `Precondition failed: ${label} in precondition: ${wanted}, ${label} in object meta: ${object.metadata[what]}`;
    throw conflict(resource, place.name, why);
  }
  if (resource.kind === "Namespace") emptyNamespace(store, place.name);
  return store.delete(resource.kind, keyOf(place)) ?? object;
}

function emptyNamespace(store: Store, namespace: string): void {
  for (const kind of store.kinds()) {
    for (const { metadata } of store.list(kind)) {
      if (metadata.namespace === namespace) store.delete(kind, keyOf(metadata));
    }
  }
}

/** What the body says, under the names that are stored. */
function decoded({ resource, namespace }: Place, body: Json): JsonObject {
  if (!isJsonObject(body)) throw badRequest("couldn't get version/kind; json parse error");
  const apiVersion = text(body, "apiVersion") || apiVersionOf(resource);
  const kind = text(body, "kind") || resource.kind;
  if (apiVersion !== apiVersionOf(resource) || kind !== resource.kind) {
    throw badRequest(
      `${kind} in version "${apiVersion}" cannot be handled as a ${resource.kind}: no kind "${kind}" is registered for version "${apiVersionOf(resource)}"`,
    );
  }
  requireMicroTimes(resource, body);
  const own = text(body, "metadata.namespace");
  if (resource.namespaced && own !== "" && own !== namespace) {
    throw badRequest("the namespace of the provided object does not match the namespace sent on the request");
  }
  const metadata = isJsonObject(body.metadata) ? body.metadata : {};
  return toStored(resource, {
    ...body,
    apiVersion,
    kind,
    metadata: { ...metadata, ...(resource.namespaced && { namespace }) },
  });
}

/** With defaults, and without what clients cannot set. */
function prepared({ store }: WriteContext, object: JsonObject, before: KubeObject | undefined): JsonObject {
  const {
    managedFields: _,
    generateName: __,
    ...metadata
  } = isJsonObject(object.metadata) ? object.metadata : {};
  return withDefaults(
    { ...object, metadata },
    () => nextAddress(store),
    before as unknown as JsonObject | undefined,
  );
}

function fresh({ now }: WriteContext, resource: Resource, object: JsonObject): KubeObject {
  return {
    ...object,
    metadata: {
      ...(object.metadata as JsonObject),
      uid: randomUUID(),
      creationTimestamp: new Date(now()).toISOString().replace(/\.\d+Z$/, "Z"),
      ...(resource.generation && { generation: 1 }),
    },
  } as unknown as KubeObject;
}

function replace(context: WriteContext, place: Place, before: KubeObject, given: JsonObject): KubeObject {
  const { resource, name, subresource } = place;
  const version = text(given, "metadata.resourceVersion");
  if (version !== "" && version !== before.metadata.resourceVersion) throw conflict(resource, name);
  const uid = text(given, "metadata.uid");
  if (uid !== "" && uid !== before.metadata.uid) {
    const why = `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${before.metadata.uid}`;
    throw conflict(resource, name, why);
  }
  const old = before as unknown as JsonObject;
  if (subresource === "status") {
    const object = prepared(context, { ...old, status: given.status ?? {} }, before);
    validateStatus(resource, object);
    return putIfChanged(context.store, resource, before, object);
  }
  const merged = resource.status
    ? { ...given, ...(old.status !== undefined && { status: old.status }) }
    : given;
  const object = prepared(context, merged, before);
  validate(resource, object, old);
  return putIfChanged(context.store, resource, before, object);
}

/** What nobody changes is taken from the object that is there; nothing is written when the rest is the same. */
function putIfChanged(store: Store, resource: Resource, before: KubeObject, object: JsonObject): KubeObject {
  const { uid, creationTimestamp, resourceVersion, generation } = before.metadata;
  const metadata = { ...(object.metadata as JsonObject), uid, creationTimestamp, resourceVersion };
  const next = { ...object, metadata: { ...metadata, ...(generation !== undefined && { generation }) } };
  if (isDeepStrictEqual(next, before)) return before;
  const moved = resource.generation && !isDeepStrictEqual(desired(next), desired(before));
  const counted = moved ? { ...next.metadata, generation: (generation ?? 0) + 1 } : next.metadata;
  return store.put({ ...next, metadata: counted } as unknown as KubeObject);
}

/** Everything but metadata and status. */
function desired(object: Readonly<Record<string, unknown>>): unknown {
  return { ...object, metadata: undefined, status: undefined };
}

/** The first of 10.96.0.0/16 that no Service has. */
function nextAddress(store: Store): string {
  const taken = new Set(store.list("Service").map((service) => field(service, "spec.clusterIP")));
  for (let i = 10; ; i++) {
    const address = `10.96.${i >> 8}.${i & 255}`;
    if (!taken.has(address)) return address;
  }
}
