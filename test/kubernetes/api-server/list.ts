/** Lists (Kubernetes API concepts, "Retrieving large results sets in chunks" and "Resource versions"). */
import { toShown } from "./event-fields.ts";
import { apiVersionOf, type Resource } from "./kinds.ts";
import { keyOf, type ObjectMeta } from "./object.ts";
import { parseSelectors } from "./selectors.ts";
import { ApiError, badRequest, expired, tooLarge } from "./status.ts";
import type { Store } from "./store.ts";

export interface KubeList {
  readonly kind: string;
  readonly apiVersion: string;
  readonly metadata: {
    readonly resourceVersion: string;
    readonly continue?: string;
    readonly remainingItemCount?: number;
  };
  /** Without their apiVersion and kind, which the list's own imply. */
  readonly items: readonly { readonly metadata: ObjectMeta; readonly [field: string]: unknown }[];
}

type Query = Readonly<Record<string, string>>;

const STALE_TOKEN =
  "The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter.";
const STALE_VERSION = "The resourceVersion for the provided list is too old.";

/**
 * @param namespace empty for all.
 * @throws ApiError 400, 410 for what is compacted, 504 for a resource version of the future.
 */
export function listObjects(store: Store, resource: Resource, namespace: string, query: Query): KubeList {
  const { labelSelector = "", fieldSelector = "" } = query;
  const isSelected = parseSelectors(resource, labelSelector, fieldSelector);
  const { revision, after } = whence(store, query);
  const found = store
    .listAt(resource.kind, revision)
    .filter((object) => namespace === "" || object.metadata.namespace === namespace)
    .filter((object) => isSelected(object) && keyOf(object.metadata) > after);
  // What is answered from the watch cache comes whole.
  const limit = query["resourceVersion"] === "0" ? 0 : Number(query["limit"] ?? 0);
  const items = limit > 0 ? found.slice(0, limit) : found;
  const last = items.at(-1);
  const rest = found.length - items.length;
  return {
    kind: `${resource.kind}List`,
    apiVersion: apiVersionOf(resource),
    metadata: {
      resourceVersion: String(revision),
      ...(rest > 0 && last && { continue: encodeToken({ revision, after: keyOf(last.metadata) }) }),
      ...(rest > 0 && labelSelector === "" && fieldSelector === "" && { remainingItemCount: rest }),
    },
    items: items.map((object) => {
      const { apiVersion: _, kind: __, ...item } = toShown(resource, object);
      return item;
    }),
  };
}

interface Token {
  readonly revision: number;
  /** The key of the last object before. */
  readonly after: string;
}

/** Of which moment the list is, and where it begins. */
function whence(store: Store, query: Query): Token {
  const { continue: token = "", resourceVersion = "", resourceVersionMatch = "" } = query;
  if (token !== "") {
    if (resourceVersion !== "" && resourceVersion !== "0") {
      throw badRequest("specifying resource version is not allowed when using continue");
    }
    const decoded = decodeToken(token);
    if (decoded.revision < store.oldest) throw expired(STALE_TOKEN);
    return decoded;
  }
  const asked = parseRevision(resourceVersion);
  if (resourceVersionMatch !== "" && resourceVersion === "") {
    throw badRequest("resourceVersionMatch is forbidden unless resourceVersion is provided");
  }
  if (asked > store.revision) throw tooLarge(asked, store.revision);
  // Without resourceVersionMatch, a limit makes it exact.
  const isExact =
    resourceVersionMatch === "Exact" ||
    (resourceVersionMatch === "" && asked > 0 && Number(query["limit"] ?? 0) > 0);
  if (!isExact) return { revision: store.revision, after: "" };
  if (asked < store.oldest) throw expired(STALE_VERSION);
  return { revision: asked, after: "" };
}

/** 0 for none. @throws ApiError 400 */
export function parseRevision(text: string): number {
  if (/^\d*$/.test(text)) return Number(text);
  throw badRequest(
    `resourceVersion: Invalid value: "${text}": strconv.ParseUint: parsing "${text}": invalid syntax`,
  );
}

function encodeToken(token: Token): string {
  return Buffer.from(JSON.stringify(token)).toString("base64url");
}

function decodeToken(token: string): Token {
  try {
    return JSON.parse(Buffer.from(token, "base64url").toString()) as Token;
  } catch (cause) {
    throw new ApiError(400, "BadRequest", `continue key is not valid: ${String(cause)}`);
  }
}
