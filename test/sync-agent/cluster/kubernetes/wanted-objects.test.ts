import { describe, expect, test } from "vitest";
import { wantedConfigMaps, wantedSecrets } from "../../../../sync-agent/cluster/kubernetes/wanted-objects.ts";
import { readObject } from "../../../../sync-agent/cluster/objects/read-object.ts";
import type { Ingress } from "../../../../sync-agent/cluster/state.ts";
import { ingress } from "./objects.ts";

function read(secrets: readonly string[], annotations: Readonly<Record<string, string>> = {}): Ingress {
  const { metadata, ...rest } = ingress({ secrets });
  const object = {
    apiVersion: "networking.k8s.io/v1",
    kind: "Ingress",
    metadata: { ...metadata, annotations },
  };
  const reading = readObject({ ...object, ...rest });
  if (reading.outcome !== "read") throw new Error("the Ingress cannot be read");
  return reading.stripped.object as Ingress;
}

const nginx = (name: string, value: string) => ({ [`nginx.ingress.kubernetes.io/${name}`]: value });

describe("Secrets are wanted", () => {
  test.each<[readonly string[], readonly string[]]>([
    [[], []],
    [["a"], ["shop/a"]],
    [
      ["a", "b", "a", ""],
      ["shop/a", "shop/b"],
    ],
  ])("that its tls names: of %j %j", (secrets, wanted) => {
    expect(wantedSecrets(read(secrets))).toEqual(wanted);
  });

  test.each([
    ["users", ["shop/tls", "shop/users"]],
    ["shop/users", ["shop/tls", "shop/users"]],
    ["tls", ["shop/tls"]],
    ["elsewhere/users", ["shop/tls"]],
    ["no/such/name", ["shop/tls"]],
  ])("that auth-secret names: of %j %j", (name, wanted) => {
    expect(wantedSecrets(read(["tls"], nginx("auth-secret", name)))).toEqual(wanted);
  });
});

describe("ConfigMaps are wanted", () => {
  test.each([
    ["custom-headers", "shop/headers", ["shop/headers"]],
    ["auth-proxy-set-headers", "headers", ["shop/headers"]],
    ["auth-proxy-set-headers", "elsewhere/headers", []],
    ["custom-headers", "elsewhere/headers", []],
    ["auth-secret", "users", []],
  ])("that %s names: of %j %j", (annotation, name, wanted) => {
    expect(wantedConfigMaps(read([], nginx(annotation, name)))).toEqual(wanted);
  });
});
