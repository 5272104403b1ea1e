import { expect, test } from "vitest";
import { whyNotPublic } from "../../contract/index.ts";

const hostname = (host: string) => new URL(`http://${host}/`).hostname;

test.each([
  "example.com",
  "auth.example.com.",
  "internal.example.com",
  "8.8.8.8",
  "[2606:4700:4700::1111]",
  "localhost.example.com",
])("%s is public", (host) => {
  expect(whyNotPublic(hostname(host), "cluster.local")).toBeUndefined();
});

test.each([
  ["a private address", "10.0.0.1"],
  ["loopback", "127.0.0.1"],
  ["loopback as a number", "2130706433"],
  ["loopback in hexadecimal", "0x7f.1"],
  ["the metadata address", "169.254.169.254"],
  ["carrier-grade NAT", "100.64.0.1"],
  ["the unspecified address", "0.0.0.0"],
  ["multicast", "224.0.0.1"],
  ["documentation", "192.0.2.1"],
  ["IPv6 loopback", "[::1]"],
  ["IPv6 link-local", "[fe80::1]"],
  ["the IPv6 metadata address", "[fd00:ec2::254]"],
  ["a private address within an IPv6 one", "[::ffff:10.0.0.1]"],
  ["NAT64", "[64:ff9b::a00:1]"],
  ["6to4", "[2002:a00:1::]"],
  ["localhost", "localhost"],
  ["a name below localhost", "a.localhost"],
  ["a single label", "auth"],
  ["Google's metadata server", "metadata.google.internal"],
  ["the same with a dot at its end", "metadata.google.internal."],
  ["a name of multicast DNS", "printer.local"],
  ["a Service of the cluster", "auth.shop.svc.k8s.example"],
  ["a short name of a Service", "auth.shop.svc"],
])("%s is not", (_, host) => {
  expect(whyNotPublic(hostname(host), "k8s.example")).toMatch(/is no public|has no domain/);
});
