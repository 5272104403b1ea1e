/** What every Ingress claims of hosts, read anew when it or something that was read for it is different. */
import { EMPTY_STATE } from "../../cluster/manifests/state-maps.ts";
import type { ClusterState, Ingress } from "../../cluster/state.ts";
import type { Warning } from "../../warning.ts";
import { type ControllerReading, readController } from "../annotations/controller.ts";
import type { AnnotationContext } from "../annotations/group.ts";
import { classNameOf } from "../class-selection.ts";
import type { ClaimContext } from "../ingress-claims.ts";
import { serverNameKeys } from "../../../contract/index.ts";
import { keptClaims, type LastGood } from "../last-good.ts";
import type { PublishedHosts } from "../published-form.ts";
import { compareText } from "../text-order.ts";
import type { StateChanges } from "./changes.ts";
import { Dependents, recording } from "./dependents.ts";
import type { HostComponents } from "./host-components.ts";
import type { Namespaces } from "./namespaces.ts";
import type { SelectedIngresses } from "./selected-ingresses.ts";
import type { WarningLedger } from "./warning-ledger.ts";

export interface ClaimOptions {
  readonly adoptedClasses: readonly string[];
  readonly controllerConfig: string | undefined;
  readonly clusterDomain: string;
  /** In lower case. */
  readonly systemHost: string | undefined;
  readonly hasCertificate: (serverName: string) => boolean;
  readonly isListed: (serverName: string) => boolean;
}

/** What an Ingress was given that asked for its last good form. */
interface Asked {
  readonly good: ReturnType<LastGood["get"]>;
  readonly published: PublishedHosts | undefined;
}

export interface ClaimInput {
  readonly state: ClusterState;
  readonly changes: StateChanges;
  /** Ingresses that came to be ours, changed, or are ours no longer. */
  readonly selected: readonly string[];
  /** Server names that have a certificate now and had none, and the other way round. */
  readonly certified: readonly string[];
  /** Server names that are listed now and were not, and the other way round. */
  readonly listed: readonly string[];
  readonly lastGood: LastGood;
  readonly published: PublishedHosts | undefined;
}

/** Reads for all Ingresses of adopted classes. No Ingress is called so. */
const CONTROLLER = "controller";

const thing = {
  Service: (key: string) => `Service ${key}`,
  Secret: (key: string) => `Secret ${key}`,
  ConfigMap: (key: string) => `ConfigMap ${key}`,
  servicesOf: (namespace: string) => `Services of ${namespace}`,
  certificate: (serverName: string) => `certificate ${serverName}`,
  listed: (serverName: string) => `listed ${serverName}`,
};

export class ClaimedIngresses {
  readonly #options: ClaimOptions;
  readonly #selected: SelectedIngresses;
  readonly #hosts: HostComponents;
  readonly #dependents = new Dependents();
  readonly #asked = new Map<string, Asked>();
  readonly #lacking = new Set<string>();
  #good = new Map<string, NonNullable<Asked["good"]>>();
  #controller: ControllerReading | undefined;
  readonly #namespaces: Namespaces;
  // What is read may be read later, too, when hosts are merged: then as it is then.
  #state: ClusterState = EMPTY_STATE;

  constructor(
    options: ClaimOptions,
    selected: SelectedIngresses,
    hosts: HostComponents,
    namespaces: Namespaces,
  ) {
    this.#options = options;
    this.#selected = selected;
    this.#hosts = hosts;
    this.#namespaces = namespaces;
  }

