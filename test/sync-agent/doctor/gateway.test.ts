/** Against the embedded edge's own gateway, and doubles of what a gateway must not be. */
import { describe, expect, it, test } from "vitest";
import { GATEWAY_FAULT_HEADER } from "../../../contract/index.ts";
import { startGateway } from "../../../embedded-edge/gateway/gateway.ts";
import { checkGateway } from "../../../sync-agent/doctor/gateway.ts";
import { recordingLog } from "../../embedded-edge/support/log.ts";
import { answering, unreachable } from "./support/answering.ts";
import { type Expected, expectFindings } from "./support/finding.ts";

const GUARDED: Expected = ["gateway", "ok", /refuses requests without the secret/];

describe("the gateway itself", () => {
  test.each<[string, string | undefined, Expected]>([
    ["with its secret", "s3cret", ["gateway secret", "ok", /outside the allowed ranges is refused/]],
    [
      "with another secret",
      "other",
      ["gateway secret", "fail", /another secret/, /gateway\.secret of one keys folder/],
    ],
    ["without a secret to try", undefined, ["gateway secret", "skip", /--keys/]],
  ])("%s", async (_, secret, expected) => {
    const gateway = await startGateway({
      listen: { host: "127.0.0.1", port: 0 },
      secret: "s3cret",
      targets: ["10.0.0.0/8"],
      log: recordingLog(),
    });
    try {
      const url = `http://127.0.0.1:${gateway.address.port}`;
      expectFindings(await checkGateway({ url, secret, fetch, timeoutMs: 5000 }), [GUARDED, expected]);
    } finally {
      await gateway.close();
    }
  });
});

const fault = (name: string) => new Response("", { status: 502, headers: { [GATEWAY_FAULT_HEADER]: name } });

describe("what is no gateway, or a careless one", () => {
  test.each<[string, (request: Request) => Response, readonly Expected[]]>([
    [
      "an application",
      () => new Response("hello"),
      [
        ["gateway", "fail", /no origin gateway/, /--gateway/],
        ["gateway secret", "skip", /above/],
      ],
    ],
    [
      "nothing",
      unreachable,
      [
        ["gateway", "fail", /cannot be reached.*ECONNREFUSED/, /port-forward/],
        ["gateway secret", "skip", /above/],
      ],
    ],
    [
      "one without a secret",
      () => fault("target"),
      [
        ["gateway", "fail", /takes requests without the secret/, /give the gateway its secret/],
        ["gateway secret", "skip", /above/],
      ],
    ],
    [
      "one that dials anything",
      (request) => fault(request.headers.has("lintel-secret") ? "timeout" : "secret"),
      [
        GUARDED,
        [
          "gateway secret",
          "fail",
          /ready to dial http:\/\/169\.254\.169\.254:80 .*fault timeout/,
          /restrict its targets/,
        ],
      ],
    ],
    [
      "one that reaches the metadata service",
      (request) => (request.headers.has("lintel-secret") ? new Response("credentials") : fault("secret")),
      [GUARDED, ["gateway secret", "fail", /no fault/, /restrict its targets/]],
    ],
  ])("%s", async (_, answer, expected) => {
    const { fetch } = answering((_path, request) => answer(request));
    expectFindings(
      await checkGateway({ url: "http://gateway", secret: "s3cret", fetch, timeoutMs: 1000 }),
      expected,
    );
  });
});

it("is not shown the secret before it has shown that it is a gateway", async () => {
  const secrets: (string | null)[] = [];
  const { fetch } = answering((_path, request) => {
    secrets.push(request.headers.get("lintel-secret"));
    return new Response("hello");
  });
  await checkGateway({ url: "http://app", secret: "s3cret", fetch, timeoutMs: 1000 });
  expect(secrets).toEqual([null]);
});
