/** What a request asks for, in the terms that RBAC and the log use. */
import type { IncomingMessage } from "node:http";
import { findResource, type Resource, VERSION } from "./kinds.ts";
import { nameInFields } from "./selectors.ts";

/** A request as it arrived. What it does not have is absent. */
export interface ApiRequest {
  /** As RBAC names it: `list`, `watch`, `get`, `create`, `update`, `patch`, `delete`, `deletecollection`. */
  readonly verb: string;
  /** `ingresses`; empty for paths that are no resource's. */
  readonly resource: string;
  /** Absent for the core group. */
  readonly group?: string;
  readonly subresource?: string;
  readonly namespace?: string;
  readonly name?: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly userAgent: string;
  /** Milliseconds since 1970. */
  readonly time: number;
}

export interface RequestMatch {
  readonly verb?: string;
  readonly resource?: string;
  readonly subresource?: string;
  readonly namespace?: string;
  readonly name?: string;
}

/** Every field that the match has is the request's. `subresource: ""` is a request without one. */
export function matches(request: ApiRequest, match: RequestMatch): boolean {
  const names = ["verb", "resource", "subresource", "namespace", "name"] as const;
  return names.every((name) => match[name] === undefined || match[name] === (request[name] ?? ""));
}

export interface Parsed {
  readonly request: ApiRequest;
  /** `undefined` for what the server does not have. */
  readonly resource: Resource | undefined;
}

export function parseRequest({ method = "GET", url = "/", headers }: IncomingMessage, now: number): Parsed {
  const { pathname, searchParams } = new URL(url, "http://server");
  const query = Object.fromEntries(searchParams);
  const { group, plural, namespace, name, subresource } = parsePath(pathname);
  const isWatch = method === "GET" && ["true", "1"].includes(query["watch"] ?? "");
  const verb = isWatch ? "watch" : verbOf(method, name !== "");
  const named = name === "" && plural !== "" ? nameInFields(query["fieldSelector"] ?? "") : name;
  const request = {
    verb,
    resource: plural,
    ...(group !== "" && { group }),
    ...(subresource !== "" && { subresource }),
    ...(namespace !== "" && { namespace }),
    ...(named !== "" && { name: named }),
    path: pathname,
    query,
    userAgent: headers["user-agent"] ?? "",
    time: now,
  };
  return { request, resource: plural === "" ? undefined : findResource(group, plural) };
}

function verbOf(method: string, hasName: boolean): string {
  switch (method) {
    case "POST":
      return "create";
    case "PUT":
      return "update";
    case "PATCH":
      return "patch";
    case "DELETE":
      return hasName ? "delete" : "deletecollection";
    default:
      return hasName ? "get" : "list";
  }
}

interface Path {
  readonly group: string;
  readonly plural: string;
  readonly namespace: string;
  readonly name: string;
  readonly subresource: string;
}

/** `/api/v1/…` or `/apis/GROUP/v1/…`, then `[namespaces/NAMESPACE/]PLURAL[/NAME[/SUBRESOURCE]]`. */
function parsePath(path: string): Path {
  const parts = path
    .split("/")
    .filter((part) => part !== "")
    .map(decodeURIComponent);
  const [root, second = "", third = ""] = parts;
  const none = { group: "", plural: "", namespace: "", name: "", subresource: "" };
  const isCore = root === "api" && second === VERSION;
  if (!isCore && !(root === "apis" && third === VERSION)) return none;
  const group = isCore ? "" : second;
  const rest = parts.slice(isCore ? 2 : 3);
  const [first = "", namespace = "", plural = "", name = "", subresource = ""] = rest;
  // A namespace's own name counts as the request's namespace, too.
  const isOfNamespace = first === "namespaces" && rest.length > 2 && !["status", "finalize"].includes(plural);
  if (isOfNamespace) return { group, plural, namespace, name, subresource };
  const own = first === "namespaces" ? namespace : "";
  return { group, plural: first, namespace: own, name: namespace, subresource: plural };
}
