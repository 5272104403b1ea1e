/** Upstreams that are names (Services of type ExternalName). */
import { describe, expect, it } from "vitest";
import { closedPort, startServer } from "../../support/http.ts";
import { faultOf, gatewayScope, type StartGateway } from "./scope.ts";

export function describeNames(start: StartGateway): void {
  describe("for an upstream that is a name", () => {
    const { using, throughTo } = gatewayScope(start, {
      targets: ["127.0.0.1/32", "fd00:1::/32"],
      names: {
        "svc.example": ["127.0.0.1"],
        "outside.example": ["10.9.9.9"],
        "metadata.example": ["169.254.169.254"],
        "mapped.example": ["::ffff:169.254.169.254"],
        "outside6.example": ["fd00:2::1"],
      },
    });

    it.each(["svc.example", "SVC.example", "svc.example."])("dials what %s resolves to", async (name) => {
      const { port } = await using(
        startServer((request, response) => response.end(`for ${request.headers.host}`)),
      );
      expect((await throughTo(`http://${name}:${port}`)).text).toBe("for shop.example");
    });

    it.each(["outside.example", "metadata.example", "mapped.example", "outside6.example"])(
      "refuses %s, which resolves to what is not allowed",
      async (name) => {
        expect(await faultOf(throughTo(`http://${name}:1`))).toEqual([403, "target"]);
      },
    );

    it("reports dial for one that does not exist", async () => {
      expect(await faultOf(throughTo("http://nowhere.example:1"))).toEqual([502, "dial"]);
    });

    it("reports dial where nobody listens", async () => {
      expect(await faultOf(throughTo(`http://svc.example:${await closedPort()}`))).toEqual([502, "dial"]);
    });
  });
}
