import { describe, expect, it } from "vitest";
import type { Ingress, IngressClass } from "../../../sync-agent/cluster/state.ts";
import { CONTROLLER, isServed, selectIngresses } from "../../../sync-agent/compile/class-selection.ts";
import { ingress, ingressClass } from "./support/objects.ts";

const FOREIGN = "k8s.io/ingress-nginx";
const named = (ingressClassName: string | undefined) => ingress("shop/web", { ingressClassName });
const annotated = (name: string, ingressClassName?: string) =>
  ingress("shop/web", {
    ingressClassName,
    metadata: { annotations: { "kubernetes.io/ingress.class": name } },
  });

interface Case {
  readonly ingress: Ingress;
  readonly classes?: readonly IngressClass[];
  readonly adopted?: readonly string[];
  readonly ownName?: string;
  readonly served: boolean;
}

const CASES: Record<string, Case> = {
  "class lintel without a class object": { ingress: named("lintel"), served: true },
  "class lintel of our controller": {
    ingress: named("lintel"),
    classes: [ingressClass("lintel", CONTROLLER)],
    served: true,
  },
  "class lintel of a foreign controller: the controller decides": {
    ingress: named("lintel"),
    classes: [ingressClass("lintel", FOREIGN)],
    served: false,
  },
  "our class under another name, without a class object": {
    ingress: named("edge"),
    ownName: "edge",
    served: true,
  },
  "class lintel where ours has another name": { ingress: named("lintel"), ownName: "edge", served: false },
  "a class of another name, of our controller": {
    ingress: named("edge"),
    classes: [ingressClass("edge", CONTROLLER)],
    served: true,
  },
  "a foreign class": { ingress: named("nginx"), classes: [ingressClass("nginx", FOREIGN)], served: false },
  "an unknown class": { ingress: named("edge"), served: false },
  "an adopted class without a class object": { ingress: named("nginx"), adopted: ["nginx"], served: true },
  "an adopted class of a foreign controller": {
    ingress: named("nginx"),
    classes: [ingressClass("nginx", FOREIGN)],
    adopted: ["nginx"],
    served: true,
  },
  "the class by annotation": { ingress: annotated("lintel"), served: true },
  "a foreign class by annotation": { ingress: annotated("nginx"), served: false },
  "an adopted class by annotation": { ingress: annotated("nginx"), adopted: ["nginx"], served: true },
  "the field before the annotation": { ingress: annotated("lintel", "nginx"), served: false },
  "no class, and no classes in the cluster": { ingress: named(undefined), served: true },
  "an empty class is none": { ingress: named(""), served: true },
  "no class, and our class is the default": {
    ingress: named(undefined),
    classes: [ingressClass("edge", CONTROLLER, true), ingressClass("nginx", FOREIGN)],
    served: true,
  },
  "no class, and our class is not the default": {
    ingress: named(undefined),
    classes: [ingressClass("lintel", CONTROLLER)],
    served: false,
  },
  "no class, and a foreign class is the default": {
    ingress: named(undefined),
    classes: [ingressClass("nginx", FOREIGN, true)],
    served: false,
  },
  "no class, and an adopted class is the default": {
    ingress: named(undefined),
    classes: [ingressClass("nginx", FOREIGN, true)],
    adopted: ["nginx"],
    served: true,
  },
};

describe("isServed", () => {
  it.each(Object.entries(CASES))("%s", (_, test) => {
    const { ingress, classes = [], adopted = [], ownName = "lintel", served } = test;
    expect(isServed(ingress, classes, { ingressClass: ownName, adoptedClasses: adopted })).toBe(served);
  });
});

describe("selectIngresses", () => {
  const served = { ingressClass: "lintel", adoptedClasses: [] };
  const select = (ingresses: Ingress[]) => selectIngresses(ingresses, [], served);

  it("is silent about Ingresses of others", () => {
    expect(select([ingress("shop/web", { ingressClassName: "nginx" })])).toEqual({
      ingresses: [],
      warnings: [],
    });
  });

  it("sets an Ingress aside whose name no record can carry", () => {
    const { ingresses, warnings } = select([ingress("shop/we_b"), ingress("shop/web")]);
    expect(ingresses).toHaveLength(1);
    expect(warnings).toMatchObject([{ object: "Ingress shop/we_b", reason: "ObjectInvalid" }]);
  });
});
