import { writeFile } from "node:fs/promises";
import { join } from "node:path";

/**
 * A stand-in for the Worker's bundle:
 * - `/head` keeps a text in the Durable Object (PUT), and gives it back
 * - `/kv/<key>` gives what KV holds
 * - `/pod/<port>/<path>` asks the gateway for a path on a port of 127.0.0.1
 * - `/outside?<url>` asks for a URL over the public network
 * - `/log` logs, `/facts` tells the header that the listener wrote, `/vars` tells the variables
 */
const SCRIPT = `
import { DurableObject } from "cloudflare:workers";

export class HeadObject extends DurableObject {
  async fetch(request) {
    if (request.method === "PUT") await this.ctx.storage.put("text", await request.text());
    return new Response((await this.ctx.storage.get("text")) ?? "nothing");
  }
}

export default {
  async fetch(request, env) {
    const url = new URL(request.url);
    if (url.pathname === "/head") return env.HEAD.get(env.HEAD.idFromName("head")).fetch(request);
    if (url.pathname.startsWith("/kv/")) return new Response((await env.KV.get(url.pathname.slice(4))) ?? "nothing");
    if (url.pathname.startsWith("/pod/")) {
      const [, , port, ...path] = url.pathname.split("/");
      const forwarded = new Request("http://pod.example/" + path.join("/"), request);
      forwarded.headers.set("lintel-upstream", "http://127.0.0.1:" + port);
      forwarded.headers.set("lintel-secret", env.LINTEL_GATEWAY_SECRET);
      forwarded.headers.set("lintel-host", "shop.example");
      return env.CLUSTER.fetch(forwarded);
    }
    if (url.pathname === "/outside") {
      const outcome = env.INTERNET.fetch(decodeURIComponent(url.search.slice(1)));
      return outcome.then(() => new Response("answered"), () => new Response("refused"));
    }
    if (url.pathname === "/log") {
      console.log("said by the worker");
      return new Response();
    }
    if (url.pathname === "/vars") {
      return Response.json(Object.fromEntries(Object.entries(env).filter(([, value]) => typeof value === "string")));
    }
    return new Response(request.url + " " + request.headers.get("lintel-client"));
  },
};
`;

export async function writeBundle(folder: string): Promise<string> {
  const file = join(folder, "bundle.js");
  await writeFile(file, SCRIPT);
  return file;
}
