import { type IngressSpec, ingress } from "./objects.ts";

interface Named {
  readonly metadata: object;
}

/** An Ingress with annotations; a name without a prefix is ingress-nginx's. */
export function annotated(
  name: string,
  annotations: Readonly<Record<string, string>>,
  spec: IngressSpec,
): object {
  const object = ingress(name, spec) as Named;
  const prefixed = Object.entries(annotations).map(([key, value]) => [
    key.includes("/") ? key : `nginx.ingress.kubernetes.io/${key}`,
    value,
  ]);
  return { ...object, metadata: { ...object.metadata, annotations: Object.fromEntries(prefixed) as object } };
}

/** One that serves every path of a host from a Service. */
export function hostOf(
  host: string,
  service: string,
  annotations: Readonly<Record<string, string>> = {},
): object {
  return annotated(host.replaceAll(".", "-"), annotations, {
    rules: [{ host, paths: [{ path: "/", service }] }],
  });
}
