/** What Pods of the chart run with. */
import { describe, expect, it } from "vitest";
import { agentCommand } from "../../cli/agent.ts";
import { KEY_FILES } from "../../cli/key-files.ts";
import { SLOW, type Rendered, renderChart } from "./support/helm.ts";
import { readValues, valuesNames } from "./support/values.ts";

interface Container {
  readonly name: string;
  readonly image: string;
  readonly args?: readonly string[];
  readonly env: readonly { readonly name: string; readonly value?: string }[];
  readonly securityContext: object;
  readonly readinessProbe: object;
  readonly resources: { readonly requests: object; readonly limits: object };
}
interface Deployment extends Rendered {
  readonly spec: {
    readonly selector: { readonly matchLabels: Readonly<Record<string, string>> };
    readonly template: {
      readonly metadata: { readonly labels: Readonly<Record<string, string>>; readonly annotations: object };
      readonly spec: {
        readonly securityContext: object;
        readonly containers: readonly Container[];
        readonly volumes?: readonly {
          readonly secret?: { readonly items: readonly { readonly path: string }[] };
        }[];
      };
    };
  };
}

const isDeployment = (object: Rendered): object is Deployment => object.kind === "Deployment";
const render = async (name: string) => (await renderChart(await readValues(name))).filter(isDeployment);
const all = (await Promise.all((await valuesNames()).map(render))).flat();
const agents = all.filter(({ metadata }) => metadata.name.endsWith("-agent"));

describe("every Deployment", SLOW, () => {
  it("selects its own Pods", () => {
    for (const { spec } of all) {
      expect(spec.template.metadata.labels).toMatchObject(spec.selector.matchLabels);
    }
  });

  it("meets the Pod Security Standard `restricted`, on a root that cannot be written", () => {
    for (const { spec } of all) {
      const { securityContext, containers } = spec.template.spec;
      expect(securityContext).toMatchObject({
        runAsNonRoot: true,
        runAsUser: 65532,
        seccompProfile: { type: "RuntimeDefault" },
      });
      for (const container of containers) {
        expect(container.securityContext).toEqual({
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ["ALL"] },
        });
      }
    }
  });

  it("has a readiness probe, requests, a limit of memory, and an image of one version", () => {
    for (const { spec } of all) {
      for (const { image, resources, readinessProbe } of spec.template.spec.containers) {
        expect(readinessProbe).toHaveProperty("httpGet");
        expect(Object.keys(resources.requests)).toEqual(["cpu", "memory"]);
        expect(resources.limits).toHaveProperty("memory");
        expect(image).toMatch(/(?:@sha256:[0-9a-f]{64}|:\d+\.\d+\.\d+)$/);
      }
    }
  });
});

describe("the agent's Deployment", SLOW, () => {
  const containers = agents.flatMap(({ spec }) => spec.template.spec.containers);
  const flags = new Set(agentCommand().options.map(({ envVar }) => envVar));

  it("sets nothing that is not a flag of `lintel agent`", () => {
    const names = containers.flatMap(({ env }) => env.map(({ name }) => name));
    expect([...new Set(names)].filter((name) => name.startsWith("LINTEL_") && !flags.has(name))).toEqual([]);
  });

  it("sets every flag in one values file or another, but those of a run outside a cluster", () => {
    const names = new Set(containers.flatMap(({ env }) => env.map(({ name }) => name)));
    const unset = [...flags].filter((name) => name !== undefined && !names.has(name));
    expect(new Set(unset)).toEqual(new Set(["LINTEL_KUBECONFIG", "LINTEL_MANIFESTS"]));
  });

  it("sets values that the flags take", async () => {
    for (const { args = [], env } of containers) {
      expect(args).toEqual(["agent"]);
      const command = agentCommand().exitOverride();
      command.action(() => undefined);
      for (const { name, value } of env) {
        const option = command.options.find(({ envVar }) => envVar === name);
        if (typeof option?.long !== "string" || value === undefined) continue;
        await command.parseAsync(["--api-token", "t", "--keys", "/k", option.long, value], { from: "user" });
      }
    }
  });

  it("mounts the keys that the agent reads, and not the gateway's secret", () => {
    for (const { spec } of agents) {
      const items = (spec.template.spec.volumes ?? []).flatMap(({ secret }) => secret?.items ?? []);
      const { signingKey, publicKey, sealingKey } = KEY_FILES;
      expect(items.map(({ path }) => path)).toEqual([signingKey, publicKey, sealingKey]);
    }
  });
});

describe("Pods", SLOW, () => {
  it("are replaced when what they read at the start changes, and not otherwise", async () => {
    const values = await readValues("tunnel");
    const annotationsOf = async (above: object) =>
      (await renderChart({ ...values, ...above }))
        .filter(isDeployment)
        .map(({ metadata, spec }) => [metadata.name, spec.template.metadata.annotations] as const);
    const before = await annotationsOf({});
    expect(await annotationsOf({ serviceMonitor: { enabled: false } })).toEqual(before);
    const gateway = { ...(values["gateway"] as object), accessLog: true };
    const changed = (await annotationsOf({ gateway })).filter(
      ([, annotations], i) => JSON.stringify(annotations) !== JSON.stringify(before[i]?.[1]),
    );
    expect(changed.map(([name]) => name)).toEqual(["lintel-gateway"]);
  });
});
