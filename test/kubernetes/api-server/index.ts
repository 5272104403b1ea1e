/**
 * A Kubernetes API server within the test's process, over real sockets: the resources that Lintel reads and writes, as
 * kube-apiserver 1.36 answers for them, with faults on demand. There are no controllers and no admission, except that
 * a deleted namespace takes what is in it along at once.
 */
import { rm } from "node:fs/promises";
import { issueAuthority, issueLeaf, openAuthority } from "../../../embedded-edge/certificates/issue.ts";
import { Access, type DenyRule, type Grant } from "./access.ts";
import { type FailRule, Faults } from "./faults.ts";
import { type KubeconfigOptions, writeKubeconfig } from "./kubeconfig.ts";
import { type Resource, resourceOfKind } from "./kinds.ts";
import { type JsonObject, type KubeObject, text } from "./object.ts";
import type { ApiRequest, RequestMatch } from "./request.ts";
import { RequestLog } from "./request-log.ts";
import { ApiListener } from "./server.ts";
import { Store } from "./store.ts";
import { Watches } from "./watches.ts";
import { applyObject, deleteObject, type Place } from "./write.ts";

export type { DenyRule, Grant, PolicyRule } from "./access.ts";
export type { Fault, FailRule } from "./faults.ts";
export type { KubeconfigOptions } from "./kubeconfig.ts";
export type { KubeObject, ObjectMeta } from "./object.ts";
export type { ApiRequest, RequestMatch } from "./request.ts";

export interface ApiServerOptions {
  /** HTTPS on 127.0.0.1, with a certificate by an authority of its own. */
  readonly tls?: boolean;
  /** Bearer tokens that are let in. Without, everybody is. */
  readonly tokens?: readonly string[];
  /** Who the client is, in the words of refusals. */
  readonly user?: string;
  /** Whether watches understand `sendInitialEvents`, as they do since 1.32; else it is refused with 422. */
  readonly watchList?: boolean;
  /** How often watches get a bookmark, in milliseconds. Without, on demand only. */
  readonly bookmarkEvery?: number;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
}

export interface ApiServer {
  /** Without a slash at its end. */
  readonly url: string;
  /** PEM of the authority; `undefined` without TLS. */
  readonly ca: string | undefined;
  /** Writes a kubeconfig into a new temporary folder, which goes with close(). Resolves with its path. */
  kubeconfig(options?: KubeconfigOptions): Promise<string>;

  /**
   * Creates or replaces, as `kubectl apply`: assigns uid, resourceVersion, creationTimestamp and the server's defaults;
   * the namespace is `default` unless given, and created when missing. Nothing is validated, and a status is taken when
   * the object has one (kept when it has none).
   */
  apply(object: object): KubeObject;
  /** @param key `namespace/name`, or `/name`. @throws when there is none. */
  remove(kind: string, key: string): void;
  get(kind: string, key: string): KubeObject | undefined;
  /** In the order of their keys. */
  list(kind: string): readonly KubeObject[];
  /** Resolves with the object as soon as it satisfies; with `undefined` when that is what satisfies. */
  until(
    kind: string,
    key: string,
    predicate: (object: KubeObject | undefined) => boolean,
  ): Promise<KubeObject | undefined>;

  /** All that arrived so far. */
  readonly requests: readonly ApiRequest[];
  /** Resolves with the next one that arrives after this call. */
  nextRequest(match: RequestMatch): Promise<ApiRequest>;
  /** How many watches are open. */
  readonly watching: number;

  /** Each of these returns what takes it back. */
  fail(rule: FailRule): () => void;
  deny(rule: DenyRule): () => void;
  /** Allows what these rules say and nothing else; `undefined` everything. */
  setGrants(grants: readonly Grant[] | undefined): void;
  /** From now on others get 401; `undefined` lets everybody in. */
  setTokens(tokens: readonly string[] | undefined): void;

  /**
   * Compaction: resource versions from before are gone. Exact lists and continue tokens get 410, watches an ERROR event
   * with such a Status, those that are running too.
   */
  expire(): void;
  /** A bookmark to the running watches that want them. */
  bookmark(resource?: string): void;
  /** Running watches that match send nothing any more, until what this returns is called. */
  silence(match?: RequestMatch): () => void;
  /** The next so many changes do not reach the watches that are running. */
  dropEvents(resource: string, count: number): void;
  /** The server ends streams, as it does after timeoutSeconds; or their connections break. */
  closeWatches(match?: RequestMatch, how?: "end" | "reset"): void;

