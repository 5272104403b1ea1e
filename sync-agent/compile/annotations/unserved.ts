/**
 * Annotations of ingress-nginx that are not served: those without a meaning at an edge, and those that are refused. The
 * lists are those of its annotation reference at version 1.15. A `*` in a name stands for any text.
 */
import { NGINX_PREFIX } from "./annotation.ts";
import { restricts, snippetRemedy } from "./snippets.ts";

export interface WithoutEffect {
  /** Without the prefix. */
  readonly names: readonly string[];
  /** Why there is nothing to be done. */
  readonly reason: string;
}

/** They tune a proxy that is not there: accepted, said once. */
export const WITHOUT_EFFECT: readonly WithoutEffect[] = [
  {
    names: [
      "proxy-buffering",
      "proxy-buffers-number",
      "proxy-buffer-size",
      "proxy-busy-buffers-size",
      "proxy-request-buffering",
      "proxy-max-temp-file-size",
      "client-body-buffer-size",
    ],
    reason: "Bodies are streamed both ways, and not buffered.",
  },
  {
    names: [
      "auth-keepalive",
      "auth-keepalive-requests",
      "auth-keepalive-timeout",
      "auth-keepalive-share-vars",
    ],
    reason: "The gateway keeps connections to all Services alive.",
  },
  {
    names: ["proxy-ssl-ciphers", "proxy-ssl-protocols", "proxy-ssl-server-name", "proxy-ssl-verify-depth"],
    reason: "The gateway has one TLS configuration for all Services.",
  },
  { names: ["ssl-prefer-server-ciphers"], reason: "The edge has one TLS configuration for all hosts." },
  {
    names: ["use-port-in-redirects"],
    reason: "Redirects to the same host keep the port that the client came by.",
  },
  { names: ["http2-push-preload"], reason: "Browsers have given HTTP/2 server push up." },
  { names: ["enable-rewrite-log"], reason: "`lintel explain` shows what is rewritten." },
  {
    names: ["enable-opentelemetry", "opentelemetry-*", "enable-opentracing", "opentracing-*"],
    reason: "Traces are the platform's to collect.",
  },
];

/** Why an annotation has no effect here; `undefined` for one that is not among these. */
export function withoutEffect(name: string): string | undefined {
  return WITHOUT_EFFECT.find(({ names }) => matchesAny(names, name))?.reason;
}

export interface Refusal {
  readonly problem: string;
  readonly remedy: string;
  /** Whether the Ingress would be more open without it than it is meant to be. */
  readonly closes: boolean;
}

export interface RefusalRule {
  /** Without the prefix. */
  readonly names: readonly string[];
  /** Goes on in the warning, and has no full stop. */
  readonly problem: string;
  readonly remedy: string;
  /** For a value, where more can be told. */
  readonly remedyFor?: (value: string) => string;
  /** Whether the value turns nothing on, so that nothing is missing without it. */
  readonly isOff: (value: string) => boolean;
  readonly closes: (value: string) => boolean;
  /** When the Ingress is closed, for docs/annotations.md. */
  readonly closing: string;
}

const never = { closes: () => false, closing: "no" };
const always = { closes: () => true, closing: "yes" };

const isBlank = (value: string) => value.trim() === "";
/** Also `0`, for rates. */
const isFalse = (value: string) => /^(?:|0|f|false|off)$/i.test(value.trim());
/** ingress-nginx asks for a certificate unless it is told one of these. */
const isOptional = (value: string) => /^(?:off|optional|optional_no_ca)$/.test(value.trim());

const MUTUAL_TLS = {
  problem: "Client certificates are checked where TLS ends, which the snapshot does not configure",
  remedy: "Configure mutual TLS at the platform, or use auth-url or lintel.dev/jwt-issuer, and take it out.",
};

export const REFUSED: readonly RefusalRule[] = [
  {
    names: ["*-snippet"],
    problem: "A snippet is nginx configuration, and there is no nginx to read it",
    remedy:
      "Say the same with other annotations, and take it out; docs/annotations.md lists them by what they do.",
    remedyFor: snippetRemedy,
    isOff: isBlank,
    closes: restricts,
    closing: "where it keeps somebody out (`deny`, `auth_basic`, `return 403` and the like)",
  },
  {
    names: ["modsecurity*", "enable-modsecurity", "enable-owasp-*"],
    problem: "ModSecurity is a part of nginx",
    remedy: "Use the web application firewall of the edge's platform.",
    isOff: isFalse,
    ...never,
  },
  {
    names: ["auth-tls-verify-depth", "auth-tls-error-page", "auth-tls-pass-certificate-to-upstream"],
    ...MUTUAL_TLS,
    isOff: isFalse,
    ...never,
  },
  {
    names: ["auth-tls-verify-client"],
    ...MUTUAL_TLS,
    isOff: isOptional,
    closes: (value) => !isOptional(value),
    closing: "unless it is `off` or `optional`",
  },
  { names: ["auth-tls-*"], ...MUTUAL_TLS, isOff: () => false, ...always },
  {
    names: ["ssl-passthrough"],
    problem: "TLS ends at the edge, and is not passed through",
    remedy: `Give the Ingress a certificate, and backend-protocol: "HTTPS" if the Service speaks TLS.`,
    isOff: isFalse,
    ...never,
  },
  {
    names: ["ssl-ciphers", "proxy-ssl-secret"],
    problem: "The edge has one TLS configuration for all hosts, and shows upstreams no client certificate",
    remedy: "Configure TLS at the platform, and take it out.",
    isOff: isBlank,
    ...never,
  },
  {
    names: ["limit-rate", "limit-rate-after"],
    problem: "The speed of responses is not limited",
    remedy: "Limit requests or connections instead (limit-rps, limit-connections), or take it out.",
    isOff: isFalse,
    ...never,
  },
  {
    names: ["fastcgi-*"],
    problem: "FastCGI is not spoken",
    remedy: "Put a web server in front of the program, in its pod, and name that one's port.",
    isOff: isBlank,
    ...never,
  },
];

/** `undefined` for a name that is not refused, `off` where it is nothing that would be missed. */
export function refusalOf(name: string, value: string): Refusal | "off" | undefined {
  const rule = REFUSED.find(({ names }) => matchesAny(names, name));
  if (rule === undefined) return undefined;
  if (rule.isOff(value)) return "off";
  const { problem, remedy, remedyFor, closes } = rule;
  return { problem, remedy: remedyFor?.(value) ?? remedy, closes: closes(value) };
}

/** @param name with its prefix */
function matchesAny(patterns: readonly string[], name: string): boolean {
  if (!name.startsWith(NGINX_PREFIX)) return false;
  const plain = name.slice(NGINX_PREFIX.length);
  return patterns.some((pattern) => {
    const [before = "", after] = pattern.split("*");
    if (after === undefined) return plain === pattern;
    return plain.length >= pattern.length - 1 && plain.startsWith(before) && plain.endsWith(after);
  });
}
