import type { Ingress } from "../state.ts";

/** The Secrets that an Ingress names, by `namespace/name`. They are read whatever their type is. */
export function wantedSecrets(ingress: Ingress): string[] {
  const { namespace } = ingress.metadata;
  const names = ingress.tls.flatMap(({ secretName }) => (secretName === undefined ? [] : [secretName]));
  return Array.from(new Set(names), (name) => `${namespace}/${name}`);
}
