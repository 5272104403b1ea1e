/** The objects that an Ingress names, by `namespace/name`. */
import { referredObjects } from "../../compile/annotations/referred-objects.ts";
import type { Ingress } from "../state.ts";

/** They are read whatever their type is. */
export function wantedSecrets(ingress: Ingress): string[] {
  const { namespace } = ingress.metadata;
  const names = ingress.tls.flatMap(({ secretName }) => (secretName === undefined ? [] : [secretName]));
  const certificates = names.map((name) => `${namespace}/${name}`);
  return [...new Set([...certificates, ...referredObjects("Secret", ingress)])];
}

export function wantedConfigMaps(ingress: Ingress): string[] {
  return referredObjects("ConfigMap", ingress);
}
