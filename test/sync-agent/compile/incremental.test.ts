/** What an Ingress is read anew for, one by one; histories at random are in incremental.property.test.ts. */
import { expect, it } from "vitest";
import { compile, CompileMemory } from "../../../sync-agent/compile/compile.ts";
import { type Edit, edited } from "./support/histories.ts";
import { clusterState, configMap, ingress, path, secret, service } from "./support/objects.ts";
import { OPTIONS } from "./support/options.ts";

const nginx = (annotations: Readonly<Record<string, string>>) =>
  Object.fromEntries(
    Object.entries(annotations).map(([name, text]) => [`nginx.ingress.kubernetes.io/${name}`, text]),
  );

const web = (annotations: Readonly<Record<string, string>>) =>
  ingress("shop/web", {
    ingressClassName: "nginx",
    rules: [{ host: "x.example", paths: [path("Prefix / a:80")] }],
    metadata: { annotations: nginx(annotations) },
  });

const CASES: Record<string, { annotations?: Readonly<Record<string, string>>; edit: Edit; reads: boolean }> =
  {
    "a Service that it names": {
      edit: { kind: "Service", key: "shop/a", object: service("shop/a") },
      reads: true,
    },
    "a Service of another name": {
      edit: { kind: "Service", key: "shop/b", object: service("shop/b") },
      reads: false,
    },
    "the first Service of a namespace that a host may be of": {
      annotations: { "auth-url": "http://check.team/" },
      edit: { kind: "Service", key: "team/other", object: service("team/other") },
      reads: true,
    },
    "a Secret of its users that comes to be there": {
      annotations: { "auth-type": "basic", "auth-secret": "users" },
      edit: { kind: "Secret", key: "shop/users", object: secret("shop/users", { auth: "" }) },
      reads: true,
    },
    "a ConfigMap of its headers": {
      annotations: { "custom-headers": "headers" },
      edit: { kind: "ConfigMap", key: "shop/headers", object: configMap("shop/headers", {}) },
      reads: true,
    },
    "the settings of the controller": {
      edit: {
        kind: "ConfigMap",
        key: "ingress-nginx/config",
        object: configMap("ingress-nginx/config", { "ssl-redirect": "false" }),
      },
      reads: true,
    },
  };

it.each(Object.entries(CASES))("%s", async (_, { annotations = {}, edit, reads }) => {
  const options = { ...OPTIONS, adoptedClasses: ["nginx"], controllerConfig: "ingress-nginx/config" };
  const memory = new CompileMemory();
  const state = clusterState({ Ingress: [web(annotations)] });
  const { lastGood } = await compile(state, options, memory);
  const next = edited(state, [edit]);
  const { work, ...after } = await compile(next, { ...options, lastGood }, memory);
  const { work: __, ...full } = await compile(next, { ...options, lastGood });
  expect(work.ingresses).toBe(reads ? 1 : 0);
  expect(after).toEqual(full);
});
