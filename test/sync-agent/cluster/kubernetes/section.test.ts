import { describe, expect, test } from "vitest";
import { namedObject, type Resource } from "../../../../sync-agent/cluster/kubernetes/resources.ts";
import { createSection, type Outcome } from "../../../../sync-agent/cluster/kubernetes/section.ts";
import { ingress, meta } from "./objects.ts";

const INGRESS: Resource = {
  kind: "Ingress",
  apiVersion: "networking.k8s.io/v1",
  path: "/x",
  namespace: "",
  fieldSelector: undefined,
};
const bad = (version: string) => ({ metadata: meta({ version }), spec: { rules: [{ host: "Bad_Host" }] } });

/** `+web`, `~web`, `-web`, in the order of their names; and `!` when problems changed. */
function shown({ changes, problems }: Outcome): string {
  const words = changes.map(({ key, previous, next }) => {
    const changed = previous === undefined ? "+" : "~";
    return `${next === undefined ? "-" : changed}${key.replace("shop/", "")}`;
  });
  return [...words.toSorted((a, b) => (a.slice(1) < b.slice(1) ? -1 : 1)), ...(problems ? ["!"] : [])].join(
    " ",
  );
}

function relist(section: ReturnType<typeof createSection>, ...items: object[]): string {
  const list = section.relist();
  for (const item of items) list.add({ ...item });
  return shown(list.end());
}

describe("events", () => {
  test("come, change and go", () => {
    const section = createSection(INGRESS);
    expect(shown(section.put(ingress()))).toBe("+web");
    expect(shown(section.put(ingress({ version: "2" })))).toBe("");
    expect(shown(section.put(ingress({ version: "3", host: "b.example" })))).toBe("~web");
    expect(shown(section.remove(ingress({ version: "4" })))).toBe("-web");
    expect(shown(section.remove(ingress({ version: "4" })))).toBe("");
  });

  test("of objects without a name change nothing", () => {
    const section = createSection(INGRESS);
    expect(shown(section.put({ metadata: {} }))).toBe("");
    expect(shown(section.remove({}))).toBe("");
  });
});

describe("a new list", () => {
  test("tells what came, changed and went, and nothing of the rest", () => {
    const section = createSection(INGRESS);
    expect(relist(section, ingress(), ingress({ name: "b" }), ingress({ name: "c" }))).toBe("+b +c +web");
    expect(
      relist(
        section,
        ingress({ version: "7" }),
        ingress({ name: "b", version: "8", host: "b.example" }),
        ingress({ name: "d" }),
      ),
    ).toBe("~b -c +d");
    expect(relist(section)).toBe("-b -d -web");
  });

  test("changes nothing before its end", () => {
    const section = createSection(INGRESS);
    relist(section, ingress());
    section.relist().add(ingress({ name: "b" }));
    expect(shown(section.put(ingress({ version: "2", host: "b.example" })))).toBe("~web");
    expect(shown(section.clear())).toBe("-web");
  });
});

describe("objects that cannot be read", () => {
  test("are told of once, until that changes", () => {
    const section = createSection(INGRESS);
    expect(shown(section.put(ingress()))).toBe("+web");
    expect(shown(section.put(bad("2")))).toBe("!");
    expect(shown(section.put(bad("3")))).toBe("");
    expect(relist(section, bad("4"))).toBe("");
    expect(section.invalid().get("shop/web")).toMatchObject({ kept: true });
    expect(shown(section.put(ingress({ version: "5" })))).toBe("!");
    expect(section.invalid().size).toBe(0);
  });

  test("are forgotten with the object", () => {
    const section = createSection(INGRESS);
    expect(shown(section.put(bad("2")))).toBe("!");
    expect(section.invalid().get("shop/web")).toMatchObject({ kept: false });
    expect(shown(section.remove(bad("2")))).toBe("!");
    section.put(bad("2"));
    expect(relist(section)).toBe("!");
    expect(section.invalid().size).toBe(0);
  });
});

test("a Secret that is followed by its name is left to the TLS Secrets when it is one", () => {
  const section = createSection(namedObject("Secret", "shop", "a"));
  const secret = (type: string) => ({ metadata: meta({ name: "a" }), type, data: {} });
  expect(shown(section.put(secret("kubernetes.io/tls")))).toBe("");
  expect(shown(section.put(secret("Opaque")))).toBe("+a");
});
