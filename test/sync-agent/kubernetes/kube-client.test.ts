import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setImmediate as turn } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { KubeError, type KubeRequest } from "../../../sync-agent/kubernetes/client.ts";
import { type ClosableKubeClient, createKubeClient } from "../../../sync-agent/kubernetes/kube-client.ts";
import { KubeSilenceError } from "../../../sync-agent/kubernetes/silence-error.ts";
import { respond, type Server, startServer } from "./http-server.ts";

type Answer = (request: IncomingMessage, response: ServerResponse, body: string) => void;

let server: Server;
let client: ClosableKubeClient;
let answer: Answer;
let seen: { method: string; url: string; headers: IncomingMessage["headers"]; body: string }[];

beforeEach(async () => {
  seen = [];
  answer = (_, response) => respond(response, 200, { kind: "OK" });
  server = await startServer((request, response, body) => {
    seen.push({ method: request.method ?? "", url: request.url ?? "", headers: request.headers, body });
    answer(request, response, body);
  });
  client = await createKubeClient({ kubeconfig: await server.kubeconfig(), userAgent: "lintel-test/1" });
});
afterEach(async () => {
  await client.close();
  await server.close();
});

const get = { method: "GET", path: "/api/v1/services" } as const;
const status = (code: number, message: string) => ({ kind: "Status", code, reason: "Some", message });

async function failureOf(promise: Promise<unknown>): Promise<KubeError> {
  const error = await promise.then(
    (value) => value,
    (error: unknown) => error,
  );
  expect(error).toBeInstanceOf(KubeError);
  return error as KubeError;
}

async function read(request: KubeRequest, silenceMs = 5000): Promise<string[]> {
  const lines: string[] = [];
  for await (const line of client.lines(request, silenceMs)) lines.push(line);
  return lines;
}

