import { describe, expect, test } from "vitest";
import { createEdgeHead } from "../../../sync-agent/publish/edge-head.ts";
import { HEAD_URL } from "./support/fake-edge.ts";

interface Sent {
  readonly url: string;
  readonly init: RequestInit | undefined;
}

/** An edge that gives one answer, and the requests that it got. */
function answering(answer: () => Response | Promise<Response>) {
  const requests: Sent[] = [];
  const fetchHead: typeof fetch = async (url, init) => {
    requests.push({ url: new Request(url).url, init });
    return answer();
  };
  return { head: createEdgeHead(HEAD_URL, fetchHead, 5000), requests };
}

describe("get", () => {
  test("gives the text of the root", async () => {
    const { head, requests } = answering(() => new Response("root"));
    expect(await head.get()).toBe("root");
    expect(requests).toMatchObject([{ url: HEAD_URL, init: { method: "GET", redirect: "manual" } }]);
  });

  test("gives nothing while the edge has none", async () => {
    expect(await answering(() => new Response("none", { status: 404 })).head.get()).toBeUndefined();
  });

  test("names what another answer means", async () => {
    const { head } = answering(() => new Response("starting", { status: 503 }));
    await expect(head.get()).rejects.toMatchObject({
      reason: "unavailable",
      operation: `read the head of the edge at ${HEAD_URL}`,
      message: expect.stringContaining("answered 503 (starting)") as string,
    });
  });
});

describe("put", () => {
  test("sends the root as text", async () => {
    const { head, requests } = answering(() => Response.json({ generation: 7 }));
    expect(await head.put("root", 7)).toBe("taken");
    expect(requests).toMatchObject([
      { url: HEAD_URL, init: { method: "PUT", body: "root", headers: { "content-type": "text/plain" } } },
    ]);
  });

  test("says when the edge holds something newer", async () => {
    expect(await answering(() => new Response("", { status: 409 })).head.put("root", 7)).toBe("overtaken");
  });

  test.each<[string, () => Response, { reason: string; message: RegExp }]>([
    [
      "a root that the edge refuses",
      () => new Response("bad signature", { status: 422 }),
      { reason: "keys", message: /answered 422 \(bad signature\); .*LINTEL_PUBLIC_KEY/ },
    ],
    [
      "a fault of the edge",
      () => new Response("", { status: 500 }),
      { reason: "unavailable", message: /answered 500;/ },
    ],
    ["too many requests", () => new Response("", { status: 429 }), { reason: "limited", message: /429/ }],
    [
      "a path that is not there",
      () => new Response("", { status: 404 }),
      { reason: "rejected", message: /\/head$/ },
    ],
    [
      "a redirect",
      () => new Response(null, { status: 308, headers: { location: "https://example" } }),
      { reason: "rejected", message: /answered 308/ },
    ],
    [
      "an application that answers everything",
      () => new Response("<html>hello"),
      { reason: "rejected", message: /not as the head of an edge does/ },
    ],
    [
      "an edge that says another generation",
      () => Response.json({ generation: 6 }),
      { reason: "rejected", message: /not as the head of an edge does/ },
    ],
  ])("%s", async (_name, answer, expected) => {
    await expect(answering(answer).head.put("root", 7)).rejects.toMatchObject({
      name: "PublishError",
      operation: `put generation 7 to the edge at ${HEAD_URL}`,
      reason: expected.reason,
      message: expect.stringMatching(expected.message) as string,
    });
  });

  test("an edge that cannot be reached, with the cause", async () => {
    const { head } = answering(() => {
      throw new TypeError("fetch failed", { cause: new Error("connect ECONNREFUSED 127.0.0.1:8080") });
    });
    await expect(head.put("root", 7)).rejects.toMatchObject({
      reason: "unavailable",
      message: expect.stringContaining("fetch failed: connect ECONNREFUSED 127.0.0.1:8080") as string,
    });
  });

  test("is given up when the agent stops", async () => {
    const abort = new AbortController();
    const fetchHead: typeof fetch = (_url, init) =>
      new Promise((_resolve, reject) => {
        init?.signal?.addEventListener("abort", () => {
          reject(new Error("aborted"));
        });
      });
    const put = createEdgeHead(HEAD_URL, fetchHead).put("root", 7, abort.signal);
    abort.abort();
    await expect(put).rejects.toMatchObject({ reason: "unavailable" });
  });

  test("is given up after the timeout", async () => {
    const fetchHead: typeof fetch = (_url, init) =>
      new Promise((_resolve, reject) => {
        init?.signal?.addEventListener("abort", () => {
          reject(init.signal?.reason as Error);
        });
      });
    await expect(createEdgeHead(HEAD_URL, fetchHead, 1).put("root", 7)).rejects.toMatchObject({
      reason: "unavailable",
      message: expect.stringContaining("timeout") as string,
    });
  });
});
