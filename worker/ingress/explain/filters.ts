/**
 * What each filter of a route does to a request. Filters that look at nothing but the request are the edge's own, run for
 * real; of the others it is said what they would do.
 */
import type { Access, Filters, Limits, Target } from "../../../contract/index.ts";
import { basicCredentials } from "../basic-credentials.ts";
import { needsNobody } from "../filters/access/access.ts";
import { addressCheck } from "../filters/access/addresses.ts";
import { closed } from "../filters/closed.ts";
import { cors } from "../filters/cors.ts";
import type { Exchange, Filter, Outcome } from "../filters/filter.ts";
import { maxBody } from "../filters/max-body.ts";
import { forwardedPrefix, requestHeaders, upstreamHost } from "../filters/outgoing-headers.ts";
import { appRoot, redirect, toHttps } from "../filters/redirects.ts";
import { rewrite } from "../filters/rewrite.ts";
import type { FilterEffect, FilterReport } from "./explanation.ts";

type Field = keyof Filters;

interface Explained {
  readonly field: Field;
  /** What the record asks for. `undefined` where the route has none of it. */
  readonly says: (filters: Filters) => string | undefined;
  /** Run for real. */
  readonly runs?: Filter;
  /** Of those that are not run, what they do to this request. */
  readonly effect?: FilterEffect | ((filters: Filters, exchange: Exchange) => FilterEffect | Outcome);
}

/** In the order of filters/order.ts, to which a test holds it. */
export const EXPLAINED: readonly Explained[] = [
  {
    field: "closed",
    says: (it) => it.closed && "access to the Ingress cannot be restricted as it asks",
    runs: closed,
  },
  {
    field: "hsts",
    says: (it) => it.hsts && `https responses get Strict-Transport-Security: ${it.hsts}`,
    effect: "later",
  },
  {
    field: "responseHeaders",
    says: (it) => it.responseHeaders && `responses get ${Object.keys(it.responseHeaders).join(", ")}`,
    effect: "later",
  },
  {
    field: "maxBody",
    says: (it) => (it.maxBody === undefined ? undefined : `bodies of up to ${it.maxBody} bytes are accepted`),
    runs: maxBody,
  },
  { field: "appRoot", says: (it) => it.appRoot && `/ alone is sent to ${it.appRoot}`, runs: appRoot },
  {
    field: "cors",
    says: (it) => it.cors && `responses may be read by ${it.cors.origins.join(", ") || "no origin"}`,
    runs: cors,
  },
  {
    field: "redirect",
    says: (it) => it.redirect && `every request is sent to ${it.redirect.location}`,
    runs: redirect,
  },
  { field: "toHttps", says: (it) => it.toHttps && "plain http is sent to https", runs: toHttps },
  { field: "limits", says: (it) => it.limits && limitsText(it.limits), effect: "depends" },
  { field: "access", says: accessText, effect: accessEffect },
  {
    field: "mirror",
    says: (it) =>
      it.mirror && `a copy goes to ${targetText(it.mirror.target)}, whose answer nobody waits for`,
    effect: "passes",
  },
  { field: "rewrite", says: (it) => it.rewrite && `the path becomes ${it.rewrite}`, runs: rewrite },
  {
    field: "upstreamHost",
    says: (it) => it.upstreamHost && `Host becomes ${it.upstreamHost}`,
    runs: upstreamHost,
  },
  {
    field: "forwardedPrefix",
    says: (it) => it.forwardedPrefix && `X-Forwarded-Prefix becomes ${it.forwardedPrefix}`,
    runs: forwardedPrefix,
  },
  {
    field: "requestHeaders",
    says: (it) => it.requestHeaders && `the upstream gets ${Object.keys(it.requestHeaders).join(", ")}`,
    runs: requestHeaders,
  },
  {
    field: "errorPages",
    says: ({ errorPages: it }) =>
      it && `pages for ${it.statuses.join(", ")} come from ${it.backend?.service ?? "the edge itself"}`,
    effect: "later",
  },
  {
    field: "redirectRewrite",
    says: ({ redirectRewrite: it }) => it && `Location and Refresh: ${it.from} becomes ${it.to}`,
    effect: "later",
  },
  {
    field: "cookieDomain",
    says: ({ cookieDomain: it }) => it && `Domain of cookies: ${it.from} becomes ${it.to}`,
    effect: "later",
  },
  {
    field: "cookiePath",
    says: ({ cookiePath: it }) => it && `Path of cookies: ${it.from} becomes ${it.to}`,
    effect: "later",
  },
  {
    field: "standIn",
    says: ({ standIn: it }) => it && `Service ${it.service} answers where the route's own has no endpoint`,
    effect: "passes",
  },
  {
    field: "cache",
    says: (it) => it.cache && "responses are kept at the edge, as their headers allow",
    effect: "depends",
  },
];