describe("one answer", () => {
  test("is asked for with credentials, query and user agent", async () => {
    const query = { limit: "500", continue: undefined, fieldSelector: "metadata.name=a,type!=b" };
    expect(await client.json({ ...get, query })).toEqual({ kind: "OK" });
    expect(seen[0]).toMatchObject({
      method: "GET",
      url: "/api/v1/services?limit=500&fieldSelector=metadata.name%3Da%2Ctype%21%3Db",
      headers: { authorization: "Bearer good", "user-agent": "lintel-test/1", accept: "application/json" },
      body: "",
    });
    expect(client.server).toBe(server.url);
  });

  test.each([undefined, "application/merge-patch+json"] as const)(
    "a body is sent as %s",
    async (contentType) => {
      await client.json({ method: "PATCH", path: "/x", body: { a: 1 }, contentType });
      expect(seen[0]).toMatchObject({ method: "PATCH", body: '{"a":1}' });
      expect(seen[0]?.headers["content-type"]).toBe(contentType ?? "application/json");
    },
  );

  test("a refusal is thrown, with the server's wish to be left alone", async () => {
    answer = (_, response) => {
      response.setHeader("retry-after", "7");
      respond(response, 429, status(429, "slow down"));
    };
    const error = await failureOf(client.json(get));
    expect(error).toMatchObject({ status: 429, reason: "Some", retryAfter: 7000 });
    expect(error.message).toContain("slow down");
  });

  test("what is not JSON is refused", async () => {
    answer = (_, response) => response.end("<html>");
    expect((await failureOf(client.json(get))).message).toContain("the answer is not JSON");
  });

  test("a redirect is not followed", async () => {
    answer = (_, response) => response.writeHead(302, { location: "http://127.0.0.1:1/" }).end();
    expect((await failureOf(client.json(get))).status).toBe(302);
    expect(seen).toHaveLength(1);
  });

  test.each<[string, Answer]>([
    ["that never begins", () => {}],
    ["that never ends", (_, response) => response.write('{"a":')],
  ])("%s is given up at the deadline, and its connection with it", async (_, hang) => {
    answer = hang;
    const error = await failureOf(client.json({ ...get, timeoutMs: 50 }));
    expect(error.message).toContain("did not answer in time");
    const [socket] = server.sockets;
    if (socket?.destroyed === false) await once(socket, "close");
    answer = (_, response) => respond(response, 200, {});
    expect(await client.json(get)).toEqual({});
    expect(server.sockets).toHaveLength(2);
  });

  test("can be called off", async () => {
    const caller = new AbortController();
    answer = () => caller.abort();
    expect((await failureOf(client.json({ ...get, signal: caller.signal }))).message).toContain(
      "was called off",
    );
  });

  test("comes through the proxy that the kubeconfig names", async () => {
    const kubeconfig = await server.kubeconfig(undefined, {
      server: "http://127.0.0.1:1/base",
      "proxy-url": server.url,
    });
    const proxied = await createKubeClient({ kubeconfig, userAgent: "x" });
    expect(await proxied.json(get)).toEqual({ kind: "OK" });
    expect(seen[0]).toMatchObject({
      url: "http://127.0.0.1:1/base/api/v1/services",
      headers: { authorization: "Bearer good" },
    });
    await proxied.close();
  });

  test("is asked for without credentials where everybody could read them", async () => {
    const kubeconfig = await server.kubeconfig(undefined, {
      server: "http://cluster.example",
      "proxy-url": server.url,
    });
    const plain = await createKubeClient({ kubeconfig, userAgent: "x" });
    await plain.json(get);
    expect(seen[0]?.headers.authorization).toBeUndefined();
    await plain.close();
  });

  test("a user with a password is one of HTTP's own", async () => {
    const kubeconfig = await server.kubeconfig({ username: "ada", password: "pass" });
    const basic = await createKubeClient({ kubeconfig, userAgent: "x" });
    await basic.json(get);
    expect(seen[0]?.headers.authorization).toBe(`Basic ${Buffer.from("ada:pass").toString("base64")}`);
    await basic.close();
  });

  test("a server that is gone is unreachable", async () => {
    await server.stop();
    const error = await failureOf(client.json(get));
    expect(error.status).toBeUndefined();
    expect(error.message).toMatch(/refuses connections \(ECONNREFUSED/);
  });

  test("comes over the same connection as the one before", async () => {
    await client.json(get);
    // The pool takes a connection back when the answer's last event is through.
    await turn();
    answer = (_, response) => respond(response, 404, status(404, "no"));
    await failureOf(client.json(get));
    await turn();
    await failureOf(client.json(get));
    expect(seen).toHaveLength(3);
    expect(server.sockets).toHaveLength(1);
  });
});

describe("credentials that rotate", () => {
  /** A server that takes one token only. */
  const takes =
    (token: () => string): Answer =>
    (request, response) => {
      const good = request.headers.authorization === `Bearer ${token()}`;
      respond(response, good ? 200 : 401, good ? { kind: "OK" } : status(401, "Unauthorized"));
    };

  test("a token file is read afresh after a 401, within the same request", async () => {
    const tokenFile = join(server.folder, "token");
    await writeFile(tokenFile, "one\n");
    const rotating = await createKubeClient({
      kubeconfig: await server.kubeconfig({ tokenFile }),
      userAgent: "x",
    });
    let valid = "one";
    answer = takes(() => valid);
    await rotating.json(get);
    valid = "two";
    await writeFile(tokenFile, "two\n");
    expect(await rotating.json(get)).toEqual({ kind: "OK" });
    expect(seen.map(({ headers }) => headers.authorization)).toEqual([
      "Bearer one",
      "Bearer one",
      "Bearer two",
    ]);
    await rotating.close();
  });

  test("so is a kubeconfig, and lines() does the same", async () => {
    answer = takes(() => "new");
    await server.kubeconfig({ token: "new" });
    expect(await read(get)).toEqual(['{"kind":"OK"}']);
  });

  test("so is an exec plugin, once for all requests that were refused", async () => {
    const runs = join(server.folder, "runs");
    const script = join(server.folder, "plugin.mjs");
    await writeFile(
      script,
      `import { appendFileSync, readFileSync } from "node:fs";
       appendFileSync(${JSON.stringify(runs)}, "x");
       const token = "run-" + readFileSync(${JSON.stringify(runs)}, "utf8").length;
       process.stdout.write(JSON.stringify({ kind: "ExecCredential", status: { token } }));`,
    );
    const exec = { apiVersion: "client.authentication.k8s.io/v1", command: process.execPath, args: [script] };
    const kubeconfig = await server.kubeconfig({ exec });
    const plugged = await createKubeClient({ kubeconfig, userAgent: "x" });
    answer = takes(() => "run-2");
    const answers = await Promise.all([plugged.json(get), plugged.json(get), plugged.json(get)]);
    expect(answers).toEqual([{ kind: "OK" }, { kind: "OK" }, { kind: "OK" }]);
    expect(new Set(seen.map(({ headers }) => headers.authorization))).toEqual(
      new Set(["Bearer run-1", "Bearer run-2"]),
    );
    await plugged.close();
  });

  test("credentials that are the same are not tried twice", async () => {
    answer = (_, response) => respond(response, 401, status(401, "Unauthorized"));
    expect((await failureOf(client.json(get))).status).toBe(401);
    expect(seen).toHaveLength(1);
  });

  test("what cannot be read is an error of this request alone", async () => {
    const tokenFile = join(server.folder, "later");
    const kubeconfig = await server.kubeconfig({ tokenFile });
    const early = await createKubeClient({ kubeconfig, userAgent: "x" });
    const error = await failureOf(early.json(get));
    expect(error.message).toMatch(/there are no credentials .*ENOENT/);
    await writeFile(tokenFile, "good");
    expect(await early.json(get)).toEqual({ kind: "OK" });
    await early.close();
  });

  test("a plugin that hangs is given up, and started anew the next time", async () => {
    const flag = join(server.folder, "flag");
    const script = join(server.folder, "plugin.mjs");
    await writeFile(
      script,
      `import { existsSync, writeFileSync } from "node:fs";
       if (existsSync(${JSON.stringify(flag)})) process.stdout.write('{"status":{"token":"good"}}');
       else { writeFileSync(${JSON.stringify(flag)}, ""); setTimeout(() => {}, 3000); }`,
    );
    const exec = { apiVersion: "client.authentication.k8s.io/v1", command: process.execPath, args: [script] };
    const hanging = await createKubeClient({ kubeconfig: await server.kubeconfig({ exec }), userAgent: "x" });
    expect((await failureOf(hanging.json({ ...get, timeoutMs: 500 }))).message).toContain(
      "did not come in time",
    );
    expect(await hanging.json(get)).toEqual({ kind: "OK" });
    await hanging.close();
  });
});

describe("an answer that goes on", () => {
  test("is cut into lines as they come, also the last one without an end", async () => {
    answer = (_, response) => {
      response.write('{"a":1}\n{"b"');
      setImmediate(() => response.end(":2}\n{}"));
    };
    expect(await read(get)).toEqual(['{"a":1}', '{"b":2}', "{}"]);
  });

  test("a refusal is thrown before the first line", async () => {
    answer = (_, response) => respond(response, 410, status(410, "too old"));
    expect((await failureOf(read(get))).status).toBe(410);
  });

  test("silence is noticed, and counts from the last byte", async () => {
    const began = performance.now();
    answer = (_, response) => {
      response.write("{}\n");
      setTimeout(() => response.write("{"), 150);
    };
    const error = await failureOf(read(get, 250));
    expect(error).toBeInstanceOf(KubeSilenceError);
    expect(performance.now() - began).toBeGreaterThan(350);
  });

  test("an answer that does not begin in time is no silence", async () => {
    answer = () => {};
    const error = await failureOf(read({ ...get, timeoutMs: 50 }, 5000));
    expect(error).not.toBeInstanceOf(KubeSilenceError);
    expect(error.message).toContain("did not answer in time");
  });

  test("slow work on a line is not the server's silence", async () => {
    answer = (_, response) => {
      response.write("1\n");
      setTimeout(() => response.end("2\n"), 20);
    };
    const lines: string[] = [];
    for await (const line of client.lines(get, 100)) {
      lines.push(line);
      await new Promise((resolve) => {
        setTimeout(resolve, 200);
      });
    }
    expect(lines).toEqual(["1", "2"]);
  });

  test("a connection that breaks is an error, after the lines that came", async () => {
    answer = (_, response) => {
      response.write("1\n");
      setImmediate(() => response.destroy());
    };
    const lines: string[] = [];
    const reading = (async () => {
      for await (const line of client.lines(get, 5000)) lines.push(line);
    })();
    expect((await failureOf(reading)).message).toContain("broke the connection");
    expect(lines).toEqual(["1"]);
  });

  test.each(["abort", "break"])("ends the connection on %s", async (how) => {
    const caller = new AbortController();
    answer = (_, response) => response.write("1\n");
    const reading = (async () => {
      for await (const line of client.lines({ ...get, signal: caller.signal }, 5000)) {
        expect(line).toBe("1");
        if (how === "break") break;
        caller.abort();
      }
    })();
    if (how === "abort") expect((await failureOf(reading)).message).toContain("was called off");
    else await reading;
    const [socket] = server.sockets;
    if (socket?.destroyed === false) await once(socket, "close");
    expect(socket?.destroyed).toBe(true);
  });

  test("a line without end is refused", async () => {
    answer = (_, response) => {
      const piece = Buffer.alloc(1024 * 1024, 0x61);
      const more = () => {
        while (response.write(piece));
        response.once("drain", more);
      };
      more();
    };
    expect((await failureOf(read(get))).message).toMatch(/a line is longer than 16777216 bytes/);
  });
});
