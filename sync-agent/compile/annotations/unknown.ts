/** What may have been meant by an annotation that there is not. */
import { NGINX_PREFIX, OWN_PREFIX } from "./annotation.ts";
import { GROUPS } from "./groups.ts";
import { REFUSED, WITHOUT_EFFECT } from "./unserved.ts";

/** Names that people write, by mistake or because ingress-nginx once had them, and what to do instead. */
const KNOWN: readonly (readonly [RegExp, string])[] = [
  [/^(?:client-max-body-size|(?:proxy-)?max-body-size|body-size)$/, "Write proxy-body-size instead."],
  [/^(?:rate-limit|global-rate-limit|limit-req)/, "Write limit-rps or limit-rpm instead."],
  [/^cors-enabled?$/, `Write enable-cors: "true" instead.`],
  [/^hsts/, "Write lintel.dev/hsts instead; it is a setting of ingress-nginx's ConfigMap, too."],
  [/^(?:enable-)?websockets?(?:-services)?$/, "Take it out: WebSockets pass without an annotation."],
  [/^(?:secure-backends|ssl-backends?)$/, `Write backend-protocol: "HTTPS" instead.`],
  [/^grpc-backend$/, "Take it out. gRPC is not served: see backend-protocol."],
  [/^secure-verify-ca-secret$/, "Write proxy-ssl-verify and proxy-ssl-name instead."],
  [/^session-cookie-hash$/, "Take it out: affinity needs none."],
  [/^upstream-(?:max-fails|fail-timeout)$/, "Take it out: endpoints that fail are left out in any case."],
  [/^(?:enable-)?influxdb/, "Take it out: metrics are the platform's to collect."],
  [/^lua-resty-waf/, "Use the web application firewall of the edge's platform."],
  [/^(?:add-base-url|base-url-scheme)$/, "Have the Service write the links that it means."],
  [/^(?:ingress[.-])?class$/, "Write spec.ingressClassName instead."],
  [
    /^(?:ssl-protocols|use-forwarded-headers|keepalive-timeout|keep-alive\w*|server-tokens|use-gzip|enable-brotli|use-http2|use-proxy-protocol|compute-full-forwarded-for|proxy-real-ip-cidr|enable-real-ip|large-client-header-buffers)$/,
    "Take it out: it is a setting of ingress-nginx's ConfigMap, and never had an effect on an Ingress.",
  ],
];

const LISTED = "docs/annotations.md lists those that there are";

/** @param name with its prefix */
export function unknownRemedy(name: string): string {
  const known = name.startsWith(NGINX_PREFIX)
    ? KNOWN.find(([pattern]) => pattern.test(name.slice(NGINX_PREFIX.length)))
    : undefined;
  if (known !== undefined) return known[1];
  const meant = nearest(name);
  if (meant === undefined) return `Take it out; ${LISTED}.`;
  return `Perhaps ${meant.startsWith(NGINX_PREFIX) ? meant.slice(NGINX_PREFIX.length) : meant} is meant; ${LISTED}.`;
}

let names: readonly string[] | undefined;

function allNames(): readonly string[] {
  names ??= [
    ...GROUPS.flatMap(({ annotations }) => annotations).flatMap(({ name, alias }) => [name, alias ?? name]),
    ...[...WITHOUT_EFFECT, ...REFUSED]
      .flatMap(({ names }) => names)
      .filter((name) => !name.includes("*"))
      .map((name) => NGINX_PREFIX + name),
    ...["configuration-snippet", "server-snippet"].map((name) => NGINX_PREFIX + name),
  ];
  return names;
}

/** The annotation whose name differs in the fewest letters, if those are few. */
function nearest(name: string): string | undefined {
  const plain = plainName(name).toLowerCase().replaceAll("_", "-");
  const most = Math.min(3, Math.floor(plain.length / 4));
  let best: string | undefined;
  let least = most + 1;
  for (const candidate of allNames()) {
    const found = distance(plain, plainName(candidate), least);
    if (found < least) [best, least] = [candidate, found];
  }
  return best;
}

function plainName(name: string): string {
  return name.startsWith(OWN_PREFIX) ? name.slice(OWN_PREFIX.length) : name.slice(NGINX_PREFIX.length);
}

/** Letters to add, leave out, exchange or swap with the next one; anything from `enough` on where there are more. */
function distance(a: string, b: string, enough: number): number {
  if (Math.abs(a.length - b.length) >= enough) return enough;
  let [before, row]: [number[], number[]] = [[], Array.from({ length: b.length + 1 }, (_, j) => j)];
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1;
      let least = Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + cost);
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (swapped) least = Math.min(least, (before[j - 2] ?? 0) + 1);
      next.push(least);
    }
    [before, row] = [row, next];
  }
  return row[b.length] ?? enough;
}
