/**
 * What of a cluster's Ingresses would be served, before any of it is. The compiler itself judges: what it would warn of
 * is said here.
 */
import type { Sealer } from "../../contract/index.ts";
import { type ClusterState, type Ingress, type Observation, objectKey } from "../cluster/state.ts";
import { classNameOf, CONTROLLER, isServed } from "../compile/class-selection.ts";
import { compile } from "../compile/compile.ts";
import { compareText } from "../compile/text-order.ts";
import type { CorefileSource } from "../corefile/source.ts";
import type { Warning } from "../warning.ts";
import { corefileReports } from "./corefile-report.ts";
import { reportOf } from "./ingress-report.ts";
import type { CheckReport, IngressReport, Verdict } from "./report.ts";
import { withStandIns } from "./stand-ins.ts";

export interface CheckOptions {
  /** Only Ingresses that an agent would serve that adopts these classes; every Ingress without. */
  readonly adoptedClasses: readonly string[] | undefined;
  /** Only Ingresses of these classes; of every class without. */
  readonly ingressClasses: readonly string[] | undefined;
  readonly clusterDomain: string;
  readonly controllerConfig: string;
  readonly systemHost: string | undefined;
  /** Those that are no ConfigMaps. */
  readonly corefiles?: readonly CorefileSource[] | undefined;
  /** Milliseconds since 1970; decides what is said of certificates. */
  readonly now: number;
  readonly sealer: Sealer;
}

/** The class of Ingresses that name none: whoever migrates had one controller that served these as well. */
const ASSUMED_CLASS = "nginx";
/** The class that agents serve unless they are told another name. */
const OUR_CLASS = "lintel";

export async function check({ state, warnings }: Observation, options: CheckOptions): Promise<CheckReport> {
  const { clusterDomain, controllerConfig, systemHost, now, sealer } = options;
  const checked = select(state, options);
  const compiled = await compile(withStandIns({ ...state, Ingress: checked.ingresses }, clusterDomain), {
    ingressClass: OUR_CLASS,
    adoptedClasses: checked.adopted,
    controllerConfig,
    systemHost,
    dns: { domain: clusterDomain, ttl: 5, pods: "insecure" },
    now,
    sealer,
  });
  const all = [...warnings, ...compiled.warnings].filter(({ reason }) => !isOfInputAlone(reason, state));
  const byObject = Map.groupBy(all, ({ object }) => object);
  const reports = Array.from(checked.ingresses, ([key, ingress]) =>
    reportOf(key, state.Ingress.get(key) ?? ingress, byObject.get(`Ingress ${key}`) ?? []),
  );
  const known = new Set(reports.map(({ ingress }) => `Ingress ${ingress}`));
  const unread = [...byObject].filter(([object]) => object.startsWith("Ingress ") && !known.has(object));
  const unreadReports = unread.map(([object, found]) =>
    reportOf(object.slice("Ingress ".length), undefined, found),
  );
  const ingresses = [...reports, ...unreadReports].toSorted((a, b) => compareText(a.ingress, b.ingress));
  return {
    ingresses,
    corefiles: corefileReports(state, options.corefiles ?? []),
    others: all.filter(({ object }) => !object.startsWith("Ingress ")),
    summary: {
      ingresses: ingresses.length,
      served: count(ingresses, "served"),
      notes: count(ingresses, "notes"),
      change: count(ingresses, "change"),
    },
  };
}

function count(ingresses: readonly IngressReport[], verdict: Verdict): number {
  return ingresses.filter((report) => report.verdict === verdict).length;
}

/** The input may hold no Secrets; a certificate that is missing from it says nothing. */
function isOfInputAlone(reason: Warning["reason"], { Secret }: ClusterState): boolean {
  return reason === "SecretNotFound" && Secret.size === 0;
}

/** Which Ingresses are checked, and which classes must be adopted so that all of these are served. */
function select(
  { Ingress, IngressClass }: ClusterState,
  { adoptedClasses, ingressClasses }: CheckOptions,
): { ingresses: ReadonlyMap<string, Ingress>; adopted: readonly string[] } {
  const classes = [...IngressClass.values()];
  const wanted = [...Ingress.values()].filter(
    (ingress) =>
      (adoptedClasses === undefined ||
        isServed(ingress, classes, { ingressClass: OUR_CLASS, adoptedClasses })) &&
      (ingressClasses === undefined || ingressClasses.includes(classNameOf(ingress) ?? "")),
  );
  const ours = new Set(classes.flatMap((it) => (it.controller === CONTROLLER ? [it.metadata.name] : [])));
  const ingresses =
    adoptedClasses === undefined
      ? wanted.map((ingress) => ({ ...ingress, ingressClassName: classNameOf(ingress) ?? ASSUMED_CLASS }))
      : wanted;
  const others = ingresses.flatMap((ingress) => classNameOf(ingress) ?? []).filter((name) => !ours.has(name));
  return {
    ingresses: new Map(ingresses.map((ingress) => [objectKey(ingress.metadata), ingress])),
    adopted: adoptedClasses ?? [...new Set(others)].filter((name) => name !== OUR_CLASS),
  };
}
