import type { Grant, PolicyRule } from "../../kubernetes/api-server/index.ts";
import type { Rendered } from "./helm.ts";

type Authorization = Rendered & {
  readonly rules?: readonly PolicyRule[];
  readonly roleRef?: { readonly kind: string; readonly name: string };
  readonly subjects?: readonly object[];
};

/**
 * What a chart's roles and bindings allow an account.
 *
 * @throws Error for a binding of a role that is not there
 */
export function grantsTo(
  account: { readonly name: string; readonly namespace: string },
  objects: readonly Rendered[],
): Grant[] {
  const all: readonly Authorization[] = objects;
  return all
    .filter(
      ({ kind, subjects = [] }) =>
        kind.endsWith("Binding") && subjects.some((each) => isSubject(each, account)),
    )
    .map(({ roleRef, metadata: { namespace } }) => {
      const role = all.find(
        ({ kind, metadata }) =>
          kind === roleRef?.kind && metadata.name === roleRef.name && metadata.namespace === namespace,
      );
      if (role?.rules === undefined) {
        throw new Error(`no ${roleRef?.kind} ${roleRef?.name} is there to be bound`);
      }
      return { ...(namespace !== undefined && { namespace }), rules: role.rules };
    });
}

function isSubject(subject: object, account: { readonly name: string; readonly namespace: string }): boolean {
  const { kind, name, namespace } = subject as Readonly<Record<string, unknown>>;
  return kind === "ServiceAccount" && name === account.name && namespace === account.namespace;
}
