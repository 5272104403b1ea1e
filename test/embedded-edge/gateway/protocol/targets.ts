/** Where the gateway dials, and where it does not. */
import { describe, expect, it } from "vitest";
import { startServer } from "../../support/http.ts";
import { faultOf, gatewayScope, type StartGateway } from "./scope.ts";

export function describeTargets(start: StartGateway): void {
  describe("with a few ranges allowed", () => {
    const targets = ["127.0.0.0/30", "10.0.0.0/8", "fd00:1::/32"];
    const { using, throughTo, through } = gatewayScope(start, { targets });

    it("dials what lies in one, also as an IPv4-mapped address", async () => {
      const { port } = await using(startServer((_request, response) => response.end("here")));
      expect((await through(port)).text).toBe("here");
      expect((await throughTo(`http://[::ffff:127.0.0.1]:${port}`)).text).toBe("here");
      expect((await throughTo(`http://[0:0:0:0:0:FFFF:7f00:1]:${port}`)).text).toBe("here");
    });

    it.each([
      "http://127.0.0.4:1",
      "http://11.0.0.1:1",
      "http://[::ffff:11.0.0.1]:1",
      "http://[::1]:1",
      "http://[fd00:2::1]:1",
      // IPv6 addresses that stand for 10.0.0.1, and are not it.
      "http://[2002:a00:1::]:1",
      "http://[64:ff9b::a00:1]:1",
      "http://[::a00:1]:1",
    ])("refuses %s", async (upstream) => {
      expect(await faultOf(throughTo(upstream))).toEqual([403, "target"]);
    });
  });

  describe("with everything allowed", () => {
    const { throughTo } = gatewayScope(start, { targets: ["0.0.0.0/0", "::/0"] });

    it.each([
      "http://0.0.0.0:1",
      "http://127.0.0.1:1",
      "http://127.255.255.254:1",
      "http://[::]:1",
      "http://[::1]:1",
      "http://[::ffff:127.0.0.1]:1",
      "http://169.254.169.254",
      "http://169.254.170.2",
      "http://[::ffff:169.254.169.254]",
      "http://[::ffff:a9fe:a9fe]",
      "http://[64:ff9b::169.254.169.254]",
      "http://[2002:a9fe:a9fe::1]",
      "http://[fe80::1]:1",
      "http://[fd00:ec2::254]",
      "http://[fd00:ec2::23]",
      "http://[fd20:ce::254]",
      "http://100.100.100.200",
      "http://168.63.129.16",
      "http://192.0.0.192",
      "http://224.0.0.1:1",
      "http://255.255.255.255:1",
      "http://[ff02::1]:1",
    ])("still refuses %s", async (upstream) => {
      expect(await faultOf(throughTo(upstream))).toEqual([403, "target"]);
    });
  });

  describe("with a guarded range and everything else allowed", () => {
    const { using, through, throughTo } = gatewayScope(start, {
      targets: ["0.0.0.0/0", "::/0", "127.0.0.1/32", "169.254.20.0/24"],
    });

    it("dials what is named itself, and nothing else that is guarded", async () => {
      const { port } = await using(startServer((_request, response) => response.end("here")));
      expect((await through(port)).text).toBe("here");
      expect(await faultOf(throughTo("http://127.0.0.2:1"))).toEqual([403, "target"]);
      expect(await faultOf(throughTo("http://169.254.169.254"))).toEqual([403, "target"]);
    });
  });

  describe("refuses a malformed target:", () => {
    const { throughTo } = gatewayScope(start, { targets: ["0.0.0.0/0", "::/0", "127.0.0.0/8"] });

    it.each([
      "",
      "127.0.0.1:1",
      "ftp://127.0.0.1:1",
      "HTTP://127.0.0.1:1",
      "http://127.0.0.1:1/",
      "http://127.0.0.1:1?x",
      "http://user@127.0.0.1:1",
      "http://127.0.0.1:0",
      "http://127.0.0.1:65536",
      "http://127.0.0.1:",
      "http://::1:1",
      "http://[127.0.0.1]:1",
      "http://[127.0.0.1",
      "http://[fe80::1%eth0]:1",
      "http://[1::2::3]:1",
      "http://127.1:1",
      "http://0177.0.0.1:1",
      "http://127.0.0.01:1",
      "http://0x7f000001:1",
      "http://2130706433:1",
      "http://127.0.0.1.:1",
      "http://1.2.3.4.5:1",
      "http://1.2.3.256:1",
      "http://a..b:1",
      "http://-a:1",
      "http://a b:1",
      "http://127.0.0.1:1, http://127.0.0.1:2",
    ])("%j", async (upstream) => {
      expect(await faultOf(throughTo(upstream))).toEqual([403, "target"]);
    });
  });
}