  /** Cuts every connection and stops listening; the objects stay. */
  stop(): Promise<void>;
  /** Listens again, on the same port. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

const DEFAULT_USER = "system:serviceaccount:lintel-system:lintel";

export async function startApiServer(options: ApiServerOptions = {}): Promise<ApiServer> {
  const { now = Date.now, user = DEFAULT_USER, tokens, watchList = true, bookmarkEvery } = options;
  const store = new Store();
  const access = new Access(user, tokens);
  const faults = new Faults();
  const log = new RequestLog();
  const watches = new Watches(store, watchList);
  const identity = options.tls === true ? await issueIdentity(now()) : undefined;
  const listener = new ApiListener({ store, access, faults, log, watches, now, tls: identity?.leaf });
  const folders: string[] = [];
  const context = { store, now };
  const put = (resource: Resource, object: JsonObject) =>
    applyObject(context, placeOf(resource, object), object);
  const ensureNamespace = (name: string) => {
    if (name === "" || store.get("Namespace", `/${name}`) !== undefined) return;
    put(resourceOfKind("Namespace"), { apiVersion: "v1", kind: "Namespace", metadata: { name } });
  };
  for (const name of ["default", "kube-system"]) ensureNamespace(name);
  await listener.listen();
  const bookmarks =
    bookmarkEvery === undefined ? undefined : setInterval(() => watches.bookmark(), bookmarkEvery);

  return {
    url: listener.url,
    ca: identity?.ca,
    requests: log.requests,
    get watching() {
      return watches.running;
    },
    async kubeconfig(kubeconfig = {}) {
      const { folder, file } = await writeKubeconfig(listener.url, identity?.ca, kubeconfig);
      folders.push(folder);
      return file;
    },
    apply(object) {
      const resource = resourceOfKind(text(object, "kind"), text(object, "apiVersion"));
      ensureNamespace(placeOf(resource, object).namespace);
      return put(resource, object as JsonObject);
    },
    remove(kind, key) {
      const [namespace = "", name = ""] = key.split("/");
      deleteObject(context, { resource: resourceOfKind(kind), namespace, name, subresource: "" });
    },
    get: (kind, key) => store.get(kind, key),
    list: (kind) => store.list(kind),
    until(kind, key, predicate) {
      const present = store.get(kind, key);
      if (predicate(present)) return Promise.resolve(present);
      const { promise, resolve } = Promise.withResolvers<KubeObject | undefined>();
      const stop = store.onChange((change) => {
        if (change.kind !== kind || change.key !== key || !predicate(change.after)) return;
        stop();
        resolve(change.after);
      });
      return promise;
    },
    nextRequest: (match) => log.next(match),
    fail: (rule) => faults.add(rule),
    deny: (rule) => access.deny(rule),
    setGrants: (grants) => access.setGrants(grants),
    setTokens: (next) => access.setTokens(next),
    expire() {
      store.compact();
      watches.expire();
    },
    bookmark: (resource) => watches.bookmark(resource),
    silence: (match = {}) => watches.silence(match),
    dropEvents: (resource, count) => watches.drop(resource, count),
    closeWatches: (match = {}, how = "end") => watches.close(match, how),
    stop: () => listener.close(),
    restart: () => listener.listen(),
    async close() {
      clearInterval(bookmarks);
      await listener.close();
      await Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true })));
    },
  };
}

function placeOf(resource: Resource, object: unknown): Place {
  const namespace = resource.namespaced ? text(object, "metadata.namespace") || "default" : "";
  return { resource, namespace, name: text(object, "metadata.name"), subresource: "" };
}

async function issueIdentity(now: number): Promise<{ ca: string; leaf: { cert: string; key: string } }> {
  const authority = await issueAuthority(now);
  const names = { dns: ["localhost"], addresses: ["127.0.0.1"] } as const;
  const leaf = await issueLeaf(await openAuthority(authority), names, now);
  return { ca: authority.cert, leaf };
}
