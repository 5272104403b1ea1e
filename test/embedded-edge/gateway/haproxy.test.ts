import { once } from "node:events";
import { Agent, type IncomingMessage, request as httpRequest } from "node:http";
import { afterEach, describe, expect, it } from "vitest";
import { GATEWAY_FAULT_HEADER, GATEWAY_HEADERS } from "../../../contract/index.ts";
import { ask, closedPort, type Peer, readText, readUntil, startServer } from "../support/http.ts";
import { type Haproxy, type HaproxyOptions, SECRET, startHaproxy } from "./haproxy.ts";
import { describeGateway } from "./protocol-suite.ts";

describeGateway("the chart's gateway, by HAProxy", startHaproxy);

describe("the chart's gateway's own bearing", () => {
  const closers: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const close of closers.splice(0).toReversed()) await close();
  });
  async function using<T extends { close(): Promise<void> }>(starting: Promise<T>): Promise<T> {
    const thing = await starting;
    closers.push(() => thing.close());
    return thing;
  }
  const start = (options: Partial<HaproxyOptions> = {}): Promise<Haproxy> =>
    using(startHaproxy({ targets: ["127.0.0.1/32"], ...options }));
  const headersFor = (port: number, secret = SECRET) => ({
    [GATEWAY_HEADERS.upstream]: `http://127.0.0.1:${port}`,
    [GATEWAY_HEADERS.host]: "shop.example",
    [GATEWAY_HEADERS.secret]: secret,
  });
  const pod = (): Promise<Peer<unknown>> =>
    using(startServer((request, response) => response.end(`for ${request.url}`)));
  const through = (gateway: Haproxy, port: number, secret = SECRET) =>
    ask(gateway.port, { headers: headersFor(port, secret) });

  it("takes a secret that came with the line feed of its file", async () => {
    const { port } = await pod();
    const gateway = await start({ environment: { LINTEL_GATEWAY_SECRET: `${SECRET}\n` } });
    expect((await through(gateway, port)).status).toBe(200);
  });

  it("takes the previous secret as well, while there is one", async () => {
    const { port } = await pod();
    const gateway = await start({
      environment: { LINTEL_GATEWAY_SECRET: "new", LINTEL_GATEWAY_PREVIOUS_SECRET: "old" },
    });
    const asked = ["new", "old", "other", ""].map(
      async (secret) => (await through(gateway, port, secret)).status,
    );
    expect(await Promise.all(asked)).toEqual([200, 200, 403, 403]);
  });

  it.each([
    ["empty", { LINTEL_GATEWAY_SECRET: "" }],
    ["nothing but a line feed", { LINTEL_GATEWAY_SECRET: "\n", LINTEL_GATEWAY_PREVIOUS_SECRET: "" }],
  ])("admits nobody when its secret is %s", async (_, environment) => {
    const { port } = await pod();
    const gateway = await start({ environment });
    for (const secret of ["", "\n", " "]) {
      expect((await through(gateway, port, secret.trim())).headers[GATEWAY_FAULT_HEADER]).toBe("secret");
    }
  });

  it("does not start without a secret, and says which", async () => {
    await expect(start({ environment: {} })).rejects.toThrow("LINTEL_GATEWAY_SECRET is not set");
  });

  it("answers its health check on a port of its own, and metrics there where they are wanted", async () => {
    const gateway = await start({ values: { metrics: { enabled: true } } });
    expect((await ask(gateway.healthPort, { path: "/healthz" })).text).toBe("ok\n");
    expect((await ask(gateway.healthPort, { path: "/metrics" })).text).toContain(
      "haproxy_frontend_http_requests_total",
    );
    expect((await ask(gateway.healthPort, { path: "/" })).status).toBe(404);
    expect((await ask(gateway.port, { path: "/healthz" })).status).toBe(403);
    const silent = await start({ values: { metrics: { enabled: false } } });
    expect((await ask(silent.healthPort, { path: "/metrics" })).status).toBe(404);
  });

  it("logs faults as JSON, and no secret", async () => {
    const { port } = await pod();
    const gateway = await start();
    await through(gateway, port);
    const nobody = await closedPort();
    await through(gateway, nobody);
    await through(gateway, port, "wrong-secret");
    gateway.signal("SIGTERM");
    await gateway.exited;
    const lines = gateway
      .log()
      .split("\n")
      .filter((line) => line.startsWith("{"))
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines).toMatchObject([
      {
        method: "GET",
        host: "shop.example",
        upstream: `http://127.0.0.1:${nobody}`,
        status: 502,
        fault: "dial",
      },
      { status: 403, fault: "secret" },
    ]);
    expect(gateway.log()).not.toMatch(new RegExp(`${SECRET}|wrong-secret`));
  });

  it("finishes what it has begun when it is told to stop", async () => {
    const goOn = Promise.withResolvers<undefined>();
    const { port } = await using(
      startServer((_request, response) => {
        response.write("first");
        void goOn.promise.then(() => response.end("last"));
      }),
    );
    const gateway = await start();
    const agent = new Agent({ keepAlive: true });
    const options = { host: "127.0.0.1", port: gateway.port, headers: headersFor(port), agent };
    const request = httpRequest(options).end();
    const [response] = (await once(request, "response")) as [IncomingMessage];
    await readUntil(response, "first");
    gateway.signal("SIGUSR1");
    goOn.resolve(undefined);
    expect(await readText(response)).toContain("last");
    agent.destroy();
    expect(await gateway.exited).toBe(0);
  });
});
