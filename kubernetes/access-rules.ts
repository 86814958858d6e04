import type { Manifest } from "./manifest";

/** A rule of a Role or ClusterRole. */
export interface Rule {
  readonly apiGroups?: readonly string[];
  readonly resources?: readonly string[];
  readonly verbs: readonly string[];
  readonly resourceNames?: readonly string[];
}

/** Who asks: a service account, or a group of users. */
export type Asker = { readonly account: string; readonly namespace: string } | { readonly group: string };

/** What is asked for. */
export interface Request {
  readonly verb: string;
  /** The resource, with its sub-resource and API group: `pods/log`, `networkpolicies.networking.k8s.io`. */
  readonly resource: string;
  readonly namespace: string;
  /** The object's name, where it matters. */
  readonly name?: string;
}

interface Binding extends Manifest {
  readonly roleRef: { readonly kind: string; readonly name: string };
  readonly subjects?: readonly { readonly kind: string; readonly name: string; readonly namespace?: string }[];
}

/** Whether the rendered Roles and bindings allow a request, by the rules of Kubernetes' RBAC authoriser. */
export function allows(manifests: readonly Manifest[], asker: Asker, request: Request): boolean {
  return manifests
    .filter(({ kind }) => kind === "RoleBinding" || kind === "ClusterRoleBinding")
    .filter((binding) => binding.kind === "ClusterRoleBinding" || binding.metadata.namespace === request.namespace)
    .filter((binding) => (binding as Binding).subjects?.some((subject) => isAsker(subject, asker)))
    .flatMap((binding) => rulesOf(manifests, binding as Binding))
    .some((rule) => covers(rule, request));
}

/** The rules behind a binding. */
export function rulesOf(manifests: readonly Manifest[], binding: Binding): readonly Rule[] {
  const { kind, name } = binding.roleRef;
  const role = manifests.find(
    (one) =>
      one.kind === kind &&
      one.metadata.name === name &&
      (kind === "ClusterRole" || one.metadata.namespace === binding.metadata.namespace),
  );
  return (role?.rules ?? []) as readonly Rule[];
}

function isAsker(subject: { kind: string; name: string; namespace?: string }, asker: Asker): boolean {
  return "group" in asker
    ? subject.kind === "Group" && subject.name === asker.group
    : subject.kind === "ServiceAccount" && subject.name === asker.account && subject.namespace === asker.namespace;
}

function covers(rule: Rule, { verb, resource, name }: Request): boolean {
  const [plain = "", group = ""] = resource.split(/\.(.*)/s);
  const has = (list: readonly string[] | undefined, value: string) => list?.some((one) => one === value || one === "*");
  return (
    has(rule.verbs, verb) === true &&
    has(rule.resources, plain) === true &&
    has(rule.apiGroups, group) === true &&
    (rule.resourceNames === undefined || (name !== undefined && rule.resourceNames.includes(name)))
  );
}
