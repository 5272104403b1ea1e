import { describe, expect, it } from "vitest";
import { parseTarget } from "../../../embedded-edge/gateway/target.ts";

describe("a target", () => {
  it.each([
    ["http://10.244.3.7:8080", { scheme: "http", host: "10.244.3.7", isAddress: true, port: 8080 }],
    ["https://10.244.3.7", { scheme: "https", host: "10.244.3.7", isAddress: true, port: 443 }],
    ["http://[fd00::7]:80", { scheme: "http", host: "fd00::7", isAddress: true, port: 80 }],
    ["http://[FD00:0::7]", { scheme: "http", host: "fd00::7", isAddress: true, port: 80 }],
    ["http://[::ffff:10.0.0.1]:1", { scheme: "http", host: "10.0.0.1", isAddress: true, port: 1 }],
    ["http://svc.example.com", { scheme: "http", host: "svc.example.com", isAddress: false, port: 80 }],
    ["http://svc.example.com.:81", { scheme: "http", host: "svc.example.com.", isAddress: false, port: 81 }],
  ])("%s", (text, expected) => {
    expect(parseTarget(text)).toEqual(expected);
  });

  it.each([
    "",
    "10.0.0.1:80",
    "ftp://10.0.0.1",
    "HTTP://10.0.0.1",
    "http://10.0.0.1/",
    "http://10.0.0.1?x",
    "http://user@10.0.0.1",
    "http://10.0.0.1:0",
    "http://10.0.0.1:65536",
    "http://10.0.0.1:",
    "http://fd00::7",
    "http://[10.0.0.1",
    "http://[10.0.0.1]",
    "http://[fe80::1%eth0]",
    "http://127.1",
    "http://0177.0.0.1",
    "http://0x7f000001",
    "http://2130706433",
    "http://1.2.3.4.5",
    "http://a..b",
    "http://-a",
    "http://a b",
    "http://10.0.0.1, http://10.0.0.2",
  ])("%j is malformed", (text) => {
    expect(parseTarget(text)).toBeUndefined();
  });
});
