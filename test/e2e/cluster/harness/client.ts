/** The cluster over its public API, as any client has it: nothing here is the agent's. */
import { once } from "node:events";
import http, { type IncomingMessage, type RequestOptions } from "node:http";
import https from "node:https";
import { createInterface } from "node:readline";
import { KubeConfig } from "@kubernetes/client-node";
import { apiVersionOf, resourceOfKind } from "../../../kubernetes/api-server/kinds.ts";
import type { KubeObject } from "../../../kubernetes/api-server/object.ts";

export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly [field: string]: unknown };
  readonly [field: string]: unknown;
}

/** Before a server that does not answer is asked again. */
const AWAY_MS = 50;

export class RefusedError extends Error {
  override name = "RefusedError";
  readonly code: number;

  constructor(operation: string, code: number, body: string) {
    super(`${operation}: ${code} ${body}`);
    this.code = code;
  }
}

/** Works in one namespace; kinds without namespaces are reached as well. */
export class ClusterClient {
  readonly namespace: string;
  readonly #url: string;
  readonly #options: https.RequestOptions;

  private constructor(namespace: string, url: string, options: https.RequestOptions) {
    this.namespace = namespace;
    this.#url = url;
    this.#options = options;
  }

  /** @param kubeconfig a file. */
  static async load(kubeconfig: string, namespace: string): Promise<ClusterClient> {
    const config = new KubeConfig();
    config.loadFromFile(kubeconfig);
    const cluster = config.getCurrentCluster();
    if (cluster === null) throw new Error(`${kubeconfig} names no cluster`);
    const options: https.RequestOptions = {};
    await config.applyToHTTPSOptions(options);
    return new ClusterClient(namespace, cluster.server.replace(/\/$/, ""), options);
  }

  /** Creates the object, or replaces the one that there is. */
  async put(object: Manifest): Promise<KubeObject> {
    const { kind, metadata } = object;
    try {
      return await this.#json("POST", this.path(kind), object);
    } catch (error) {
      if (!(error instanceof RefusedError) || error.code !== 409) throw error;
    }
    for (;;) {
      const { resourceVersion } = (await this.get(kind, metadata.name)).metadata;
      const next = { ...object, metadata: { ...metadata, resourceVersion } };
      try {
        return await this.#json("PUT", this.path(kind, metadata.name), next);
      } catch (error) {
        // The agent wrote its status in between.
        if (!(error instanceof RefusedError) || error.code !== 409) throw error;
      }
    }
  }

  async putAll(objects: readonly Manifest[]): Promise<void> {
    for (const object of objects) await this.put(object);
  }

  get(kind: string, name: string): Promise<KubeObject> {
    return this.#json("GET", this.path(kind, name));
  }

  /** What is not there is removed already. */
  async remove(kind: string, name: string): Promise<void> {
    try {
      await this.#json("DELETE", this.path(kind, name));
    } catch (error) {
      if (!(error instanceof RefusedError) || error.code !== 404) throw error;
    }
  }

  /** All of the namespace's. */
  async removeAll(kind: string): Promise<void> {
    for (const { metadata } of (await this.#list(kind, "")).items) await this.remove(kind, metadata.name);
  }

  /** Lets a namespace go whose finalizer nobody is there to honour. */
  async finalize(namespace: KubeObject): Promise<void> {
    const path = `${this.path("Namespace", namespace.metadata.name)}/finalize`;
    await this.#json("PUT", path, { ...namespace, spec: { finalizers: [] } });
  }

  /** Resolves with the object, or with `undefined` while there is none, as soon as that is what is hoped for. */
  async until(
    kind: string,
    name: string,
    hoped: (object: KubeObject | undefined) => boolean,
  ): Promise<KubeObject | undefined> {
    const found = await this.untilAll(kind, ([object]) => hoped(object), `metadata.name=${name}`);
    return found[0];
  }

  /** The same of all the namespace's objects of a kind. Watches, and comes back when the server was away. */
  async untilAll(
    kind: string,
    hoped: (objects: readonly KubeObject[]) => boolean,
    fieldSelector = "",
  ): Promise<readonly KubeObject[]> {
    for (;;) {
      try {
        const found = await this.#watch(kind, hoped, fieldSelector);
        if (found !== undefined) return found;
      } catch (error) {
        if (error instanceof RefusedError) throw error;
        await new Promise((resolve) => setTimeout(resolve, AWAY_MS));
      }
    }
  }

  /** `undefined` when the watch ended before. */
  async #watch(
    kind: string,
    hoped: (objects: readonly KubeObject[]) => boolean,
    fieldSelector: string,
  ): Promise<readonly KubeObject[] | undefined> {
    const selector = `fieldSelector=${encodeURIComponent(fieldSelector)}`;
    const { items, metadata } = await this.#list(kind, fieldSelector);
    const objects = new Map(items.map((object) => [object.metadata.name, object]));
    if (hoped([...objects.values()])) return [...objects.values()];
    const query = `watch=1&resourceVersion=${metadata.resourceVersion}&${selector}`;
    const response = await this.#request("GET", `${this.path(kind)}?${query}`);
    try {
      for await (const line of createInterface({ input: response })) {
        const { type, object } = JSON.parse(line) as { type: string; object: KubeObject };
        if (type === "ERROR") return undefined;
        if (type === "DELETED") objects.delete(object.metadata.name);
        else objects.set(object.metadata.name, object);
        if (hoped([...objects.values()])) return [...objects.values()];
      }
    } finally {
      response.destroy();
    }
    return undefined;
  }

  path(kind: string, name = ""): string {
    const resource = resourceOfKind(kind);
    const root = resource.group === "" ? "/api" : "/apis";
    const within = resource.namespaced ? `namespaces/${this.namespace}/` : "";
    const suffix = name === "" ? "" : `/${name}`;
    return `${root}/${apiVersionOf(resource)}/${within}${resource.plural}${suffix}`;
  }

  #list(
    kind: string,
    fieldSelector: string,
  ): Promise<{
    readonly metadata: { readonly resourceVersion: string };
    readonly items: readonly KubeObject[];
  }> {
    return this.#json("GET", `${this.path(kind)}?fieldSelector=${encodeURIComponent(fieldSelector)}`);
  }

  async #json<T>(method: string, path: string, body?: object): Promise<T> {
    const response = await this.#request(method, path, body);
    const chunks: Buffer[] = [];
    for await (const chunk of response) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString();
    const code = response.statusCode ?? 0;
    if (code < 200 || code > 299) throw new RefusedError(`${method} ${path}`, code, text);
    return JSON.parse(text) as T;
  }

  async #request(method: string, path: string, body?: object): Promise<IncomingMessage> {
    const url = `${this.#url}${path}`;
    const options: RequestOptions = {
      ...this.#options,
      agent: false,
      method,
      headers: {
        ...(this.#options.headers as Record<string, string> | undefined),
        "content-type": "application/json",
      },
    };
    const request = url.startsWith("https:") ? https.request(url, options) : http.request(url, options);
    request.end(body === undefined ? undefined : JSON.stringify(body));
    const [response] = (await once(request, "response")) as [IncomingMessage];
    return response;
  }
}
