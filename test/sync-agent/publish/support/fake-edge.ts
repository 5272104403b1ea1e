import { decodeRoot, type Root, type Verifier } from "../../../../contract/index.ts";

export interface FakeEdge {
  readonly fetch: typeof fetch;
  text: string | undefined;
  root: Root | undefined;
  /** Asked before each request. */
  down: () => boolean;
  /** `GET` and `PUT`, in their order. */
  readonly requests: string[];
}

export const HEAD_URL = "http://edge.lintel.test:8080/head";

/** Takes and gives roots as an edge's head endpoint does. */
export function createFakeEdge(verifier: Verifier): FakeEdge {
  const edge: FakeEdge = {
    text: undefined,
    root: undefined,
    down: () => false,
    requests: [],
    async fetch(_url, init) {
      const method = init?.method ?? "GET";
      edge.requests.push(method);
      if (edge.down()) throw new TypeError("fetch failed");
      if (method === "GET") {
        return edge.text === undefined ? new Response("none", { status: 404 }) : new Response(edge.text);
      }
      const text = await new Response(init?.body ?? null).text();
      let root: Root;
      try {
        root = await decodeRoot(text, verifier);
      } catch (error) {
        return new Response(String(error), { status: 422 });
      }
      const held = edge.root?.generation ?? 0;
      if (text !== edge.text && held >= root.generation) return new Response("newer", { status: 409 });
      edge.text = text;
      edge.root = root;
      return Response.json({ generation: root.generation });
    },
  };
  return edge;
}
