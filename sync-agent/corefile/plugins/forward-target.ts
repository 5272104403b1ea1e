/** Where an edge asks for what a Corefile forwards to: over HTTPS alone. */
import ipaddr from "ipaddr.js";
import { knownResolver } from "../resolvers.ts";

export type Target = { readonly url: string } | { readonly why: string };

/** Ports of resolvers that may be those that are known. 443, 5353: OpenDNS. */
const PORTS: ReadonlySet<string> = new Set(["53", "853", "443", "5353"]);

/** @param serverName of the plugin's `tls_servername` */
export function targetOf(text: string, serverName: string | undefined): Target {
  const [, scheme = "dns", rest = text] = /^([a-z0-9+]+):\/\/(.*)$/is.exec(text) ?? [];
  if (scheme.toLowerCase() === "https") return httpsTarget(text);
  if (text.startsWith("/")) return { why: "(a file of the machine that CoreDNS runs on)" };
  const { host, port, name } = split(rest);
  if (!ipaddr.isValid(host)) return { why: "(no address)" };
  const url = PORTS.has(port ?? "53") ? knownResolver(host, name ?? serverName) : undefined;
  if (url !== undefined) return { url };
  return {
    why: isPrivate(host) ? "(a private address)" : "(no resolver that is known to answer over HTTPS)",
  };
}

function httpsTarget(text: string): Target {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || url.username !== "" || url.hash !== "") return { why: "(no URL)" };
  return { url: url.pathname === "/" && url.search === "" ? new URL("/dns-query", url).href : url.href };
}

/** `1.1.1.1:53`, `[2606:4700:4700::1111]:853`, `9.9.9.9%dns.quad9.net:853`. */
function split(text: string): { host: string; port: string | undefined; name: string | undefined } {
  const [, bracketed, afterBracket] = /^\[([^\]]*)\](?::(\d+))?$/.exec(text) ?? [];
  if (bracketed !== undefined) {
    const [host = "", name] = bracketed.split("%");
    return { host, port: afterBracket, name };
  }
  const [address = "", zone] = text.split("%");
  if (zone !== undefined) {
    const [name, port] = zone.split(":");
    return { host: address, port, name };
  }
  const [, host = text, port] = /^([^:]*):(\d+)$/.exec(text) ?? [];
  return { host, port, name: undefined };
}

const PRIVATE: ReadonlySet<string> = new Set([
  "private",
  "uniqueLocal",
  "loopback",
  "linkLocal",
  "carrierGradeNat",
]);

function isPrivate(host: string): boolean {
  return PRIVATE.has(ipaddr.process(host).range());
}
