import { isIP } from "node:net";
import { StubError } from "../error.ts";
import type { ResolverOptions, SocketAddress } from "../options.ts";

/**
 * Pairs URLs and addresses to dial: one address for each URL, in their order, or none at all. A URI template's `{?dns}`
 * (RFC 8484 4.1.1) may stand at the end.
 *
 * @throws StubError. It never shows a URL: that may hold a token.
 */
export function resolversOf(urls: readonly string[], connect: readonly SocketAddress[]): ResolverOptions[] {
  if (urls.length === 0) {
    throw new StubError("--doh is needed: the resolver's URL, as in https://HOST/dns-query");
  }
  if (connect.length > 0 && connect.length !== urls.length) {
    throw new StubError("--connect is given once for each --doh, in their order, or not at all");
  }
  return urls.map((text, i) => {
    const url = URL.parse(text.trim().replace(/\{\?dns\}$/, ""));
    const which = urls.length === 1 ? "--doh" : `--doh number ${i + 1}`;
    if (url === null || url.protocol !== "https:") {
      throw new StubError(
        `${which} is no https URL, as https://HOST/dns-query is (it is not shown: it may hold a token)`,
      );
    }
    if (url.username !== "" || url.password !== "") {
      throw new StubError(
        `${which} has a user name or password; give the token in the path, or with --token`,
      );
    }
    if (connect[i] !== undefined && isIP(url.hostname.replaceAll(/[[\]]/g, "")) !== 0) {
      throw new StubError(`${which} has an address in place of a name, and needs no --connect`);
    }
    return { url: url.href, connect: connect[i] };
  });
}
