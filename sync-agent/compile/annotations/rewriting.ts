import { hostnameSchema } from "../../../contract/index.ts";
import { BadValue, nginx } from "./annotation.ts";
import type { AnnotationGroup } from "./group.ts";
import { boolean, hostTemplate, line, list } from "./values.ts";

const rewriteTarget = nginx("rewrite-target", {
  type: "path or URL, which may hold `$1` to `$9`",
  default: "none: the path is forwarded as it came",
  example: "/$2",
  hasVariables: true,
  text: "The path that the Service sees; `$1` … are the groups of the Ingress's path. The query string is kept. A URL redirects (302). Makes every path of the host a regular expression, as use-regex does. A target that is the path itself does nothing.",
  onBadValue: "keep",
  read(text) {
    const value = line(text);
    if (value.startsWith("/") || /^https?:\/\//i.test(value) || value.startsWith("$")) return value;
    throw new BadValue("is neither a path nor a URL", "Begin it with a slash.");
  },
});

const useRegex = nginx("use-regex", {
  type: "boolean",
  default: "false",
  example: `"true"`,
  text: "Makes every path of the Ingress's hosts, in every Ingress and also `Exact` ones, a regular expression that is anchored at its start and ignores case. The longest path is tried first; of two of one length, the later in alphabetical order.",
  difference:
    "Of PCRE, what can be matched in bounded time is served: a path with a lookahead that does not stand right behind plain text, a reference back to a group, a lookbehind, an atomic group or a possessive quantifier is refused.",
  // A path that is refused has a warning of its own.
  differsFor: () => false,
  onBadValue: "keep",
  read: boolean,
});

const forwardedPrefix = nginx("x-forwarded-prefix", {
  type: "text, which may hold `$1` to `$9`",
  default: "none",
  example: "/path",
  hasVariables: true,
  text: "Sent to the Service as X-Forwarded-Prefix, together with rewrite-target only.",
  read: (text) => (text.trim() === "" ? undefined : line(text)),
});

const serverAlias = nginx("server-alias", {
  type: "list of hosts",
  default: "none",
  example: "www.example.com,example.org",
  text: "Further names of the Ingress's host, unless a rule names them: all that any Ingress serves under the host is served under them. Of several hosts it is that of the first.",
  difference: "Regular expressions (`~…`) are refused; `*.example.com` stands for one label.",
  differsFor: (text) => text.includes("*"),
  read(text) {
    return list(text).map((host) => {
      const name = host.toLowerCase().replace(/\.$/, "");
      if (hostnameSchema.safeParse(name.replace(/^\*\./, "")).success) return name;
      throw new BadValue(`holds "${host}", which is not a hostname`, "Write hostnames, separated by commas.");
    });
  },
});

const upstreamVhost = nginx("upstream-vhost", {
  type: "host, which may hold nginx's variables",
  default: "the client's Host",
  example: "internal.example.com",
  hasVariables: true,
  text: "The Host header that the Service sees. A request of whose path the variables make no host is answered with 400.",
  read: hostTemplate,
});

export const rewriting: AnnotationGroup = {
  title: "Paths, hosts and rewriting",
  annotations: [rewriteTarget, useRegex, forwardedPrefix, serverAlias, upstreamVhost],
  read(reader) {
    const rewrite = reader.read(rewriteTarget);
    const regex = reader.read(useRegex) ?? false;
    const prefix = reader.read(forwardedPrefix);
    const aliases = reader.read(serverAlias);
    const host = reader.read(upstreamVhost);
    return {
      filters: {
        ...(rewrite !== undefined && { rewrite }),
        ...(rewrite !== undefined && prefix !== undefined && { forwardedPrefix: prefix }),
        ...(host !== undefined && { upstreamHost: host }),
      },
      regex,
      ...(aliases !== undefined && { aliases }),
    };
  },
};
