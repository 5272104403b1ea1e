/** The edge on the same Ingresses: the listener's reading of a request, the compiler, and the Worker's data path. */
import { readFile } from "node:fs/promises";
import { loadSealer, type Records, type Root } from "../../../contract/index.ts";
import { http1Head, isRefusal } from "../../../embedded-edge/listener/request-head.ts";
import { compile } from "../../../sync-agent/compile/compile.ts";
import { createIngress, type Ingress } from "../../../worker/ingress/handler.ts";
import { requestIdOf } from "../../../worker/ingress/headers.ts";
import { TargetError } from "../../../worker/ingress/target-fetch.ts";
import type { SnapshotView } from "../../../worker/snapshot/view.ts";
import { parseDocuments, stateOf } from "../../sync-agent/compile/support/manifests.ts";
import type { Outcome } from "./server.ts";

const ROUTE = "x-route";

export class Edge {
  readonly #ingress: Ingress;
  readonly #view: SnapshotView;

  private constructor(ingress: Ingress, view: SnapshotView) {
    this.#ingress = ingress;
    this.#view = view;
  }

  static async start(): Promise<Edge> {
    const text = await readFile(new URL("./manifests.yaml", import.meta.url), "utf8");
    const { records, warnings } = await compile(stateOf(parseDocuments(text)), {
      ingressClass: "lintel",
      adoptedClasses: [],
      systemHost: undefined,
      dns: { domain: "cluster.local", ttl: 5, pods: "insecure" },
      now: 0,
      sealer: await loadSealer("AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA="),
    });
    if (warnings.length > 0) throw new Error(`not as they are meant: ${JSON.stringify(warnings)}`);
    return new Edge(ingressOf(), viewOf(records));
  }

  async ask(host: string, target: string): Promise<Outcome> {
    const head = http1Head("GET", target, ["Host", host]);
    if (isRefusal(head)) return { status: head.status };
    const url = new URL(`http://${host}${head.path}`);
    const request = new Request(url, { headers: { host } });
    const client = { address: "192.0.2.1", scheme: "http", port: 80 } as const;
    const incoming = { request, url, client, requestId: requestIdOf(request.headers) };
    const response = await this.#ingress(this.#view, incoming);
    const location = response.headers.get("location");
    const route = response.headers.get(ROUTE);
    return {
      status: response.status,
      ...(location !== null && { location }),
      ...(route !== null && { route, upstream: await response.text() }),
    };
  }
}

/** With an upstream that answers with what it would receive. */
function ingressOf(): Ingress {
  const proxy = async ({ route, outgoing }: Parameters<Parameters<typeof createIngress>[0]>[0]) => {
    const { type, value } = route.match.path;
    const name = route.ingress.replace("test/", "");
    return new Response(outgoing.target, {
      headers: { [ROUTE]: `${name} ${type === "Exact" ? "=" : ""}${value.replaceAll("$", "")}` },
    });
  };
  const nowhere = async () => {
    throw new TargetError("no route of these has a target");
  };
  return createIngress(proxy, ({ status, detail }) => new Response(detail, { status }), {
    waitUntil: () => undefined,
    now: () => 0,
    random: () => 0,
    delay: async () => undefined,
    log: () => undefined,
    targets: () => nowhere,
    caching: undefined,
  });
}

function viewOf(records: Records): SnapshotView {
  return { root: {} as Root, get: (section, key) => records[section].get(key) };
}
