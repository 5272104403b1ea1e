import { describe, expect, it, test } from "vitest";
import { GATEWAY_FAULTS } from "../../../contract/index.ts";
import { forwarder, type ForwardRequest, GatewayUnreachableError } from "../../../worker/ingress/forward.ts";

const request = (): ForwardRequest => ({
  url: "http://a.test/x?y",
  method: "GET",
  headers: new Headers({ accept: "x/y" }),
  body: null,
  host: "a.test:8443",
});
const UPSTREAM = "http://10.0.0.1:8080";

describe("the forwarder", () => {
  it("tells the gateway where to dial, which Host to present, and that it is the edge", async () => {
    let seen: Request | undefined;
    const forward = forwarder(
      {
        fetch: async (input, init) => {
          seen = new Request(input, init);
          return new Response("ok");
        },
      },
      "s3cret",
    );
    await forward(request(), UPSTREAM);
    expect(seen?.url).toBe("http://a.test/x?y");
    expect(seen?.redirect).toBe("manual");
    expect(Object.fromEntries(seen?.headers ?? [])).toEqual({
      accept: "x/y",
      "lintel-upstream": UPSTREAM,
      "lintel-host": "a.test:8443",
      "lintel-secret": "s3cret",
    });
  });

  test.each<[string, string]>([
    ...GATEWAY_FAULTS.map((fault): [string, string] => [fault, fault]),
    ["something newer", "reset"],
  ])("reads the gateway's fault %s as %s", async (header, fault) => {
    const fetch = async () => new Response("x", { status: 502, headers: { "lintel-gateway-fault": header } });
    expect(await forwarder({ fetch }, "")(request(), UPSTREAM)).toBe(fault);
  });

  test.each([[600], [999], [101]])(
    "takes the status %i, which Fetch cannot pass on, for a broken answer",
    async (status) => {
      const response = new Response("x");
      Object.defineProperty(response, "status", { value: status });
      expect(await forwarder({ fetch: async () => response }, "")(request(), UPSTREAM)).toBe("reset");
    },
  );

  it("passes an upstream's own 502 on", async () => {
    const fetch = async () => new Response("mine", { status: 502 });
    const outcome = await forwarder({ fetch }, "")(request(), UPSTREAM);
    expect(outcome).toBeInstanceOf(Response);
  });

  it("says so when there is no gateway", async () => {
    const fetch = async () => {
      throw new Error("connection refused");
    };
    await expect(forwarder({ fetch }, "")(request(), UPSTREAM)).rejects.toThrow(GatewayUnreachableError);
    await expect(forwarder(undefined, "")(request(), UPSTREAM)).rejects.toThrow("bind it as CLUSTER");
  });
});
