import { canonicalAddress } from "../../contract/index.ts";
import { isAuthority } from "../http/authority.ts";

/** Where a request is to be dialed, as the edge says in `lintel-upstream`. */
export interface Target {
  readonly scheme: "http" | "https";
  /** A canonical address, or a name to resolve. */
  readonly host: string;
  readonly isAddress: boolean;
  readonly port: number;
}

const TARGET = /^(https?):\/\/(?:\[([0-9A-Fa-f.]*:[0-9A-Fa-f:.]+)\]|([A-Za-z0-9._-]+))(?::(\d{1,5}))?$/;
const NAME = /^(?=.{1,253}$)[A-Za-z0-9_](?:[A-Za-z0-9._-]*[A-Za-z0-9_])?\.?$/;
const SERVER_NAME = /^(?=.{1,253}$)(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?(?:\.(?!$)|$))+$/;
/** Resolvers read such names as addresses (`127.1`, `0x7f000001`), each in its own way. */
const ADDRESS_LIKE = /(?:^|\.)(?:\d+|0x[0-9A-Fa-f]*)\.?$/;

const DEFAULT_PORT = { http: 80, https: 443 } as const;

/** `undefined` for anything but `http(s)://host[:port]`: no path, no user, no address in an unusual form. */
export function parseTarget(text: string): Target | undefined {
  const match = TARGET.exec(text);
  if (match === null) return undefined;
  const [, schemeText, v6, name, portText] = match;
  const scheme = schemeText === "https" ? "https" : "http";
  const port = portText === undefined ? DEFAULT_PORT[scheme] : Number(portText);
  if (port < 1 || port > 65535) return undefined;
  const address = canonicalAddress(v6 ?? name ?? "");
  if (address !== undefined) return { scheme, host: address, isAddress: true, port };
  const isName = name !== undefined && NAME.test(name) && !name.includes("..") && !ADDRESS_LIKE.test(name);
  return isName ? { scheme, host: name, isAddress: false, port } : undefined;
}

/** The name in `lintel-verify`; `undefined` when it cannot be a certificate's. */
export function parseServerName(text: string): string | undefined {
  return SERVER_NAME.test(text) && !ADDRESS_LIKE.test(text) ? text : undefined;
}

/** The Host header that the edge asks for in `lintel-host`; `undefined` when it cannot be one. */
export function parseHost(text: string | undefined): string | undefined {
  return text !== undefined && isAuthority(text) ? text : undefined;
}
