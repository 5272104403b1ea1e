import type { Backend, HostRecord } from "../../contract/index.ts";

/** Most of a host's routes go to the same Service: what they say of it is kept once, which halves the record's memory. */
export function shareBackends({ routes }: HostRecord): void {
  const [first] = routes;
  if (first === undefined) return;
  for (const route of routes) {
    if (areSame(route.backends, first.backends)) route.backends = first.backends;
    if (route.ingress === first.ingress) route.ingress = first.ingress;
  }
}

function areSame(a: readonly Backend[], b: readonly Backend[]): boolean {
  return a.length === b.length && a.every((backend, index) => isSame(backend, b[index]));
}

const isSame = (a: Backend, b: Backend | undefined): boolean =>
  a.service === b?.service && a.port === b.port && a.weight === b.weight;