export interface FilterWalk {
  readonly reports: readonly FilterReport[];
  /** What the first filter that answers says; `undefined` where the request goes on to the upstream. */
  readonly answer: Outcome | undefined;
}

/** Runs what can be run on the exchange, whose `outgoing` then is what the upstream receives. */
export async function explainFilters(exchange: Exchange): Promise<FilterWalk> {
  const { route } = exchange;
  const filters = route.filters ?? {};
  const reports: FilterReport[] = [];
  for (const { field, says, runs, effect } of EXPLAINED) {
    const text = says(filters);
    if (text === undefined) continue;
    const before = outgoingText(exchange);
    const found =
      runs === undefined
        ? typeof effect === "function"
          ? effect(filters, exchange)
          : (effect ?? "passes")
        : await runs(filters, route)?.request?.(exchange);
    if (typeof found === "object") {
      reports.push({ filter: field, effect: "answers", text: `${text}: ${answerText(found)}` });
      return { reports, answer: found };
    }
    const after = outgoingText(exchange);
    const changed = after.filter((line) => !before.includes(line));
    const change = changed.length > 0 ? `: ${changed.join(", ")}` : "";
    reports.push({
      filter: field,
      effect: found ?? (change === "" ? "passes" : "changes"),
      text: text + change,
    });
  }
  return { reports, answer: undefined };
}

function answerText(answer: Outcome): string {
  if (!(answer instanceof Response)) return `${answer.status}, "${answer.detail}"`;
  const location = answer.headers.get("location");
  return location === null ? String(answer.status) : `${answer.status} to ${location}`;
}

function outgoingText({ outgoing }: Exchange): string[] {
  const headers = Array.from(outgoing.headers, ([name, value]) => `${name}: ${value}`);
  return [`path ${outgoing.target}`, `Host ${outgoing.host}`, ...headers];
}

function limitsText({ by, perSecond, perMinute, connections, burstMultiplier, status }: Limits): string {
  const limits = [
    perSecond && `${perSecond} requests a second (${perSecond * burstMultiplier} at once)`,
    perMinute && `${perMinute} requests a minute (${perMinute * burstMultiplier} at once)`,
    connections && `${connections} requests at a time`,
  ].filter(Boolean);
  const whose = by === "address" ? "client address" : `value of header ${by.header}`;
  return `${limits.join(", ")} for each ${whose}; what exceeds them is answered with ${status}`;
}

function accessText({ access }: Filters): string | undefined {
  if (access === undefined) return undefined;
  const { satisfy, allow, deny, basic, external, jwt } = access;
  const checks = [
    deny && `no address of ${deny.join(", ") || "everywhere"}`,
    allow && `an address of ${allow.join(", ") || "nowhere"}`,
    basic && `a password (${Object.keys(basic.users).length} users)`,
    jwt && `a token of ${jwt.issuer}`,
    external && `the consent of ${targetText(external.target)}`,
  ].filter((check) => check !== undefined);
  const several = satisfy === "all" ? "all of " : "any of ";
  return `asks for ${checks.length > 1 ? several : ""}${checks.join("; ")}`;
}

/** By the client's address, and by whether there are credentials at all, where these decide. */
function accessEffect(filters: Filters, exchange: Exchange): FilterEffect | Outcome {
  const { access } = filters;
  if (access === undefined) return "passes";
  const who = [access.basic, access.external, access.jwt].filter((check) => check !== undefined);
  const isExempt = needsNobody(filters, exchange);
  if (isExempt && who.length > 0 && access.satisfy === "any") return "passes";
  const asksWho = who.length > 0 && !isExempt;
  const verdict = addressCheck(access)?.(exchange);
  const isAny = access.satisfy === "any";
  if (typeof verdict === "object" && !(isAny && asksWho)) return verdict;
  if (!asksWho) return "passes";
  if (isAny && verdict === "passed") return "passes";
  return lacksCredentials(access, exchange) ? WITHOUT_CREDENTIALS : "depends";
}

const WITHOUT_CREDENTIALS: Outcome = {
  status: 401,
  detail: "It comes without the credentials that are asked for.",
};

/** Never where a service is asked, which may look at anything. */
function lacksCredentials({ basic, jwt, external, satisfy }: Access, { request }: Exchange): boolean {
  if (external !== undefined) return false;
  const authorization = request.headers.get("authorization");
  const lacks: boolean[] = [];
  if (basic !== undefined) lacks.push(basicCredentials(authorization) === undefined);
  if (jwt !== undefined) lacks.push(!/^bearer /i.test(authorization ?? ""));
  return satisfy === "any" ? lacks.every(Boolean) : lacks.some(Boolean);
}

function targetText(target: Target): string {
  if (target.kind === "url") return target.origin + target.path;
  return `Service ${target.service} port ${target.port}, ${target.path}`;
}