  /** @returns how many Ingresses were read */
  update(input: ClaimInput, ledger: WarningLedger): number {
    this.#state = input.state;
    const changed = changedThings(input, this.#namespaces);
    const affected = new Set([...input.selected, ...this.#askingAnew(input)]);
    const touch = (what: string) => {
      for (const reader of this.#dependents.readersOf(what)) affected.add(reader);
    };
    for (const what of changed) touch(what);
    const { controllerConfig = "" } = this.#options;
    const isOtherConfig = input.changes.ConfigMap.some(({ key }) => key === controllerConfig);
    if (affected.delete(CONTROLLER) || isOtherConfig) {
      this.#readController(ledger);
      touch(CONTROLLER);
    }
    if (affected.size === 0) return 0;
    this.#good = new Map(this.#good);
    for (const key of affected) this.#read(key, input, ledger);
    return affected.size;
  }

  /** The same map while nothing has changed. */
  lastGood(): LastGood {
    return this.#good;
  }

  /** Sorted. */
  lacking(): string[] {
    return [...this.#lacking].toSorted(compareText);
  }

  *#askingAnew({ lastGood, published }: ClaimInput): Iterable<string> {
    for (const [key, asked] of this.#asked) {
      const good = lastGood.get(key);
      if (good !== asked.good || (good === undefined && published !== asked.published)) yield key;
    }
  }

  #readController(ledger: WarningLedger): void {
    this.#dependents.forget(CONTROLLER);
    const configMap = this.#state.ConfigMap.get(this.#options.controllerConfig ?? "");
    this.#controller = configMap && readController(configMap, this.#objectsFor(CONTROLLER));
    ledger.set(CONTROLLER, this.#controller?.warnings ?? []);
  }

  #read(key: string, { lastGood, published }: ClaimInput, ledger: WarningLedger): void {
    this.#dependents.forget(key);
    this.#asked.delete(key);
    this.#lacking.delete(key);
    this.#good.delete(key);
    const ingress = this.#selected.get(key);
    if (ingress === undefined) {
      this.#tell(key, [], ledger);
      this.#hosts.set(key, []);
      return;
    }
    const kept = keptClaims(ingress, this.#contextFor(key, ingress), lastGood, published);
    if (kept.keepsLastGood) this.#asked.set(key, { good: kept.good, published });
    if (kept.isLacking) this.#lacking.add(key);
    if (kept.good !== undefined) this.#good.set(key, kept.good);
    this.#tell(key, kept.warnings, ledger);
    this.#hosts.set(key, kept.claims);
  }

  #tell(key: string, warnings: readonly Warning[], ledger: WarningLedger): void {
    ledger.set(`Ingress ${key}`, warnings);
  }

  #contextFor(key: string, ingress: Ingress): ClaimContext {
    const { adoptedClasses, systemHost, hasCertificate, isListed } = this.#options;
    const note = (what: string) => this.#dependents.note(key, what);
    const isAdopted = adoptedClasses.includes(classNameOf(ingress) ?? "");
    if (isAdopted) note(CONTROLLER);
    const certified = (host: string) =>
      serverNameKeys(host).filter((name) => {
        note(thing.certificate(name));
        return hasCertificate(name);
      }).length > 0;
    return {
      ...this.#objectsFor(key),
      ...(isAdopted
        ? { defaults: "nginx", controller: this.#controller?.controller }
        : { defaults: "lintel" }),
      systemHost,
      hasCertificate: certified,
      isSecured: (host) =>
        serverNameKeys(host).filter((name) => {
          note(thing.listed(name));
          return isListed(name);
        }).length > 0 || certified(host),
    };
  }

  #objectsFor(reader: string): Omit<AnnotationContext, "ingress" | "controller" | "defaults"> {
    const note = (what: string) => this.#dependents.note(reader, what);
    return {
      services: recording(() => this.#state.Service, thing.Service, note),
      hasServices: (namespace) => {
        note(thing.servicesOf(namespace));
        return this.#namespaces.has("Service", namespace);
      },
      secrets: recording(() => this.#state.Secret, thing.Secret, note),
      configMaps: recording(() => this.#state.ConfigMap, thing.ConfigMap, note),
      clusterDomain: this.#options.clusterDomain,
    };
  }
}

function changedThings({ changes, certified, listed }: ClaimInput, namespaces: Namespaces): string[] {
  return [
    ...changes.Service.map(({ key }) => thing.Service(key)),
    ...changes.Secret.map(({ key }) => thing.Secret(key)),
    ...changes.ConfigMap.map(({ key }) => thing.ConfigMap(key)),
    ...namespaces.toggled("Service").map(thing.servicesOf),
    ...certified.map(thing.certificate),
    ...listed.map(thing.listed),
  ];
}
