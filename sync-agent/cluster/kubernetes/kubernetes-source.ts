/** Cluster state from the Kubernetes API, whose changes are followed. */
import { type Clock, systemClock } from "../../clock.ts";
import type { KubeClient } from "../../kubernetes/client.ts";
import { KubeConfigError } from "../../kubernetes/config-error.ts";
import type { Logger } from "../../report/logger.ts";
import { isDnsLabel } from "../objects/names.ts";
import type { ClusterSource, ClusterState, Ingress, Namespace, Observation } from "../state.ts";
import { createCatchUp } from "./catch-up.ts";
import { createFailureLog } from "./failure-log.ts";
import { createLimiter } from "./limiter.ts";
import { createNamedObjects, type Following } from "./named-objects.ts";
import { objectWarnings } from "./object-warnings.ts";
import type { SourceHealth, SourceObserver } from "./observer.ts";
import { type Reflector, type ReflectorContext, startReflector } from "./reflector.ts";
import {
  isTlsSecrets,
  type NamedKind,
  namedObject,
  podResources,
  type Resource,
  resourcesFor,
} from "./resources.ts";
import { createSection, type Outcome, type Section } from "./section.ts";
import { createStateStore, type StateStore } from "./state-store.ts";
import { wantedConfigMaps, wantedSecrets } from "./wanted-objects.ts";
import { DEFAULT_WATCH_TIMING, type WatchTiming } from "./watch-timing.ts";

export interface KubernetesSourceOptions {
  readonly client: KubeClient;
  /** The namespaces to keep to; none for the whole cluster. */
  readonly namespaces: readonly string[];
  /**
   * Whether Pods are read: names of pods are to be answered as `verified`. A function is asked whenever a ConfigMap has
   * changed; once it says so, Pods are read to the end.
   */
  readonly pods: boolean | ((state: ClusterState) => boolean);
  /** Objects (`namespace/name`) that are followed though no Ingress names them, where their namespace is one to keep to. */
  readonly named?: Partial<Readonly<Record<NamedKind, readonly string[]>>> | undefined;
  readonly log: Logger;
  readonly clock?: Clock | undefined;
  /** From 0 to below 1. */
  readonly random?: (() => number) | undefined;
  readonly observer?: SourceObserver | undefined;
  /** Where it differs from DEFAULT_WATCH_TIMING. */
  readonly timing?: Partial<WatchTiming> | undefined;
}

export interface KubernetesSource extends ClusterSource {
  /**
   * Resolves when everything has been read once, however long that takes: an API server that cannot be reached and a
   * missing permission are logged, shown by `health`, and tried again.
   *
   * @throws KubeConfigError for a namespace that cannot be; SourceClosedError when the source is closed before.
   */
  start(onChange: () => void): Promise<void>;
  health(): SourceHealth;
}

/** The source was closed before it had read everything. */
export class SourceClosedError extends Error {
  override name = "SourceClosedError";

  constructor() {
    super("the agent was closed before it had read the cluster's state; start it again");
  }
}

/** Lists are large and cost the server much; so many are asked for at once. */
const LISTS_AT_A_TIME = 8;

/** A watch is a connection. Of named objects those beyond so many of a kind are looked up now and then. */
const MAX_NAMED_WATCHES = 64;
const MIN_NAMED_POLL_MS = 60_000;
/** All of a kind together ask about five times a second at most. */
const NAMED_POLL_SPACING_MS = 200;

export function createKubernetesSource(options: KubernetesSourceOptions): KubernetesSource {
  return new ApiSource(options);
}

