/** A group of annotations that are read together, and what reading them gives. */
import type { Canary, ErrorPages, ExternalAuth, Filters, StandIn } from "../../../contract/index.ts";
import type { ConfigMap, Ingress, Secret, Service } from "../../cluster/state.ts";
import type { Lookup } from "../lookup.ts";
import type { Annotation } from "./annotation.ts";
import type { AnnotationReader } from "./reader.ts";

/** What an Ingress's annotations may refer to. */
export interface AnnotationContext {
  readonly ingress: Ingress;
  readonly services: Lookup<Service>;
  /** Whether a namespace has Services. */
  readonly hasServices: (namespace: string) => boolean;
  readonly secrets: Lookup<Secret>;
  readonly configMaps: Lookup<ConfigMap>;
  /** In lower case. */
  readonly clusterDomain: string;
  /** Whose defaults hold: ingress-nginx's for an adopted class, our own else. */
  readonly defaults: "nginx" | "lintel";
  /** What ingress-nginx's own ConfigMap says; for adopted classes, and where there is one. */
  readonly controller?: Controller | undefined;
}

/** Settings for all Ingresses that say nothing else. */
export interface Controller {
  /** Defaults by the annotation's whole name. One that cannot be read is among them where its absence would open something. */
  readonly defaults: Readonly<Record<string, string>>;
  /** `closed`: it is asked for, and cannot be had. */
  readonly globalAuth: ExternalAuth | "closed" | undefined;
  /** Address ranges that no Ingress lets in, whatever it says. */
  readonly blocked?: readonly string[] | undefined;
  /** Of redirects to https and between `www.host` and `host`. */
  readonly redirectStatus?: number | undefined;
}

/** What a group makes of its annotations. Filters are merged over the groups; no two set the same. */
export interface GroupReading {
  readonly filters?: Filters;
  /** Makes every path of the Ingress's hosts a regular expression, as a rewrite of the filters does as well. */
  readonly regex?: boolean;
  /** Plain http is sent to https where a host has a certificate, or (`always`) in any case. */
  readonly toHttps?: {
    readonly where: "certificate" | "always";
    readonly keepsSlash: boolean;
    readonly status: number;
  };
  /** Further hosts that are served as the Ingress's own. */
  readonly aliases?: readonly string[];
  /** Redirect between `www.host` and `host`. */
  readonly www?: { readonly status: number };
  /** That the Ingress is a canary, and when its backends are meant; the backends are its rules'. */
  readonly canary?: Omit<Canary, "ingress" | "service" | "port">;
  /** Strict-Transport-Security where the host has a certificate. */
  readonly hsts?: string;
  /** Filters that name the path's backend as well, where they hold for a path. */
  readonly errorPages?: Omit<ErrorPages, "failed">;
  readonly standIn?: Omit<StandIn, "failed">;
}

export interface AnnotationGroup {
  /** The heading in docs/annotations.md. */
  readonly title: string;
  readonly annotations: readonly Annotation<unknown>[];
  read(reader: AnnotationReader, context: AnnotationContext): GroupReading;
}
