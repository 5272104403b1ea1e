/** Who may do what: bearer tokens, and rules as RBAC has them. */
import type { Resource } from "./kinds.ts";
import { forbidden, unauthorized } from "./status.ts";

export interface Attributes {
  readonly verb: string;
  readonly group: string;
  readonly plural: string;
  readonly subresource: string;
  readonly namespace: string;
  readonly name: string;
}

/** Fields that are absent match everything. */
export interface DenyRule {
  readonly verb?: string;
  /** `ingresses`, or `ingresses/status` for a subresource: as in RBAC, one is not the other. */
  readonly resource?: string;
  readonly namespace?: string;
}

/** A rule of a Role or a ClusterRole (rbac.authorization.k8s.io/v1). */
export interface PolicyRule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
  readonly resourceNames?: readonly string[];
}

export interface Grant {
  /** Of the RoleBinding; absent for a ClusterRoleBinding. */
  readonly namespace?: string;
  readonly rules: readonly PolicyRule[];
}

export class Access {
  readonly user: string;
  #tokens: readonly string[] | undefined;
  #grants: readonly Grant[] | undefined;
  readonly #denied = new Set<DenyRule>();

  /** @param tokens that are let in; `undefined` lets everybody in. */
  constructor(user: string, tokens: readonly string[] | undefined) {
    this.user = user;
    this.#tokens = tokens;
  }

  setTokens(tokens: readonly string[] | undefined): void {
    this.#tokens = tokens;
  }

  /** @param grants `undefined` grants everything. */
  setGrants(grants: readonly Grant[] | undefined): void {
    this.#grants = grants;
  }

  deny(rule: DenyRule): () => void {
    this.#denied.add(rule);
    return () => {
      this.#denied.delete(rule);
    };
  }

  /** @throws ApiError 401 */
  authenticate(authorization: string | undefined): void {
    if (this.#tokens === undefined) return;
    const [, token = ""] = /^Bearer (.+)$/i.exec(authorization ?? "") ?? [];
    if (!this.#tokens.includes(token)) throw unauthorized();
  }

  /** @throws ApiError 403 */
  authorize(resource: Resource, attributes: Attributes): void {
    if (!this.allows(attributes)) throw forbidden(resource, this.user, attributes);
  }

  allows(attributes: Attributes): boolean {
    if ([...this.#denied].some((rule) => isDenied(rule, attributes))) return false;
    return this.#grants === undefined || this.#grants.some((grant) => isGranted(grant, attributes));
  }
}

function withSubresource({ plural, subresource }: Attributes): string {
  return subresource === "" ? plural : `${plural}/${subresource}`;
}

function isDenied({ verb, resource, namespace }: DenyRule, attributes: Attributes): boolean {
  return (
    (verb === undefined || verb === attributes.verb) &&
    (resource === undefined || resource === withSubresource(attributes)) &&
    (namespace === undefined || namespace === attributes.namespace)
  );
}

function isGranted({ namespace, rules }: Grant, attributes: Attributes): boolean {
  if (namespace !== undefined && namespace !== attributes.namespace) return false;
  const has = (list: readonly string[], value: string) => list.includes("*") || list.includes(value);
  return rules.some(
    ({ apiGroups, resources, verbs, resourceNames = [] }) =>
      has(apiGroups, attributes.group) &&
      has(resources, withSubresource(attributes)) &&
      has(verbs, attributes.verb) &&
      (resourceNames.length === 0 || resourceNames.includes(attributes.name)),
  );
}