class ApiSource implements KubernetesSource {
  readonly #options: KubernetesSourceOptions;
  readonly #namespaces: readonly string[];
  readonly #context: ReflectorContext;
  readonly #store: StateStore;
  readonly #reflectors = new Map<Section, Reflector>();
  readonly #named = {
    Secret: createNamedObjects(wantedSecrets, (key, index) => this.#follow("Secret", key, index)),
    ConfigMap: createNamedObjects(wantedConfigMaps, (key, index) => this.#follow("ConfigMap", key, index)),
  };
  readonly #closed = Promise.withResolvers<never>();
  /** The first time that Pods could not be read. */
  readonly #podsRefused = Promise.withResolvers<undefined>();
  #followsPods: boolean;
  #onChange: (() => void) | undefined;
  #phase: "new" | "starting" | "synced" | "closed" = "new";
  #warningsChanged = false;
  /** Changes that nobody was told of. */
  #holdsBack = false;
  #observation: Observation | undefined;

  constructor(options: KubernetesSourceOptions) {
    const { client, clock = systemClock, random = Math.random, log, observer = {} } = options;
    this.#options = options;
    this.#namespaces = [...new Set(options.namespaces)];
    this.#followsPods = options.pods === true;
    for (const kind of ["Secret", "ConfigMap"] as const) {
      for (const key of options.named?.[kind] ?? []) if (this.#isWithin(key)) this.#named[kind].always(key);
    }
    this.#store = createStateStore(this.#namespaces.map(assumedNamespace));
    const timing = { ...DEFAULT_WATCH_TIMING, ...options.timing };
    this.#context = {
      client,
      clock,
      random,
      timing,
      lists: createLimiter(LISTS_AT_A_TIME),
      failures: createFailureLog(log),
      catchUp: createCatchUp({ clock, timing, caughtUp: () => this.#caughtUp() }),
      observer: {
        ...observer,
        failed: (kind, error) => {
          observer.failed?.(kind, error);
          if (kind === "Pod") this.#podsRefused.resolve(undefined);
        },
      },
    };
    // Nobody may be waiting when it is closed.
    this.#closed.promise.catch(() => {});
  }

  async start(onChange: () => void): Promise<void> {
    if (this.#phase === "closed") throw new SourceClosedError();
    for (const namespace of this.#namespaces) requireNamespace(namespace);
    this.#phase = "starting";
    const began = this.#context.clock.monotonic();
    await Promise.race([this.#readEverything(), this.#closed.promise]);
    this.#phase = "synced";
    this.#onChange = onChange;
    const ms = Math.round(this.#context.clock.monotonic() - began);
    this.#options.log.info(
      { ms, ...this.#counts() },
      `read the state of the cluster at ${this.#context.client.server}`,
    );
  }

  observe(): Observation {
    const state = this.#store.state();
    const before = this.#observation;
    if (before !== undefined && this.#isBehind()) return before;
    if (before?.state === state && !this.#warningsChanged) return before;
    const warnings =
      before === undefined || this.#warningsChanged
        ? objectWarnings(this.#reflectors.keys())
        : before.warnings;
    this.#warningsChanged = false;
    this.#observation = { state, warnings };
    return this.#observation;
  }

  health(): SourceHealth {
    return {
      synced: this.#phase === "synced",
      resources: Array.from(this.#reflectors.values(), (reflector) => reflector.health()),
    };
  }

  async close(): Promise<void> {
    this.#phase = "closed";
    this.#onChange = undefined;
    this.#closed.reject(new SourceClosedError());
    await Promise.all([this.#named.Secret.close(), this.#named.ConfigMap.close()]);
    await Promise.all(Array.from(this.#reflectors.values(), (reflector) => reflector.close()));
  }

  async #readEverything(): Promise<void> {
    const { observer } = this.#context;
    const resources = resourcesFor(this.#namespaces, this.#followsPods);
    const reflectors = resources.map((resource) => this.#reflect(resource));
    const byKind = Map.groupBy(reflectors, ({ section }) => section.resource.kind);
    await Promise.all(
      Array.from(byKind, async ([kind, ofKind]) => {
        await Promise.all(ofKind.map(({ synced }) => synced));
        // Secrets that Ingresses name are not known yet.
        if (kind !== "Secret") observer.synced?.(kind);
      }),
    );
    if (this.#phase === "closed") return;
    for (const kind of ["Secret", "ConfigMap"] as const) {
      await this.#named[kind].begin();
      observer.synced?.(kind);
    }
    // A right that is missing must not hold up everything else: whoever may write the ConfigMap could take it away.
    await Promise.race([this.#followPods(), this.#podsRefused.promise]);
  }

  /** Where they have come to be asked for. Resolves when they have been read. */
  async #followPods(): Promise<void> {
    const { pods } = this.#options;
    if (this.#followsPods || typeof pods !== "function" || !pods(this.#store.state())) return;
    this.#followsPods = true;
    await Promise.all(podResources(this.#namespaces).map((resource) => this.#reflect(resource).synced));
    this.#context.observer.synced?.("Pod");
  }

  #isWithin(key: string): boolean {
    return this.#namespaces.length === 0 || this.#namespaces.includes(key.split("/")[0] ?? "");
  }

  #reflect(resource: Resource, poll?: () => number): Reflector {
    const section = createSection(resource);
    const changed = (from: Section, outcome: Outcome) => this.#changed(from, outcome);
    const reflector = startReflector(this.#context, { section, changed, poll });
    this.#reflectors.set(section, reflector);
    return reflector;
  }

  #follow(kind: NamedKind, key: string, index: number): Following {
    const [namespace = "", name = ""] = key.split("/");
    const poll = () => Math.max(MIN_NAMED_POLL_MS, (index + 1) * NAMED_POLL_SPACING_MS);
    const reflector = this.#reflect(
      namedObject(kind, namespace, name),
      index < MAX_NAMED_WATCHES ? undefined : poll,
    );
    const { section, synced } = reflector;
    return {
      synced,
      close: async () => {
        const closed = reflector.close();
        this.#reflectors.delete(section);
        if (this.#phase !== "closed") this.#changed(section, section.clear());
        await closed;
      },
    };
  }

  #changed({ resource }: Section, { changes, problems }: Outcome): void {
    this.#store.apply(resource.kind, changes);
    this.#warningsChanged ||= problems;
    for (const { key, previous, next } of changes) {
      if (resource.kind === "Ingress") {
        for (const named of Object.values(this.#named)) {
          named.ingress(previous as Ingress | undefined, next as Ingress | undefined);
        }
      } else if (isTlsSecrets(resource)) {
        this.#named.Secret.covered(key, next !== undefined);
      }
    }
    if (resource.kind === "ConfigMap" && this.#phase === "synced") void this.#followPods();
    if (changes.length > 0 || problems) this.#tell();
  }

  #tell(): void {
    this.#holdsBack = this.#isBehind();
    if (this.#holdsBack) this.#context.catchUp.changed();
    else this.#onChange?.();
  }

  /** Then the state is shown as it was before the outage. */
  #isBehind(): boolean {
    return this.#phase === "synced" && this.#context.catchUp.behind();
  }

  #caughtUp(): void {
    if (this.#holdsBack) this.#tell();
  }

  #counts(): object {
    const { Ingress, IngressClass, Service, EndpointSlice, Secret, ConfigMap, Namespace, Pod } =
      this.observe().state;
    return {
      Ingress: Ingress.size,
      IngressClass: IngressClass.size,
      Service: Service.size,
      EndpointSlice: EndpointSlice.size,
      Secret: Secret.size,
      ConfigMap: ConfigMap.size,
      Namespace: Namespace.size,
      Pod: Pod.size,
    };
  }
}

/** One that is named in an option, taken to exist: an account that is confined to it may not read it. */
function assumedNamespace(name: string): Namespace {
  return { metadata: { namespace: "", name, annotations: {}, labels: {}, created: undefined } };
}

function requireNamespace(name: string): void {
  if (isDnsLabel(name)) return;
  const problem = "is no name of a namespace: at most 63 of a-z, 0-9 and `-`";
  throw new KubeConfigError(
    `--namespaces ${name}`,
    problem,
    "give names as `kubectl get namespaces` shows them",
  );
}
