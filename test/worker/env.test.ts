import { env } from "cloudflare:workers";
import { describe, expect, it, test } from "vitest";
import { ConfigError, type EdgeEnv, readConfig } from "../../worker/env.ts";

const SOUND: EdgeEnv = {
  KV: env.KV,
  LINTEL_CLUSTERS: "main",
  LINTEL_PUBLIC_KEY: `${"A".repeat(43)}=`,
  LINTEL_SYSTEM_HOST: "edge.example.com",
};

describe("the edge's configuration", () => {
  it("has defaults for all but the key and the system host", () => {
    const { KV, LINTEL_PUBLIC_KEY = "", LINTEL_SYSTEM_HOST = "" } = SOUND;
    expect(readConfig({ KV, LINTEL_PUBLIC_KEY, LINTEL_SYSTEM_HOST })).toEqual({
      cluster: "default",
      publicKey: SOUND.LINTEL_PUBLIC_KEY,
      systemHost: "edge.example.com",
      systemHosts: new Set(["edge.example.com"]),
      dnsAccess: "token",
      dnsToken: undefined,
      gatewayUrl: undefined,
      gatewaySecret: "",
      clientSecret: "",
      accessLog: 0,
      traceSampling: 1,
    });
  });

  it("knows the embedded edge by the name that browsers find too", () => {
    const { systemHosts } = readConfig({ ...SOUND, LINTEL_CLIENT_SECRET: "secret" });
    expect([...systemHosts]).toEqual(["edge.example.com", "lintel.localhost"]);
  });

  it("reads the Access application before the system host", () => {
    const application = `example.cloudflareaccess.com ${"4".repeat(64)}`;
    const { accessApplication } = readConfig({ ...SOUND, LINTEL_ACCESS_APPLICATION: application });
    expect(accessApplication).toEqual({ team: "example.cloudflareaccess.com", audience: "4".repeat(64) });
  });

  test.each([
    ["https://gateway.example.com", "https://gateway.example.com"],
    ["https://gateway.example.com/", "https://gateway.example.com"],
    [" https://Gateway.Example.com:8443 ", "https://gateway.example.com:8443"],
    ["", undefined],
  ])("reads the gateway's address %j as %j", (text, origin) => {
    expect(readConfig({ ...SOUND, LINTEL_GATEWAY_URL: text }).gatewayUrl).toBe(origin);
  });

  test.each([
    ["http://gateway.example.com"],
    ["gateway.example.com"],
    ["https://gateway.example.com/path"],
    ["https://gateway.example.com/?query"],
    ["https://user:password@gateway.example.com"],
    ["https://"],
  ])("refuses %s for the gateway's address", (text) => {
    const read = () => readConfig({ ...SOUND, LINTEL_GATEWAY_URL: text });
    expect(read).toThrow(ConfigError);
    expect(read).toThrow(/^variable LINTEL_GATEWAY_URL: .*https:\/\/gateway\.example\.com$/);
  });

  test.each<[string, Partial<EdgeEnv>]>([
    ["LINTEL_PUBLIC_KEY", { LINTEL_PUBLIC_KEY: "" }],
    ["LINTEL_CLUSTERS", { LINTEL_CLUSTERS: "one,two" }],
    ["LINTEL_SYSTEM_HOST", { LINTEL_SYSTEM_HOST: "not a host" }],
    ["LINTEL_ACCESS_APPLICATION", { LINTEL_ACCESS_APPLICATION: "example.cloudflareaccess.com" }],
    ["LINTEL_DNS_ACCESS", { LINTEL_DNS_ACCESS: "friends" }],
  ])("names %s when it is wrong", (name, wrong) => {
    expect(() => readConfig({ ...SOUND, ...wrong })).toThrow(`variable ${name}: `);
  });
});
