import { describe, expect, it, test } from "vitest";
import type { Forwarding } from "../../../../contract/index.ts";
import { filtersOf, read, warningsOf } from "../support/annotations.ts";

type Annotations = Record<string, string>;

describe("forwarding is", () => {
  test.each<[string, Annotations, Forwarding | undefined]>([
    ["nothing of its own without annotations", {}, undefined],
    ["nothing of its own for plain http", { "backend-protocol": "http" }, undefined],
    ["TLS", { "backend-protocol": "HTTPS" }, { scheme: "https" }],
    [
      "verified TLS",
      { "backend-protocol": "HTTPS", "proxy-ssl-verify": "on", "proxy-ssl-name": "Web.Shop.svc." },
      { scheme: "https", verify: "web.shop.svc" },
    ],
    [
      "TLS that is not verified, whatever its name",
      { "backend-protocol": "HTTPS", "proxy-ssl-verify": "off", "proxy-ssl-name": "web.shop.svc" },
      { scheme: "https" },
    ],
    ["not verified without TLS", { "proxy-ssl-verify": "on" }, undefined],
    ["through the Service", { "service-upstream": "true" }, { viaService: true }],
    [
      "in time",
      { "proxy-connect-timeout": "3", "proxy-read-timeout": "120", "proxy-send-timeout": "1m" },
      { connectMs: 3_000, readMs: 120_000, sendMs: 60_000 },
    ],
    [
      "tried again",
      {
        "proxy-next-upstream": "error  timeout invalid_header http_503 http_429 non_idempotent",
        "proxy-next-upstream-tries": "5",
        "proxy-next-upstream-timeout": "10",
      },
      {
        retryOn: ["error", "timeout", "invalid_header", 503, 429, "non_idempotent"],
        tries: 5,
        triesMs: 10_000,
      },
    ],
    ["never tried again", { "proxy-next-upstream": "off" }, { retryOn: [] }],
    [
      "tried as often as there are endpoints, for ever",
      { "proxy-next-upstream-tries": "0", "proxy-next-upstream-timeout": "0" },
      { tries: 0 },
    ],
    ["on connections of its own", { "connection-proxy-header": "close" }, { close: true }],
    [
      "on kept connections",
      { "connection-proxy-header": "keep-alive", "proxy-http-version": "1.1" },
      undefined,
    ],
    ["watched", { "lintel.dev/health-statuses": "500, 503" }, { unhealthy: [500, 503] }],
  ])("%s", (_, annotations, expected) => {
    const { filters, warnings } = read(annotations);
    expect([filters.forwarding, warnings]).toEqual([expected, []]);
  });
});

describe("a bad value", () => {
  test.each<[string, string, string]>([
    ["proxy-read-timeout", "soon", `"soon" is not a time`],
    ["proxy-connect-timeout", "0", `"0" is no time to wait`],
    [
      "proxy-next-upstream",
      "error http_418",
      `"error http_418" holds "http_418", which is no such condition`,
    ],
    ["proxy-next-upstream-tries", "-1", `"-1" is not a whole number from 0 to 1000`],
    ["proxy-http-version", "2", `"2" is not one of 1.0, 1.1`],
    ["connection-proxy-header", "upgrade", `"upgrade" is not one of keep-alive, close`],
    ["service-upstream", "yes", `"yes" is not true or false`],
    ["lintel.dev/health-statuses", "200", `"200" is not a whole number from 400 to 599`],
  ])("of %s is passed over", (name, value, problem) => {
    expect(filtersOf({ [name]: value })).toEqual({});
    expect(warningsOf({ [name]: value })).toEqual([expect.stringContaining(`AnnotationIgnored: ${problem}`)]);
  });

  const https = { "backend-protocol": "HTTPS" };
  test.each<[string, Annotations, string]>([
    ["gRPC", { "backend-protocol": "GRPC" }, "needs HTTP/2 and trailers from end to end"],
    ["gRPC over TLS", { "backend-protocol": "grpcs" }, "needs HTTP/2"],
    ["FastCGI", { "backend-protocol": "FCGI" }, "is FastCGI"],
    ["a protocol to be guessed", { "backend-protocol": "AUTO_HTTP" }, "leaves the protocol to be guessed"],
    ["a protocol that nobody knows", { "backend-protocol": "SPDY" }, "is not one of HTTP, HTTPS"],
    ["a verification for no name", { ...https, "proxy-ssl-verify": "on" }, "without saying for which name"],
    ["a verification that is not said", { ...https, "proxy-ssl-verify": "maybe" }, "is not one of on, off"],
    [
      "a verification for an address",
      { ...https, "proxy-ssl-verify": "on", "proxy-ssl-name": "10.0.0.1" },
      "is not a hostname",
    ],
  ])("of %s keeps the last good form, and refuses without one", (_, annotations, problem) => {
    const { filters, outcome, warnings } = read(annotations);
    expect([filters.closed, outcome]).toEqual([true, "keep"]);
    expect(warnings.map(({ reason, message }) => `${reason}: ${message}`)).toEqual([
      expect.stringMatching(/^AnnotationRefused: /),
    ]);
    expect(warnings[0]?.message).toContain(problem);
  });

  it("says what to write instead", () => {
    expect(read({ "backend-protocol": "GRPC" }).warnings[0]?.remedy).toContain(
      "expose the Service in another way",
    );
  });
});
