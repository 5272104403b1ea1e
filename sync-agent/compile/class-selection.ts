/** Which Ingresses are ours (Kubernetes Ingress API, "Ingress class"). */
import type { Ingress, IngressClass } from "../cluster/state.ts";
import type { Warning } from "../warning.ts";
import { invalidName } from "./objects.ts";

/** `spec.controller` of the IngressClasses that are ours. */
export const CONTROLLER = "lintel.dev/ingress-controller";
/** What named the class before `spec.ingressClassName` did; still widely written. */
const CLASS_ANNOTATION = "kubernetes.io/ingress.class";

export interface Selection {
  readonly ingresses: readonly Ingress[];
  readonly warnings: readonly Warning[];
}

export interface ServedClasses {
  /** The class that is ours also without an IngressClass object. */
  readonly ingressClass: string;
  /** Names of classes that are served besides, whatever their controller. */
  readonly adoptedClasses: readonly string[];
}

/** Ingresses of other controllers are left out silently: they are none of our business. */
export function selectIngresses(
  ingresses: readonly Ingress[],
  classes: readonly IngressClass[],
  served: ServedClasses,
): Selection {
  const ours = ingresses.filter((ingress) => isServed(ingress, classes, served));
  const judged = ours.map((ingress) => ({ ingress, invalid: invalidName("Ingress", ingress.metadata) }));
  return {
    ingresses: judged.flatMap(({ ingress, invalid }) => (invalid === undefined ? [ingress] : [])),
    warnings: judged.flatMap(({ invalid }) => invalid ?? []),
  };
}

/**
 * An adopted class is served whatever its controller. Otherwise the IngressClass of that name decides by its
 * controller, and where there is none, only our own name is ours. An Ingress without any class is served where a
 * class that we serve is the default, or where the cluster has no classes at all.
 */
export function isServed(
  ingress: Ingress,
  classes: readonly IngressClass[],
  { ingressClass, adoptedClasses }: ServedClasses,
): boolean {
  const name = classNameOf(ingress);
  const isOurs = (found: IngressClass) =>
    found.controller === CONTROLLER || adoptedClasses.includes(found.metadata.name);
  if (name === undefined) {
    return classes.length === 0 || classes.some((found) => found.isDefault && isOurs(found));
  }
  if (adoptedClasses.includes(name)) return true;
  const found = classes.find(({ metadata }) => metadata.name === name);
  return found === undefined ? name === ingressClass : isOurs(found);
}

export function classNameOf(ingress: Ingress): string | undefined {
  const name = ingress.ingressClassName ?? ingress.metadata.annotations[CLASS_ANNOTATION];
  return name === "" ? undefined : name;
}
