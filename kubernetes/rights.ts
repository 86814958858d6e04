import type { Rule } from "./access-rules";
import type { Manifest } from "./manifest";

/** One thing that one subject may do: a verb on a resource, or whatever a role allows that these objects don't define. */
export type Right = Holder & (RuleRight | RoleRight);

interface Holder {
  /** `ServiceAccount spark/spark-driver`, `Group harp-developers`, `User ann`. */
  readonly subject: string;
  /** The namespace it holds in; absent for the whole cluster. */
  readonly namespace?: string;
}
interface RuleRight {
  readonly verb: string;
  /** The API group: "" for the core group, `*` for any. */
  readonly group: string;
  /** `pods`, `pods/log`, `*`; the path of a URL that is no resource, such as `/metrics`. */
  readonly resource: string;
  /** The one object it is for; absent for all. */
  readonly name?: string;
}
interface RoleRight {
  /** `ClusterRole edit`: defined elsewhere, by the cluster or its administrators. */
  readonly role: string;
}

interface Binding extends Manifest {
  readonly roleRef: { readonly kind: string; readonly name: string };
  readonly subjects?: readonly { readonly kind: string; readonly name: string; readonly namespace?: string }[];
}
interface WholeRule extends Rule {
  readonly nonResourceURLs?: readonly string[];
}

const aggregation = "rbac.authorization.k8s.io/aggregate-to-";

/** Every right that Roles and bindings give, by RBAC's rules: a Role without a binding gives none. */
export function rightsOf(manifests: readonly Manifest[]): readonly Right[] {
  const bound = manifests
    .filter(({ kind }) => kind === "RoleBinding" || kind === "ClusterRoleBinding")
    .flatMap((binding) => rightsOfBinding(manifests, binding as Binding));
  return [...bound, ...manifests.filter(({ kind }) => kind === "ClusterRole").flatMap(aggregatedRights)];
}

/** Whether whoever has the first right has the second with it. */
export function coversRight(one: Right, other: Right): boolean {
  if (one.subject !== other.subject) return false;
  if (one.namespace !== undefined && one.namespace !== other.namespace) return false;
  if ("role" in one || "role" in other) return "role" in one && "role" in other && one.role === other.role;
  const fits = (has: string, wanted: string) => has === "*" || has === wanted;
  const isUrl = other.resource.startsWith("/");
  if (isUrl !== one.resource.startsWith("/")) return false;
  return (
    fits(one.verb, other.verb) &&
    fits(one.group, other.group) &&
    (isUrl ? coversUrl(one.resource, other.resource) : coversResource(one.resource, other.resource)) &&
    (one.name === undefined || one.name === other.name)
  );
}

/** The rights of `some` that nothing in `others` gives, without those that follow from another one. */
export function rightsBeyond(some: readonly Right[], others: readonly Right[]): readonly Right[] {
  const beyond = some.filter((right) => !others.some((other) => coversRight(other, right)));
  return beyond.filter(
    (right, index) =>
      !beyond.some(
        (other, place) => place !== index && coversRight(other, right) && (!coversRight(right, other) || place < index),
      ),
  );
}

function rightsOfBinding(manifests: readonly Manifest[], binding: Binding): readonly Right[] {
  const { kind, name } = binding.roleRef;
  const namespace = binding.kind === "RoleBinding" ? binding.metadata.namespace : undefined;
  const role = manifests.find(
    (one) =>
      one.kind === kind &&
      one.metadata.name === name &&
      (kind === "ClusterRole" || one.metadata.namespace === namespace),
  );
  const holders = (binding.subjects ?? []).map((subject) => ({ subject: subjectText(subject), namespace }));
  const gathered = role === undefined || role.aggregationRule !== undefined ? [{ role: `${kind} ${name}` }] : [];
  const allowed = [...gathered, ...((role?.rules ?? []) as readonly WholeRule[]).flatMap(ruleRights)];
  return holders.flatMap((holder) => allowed.map((right): Right => ({ ...holder, ...right })));
}

/** What a ClusterRole adds to another one that gathers by label, such as Kubernetes' own `edit`. */
function aggregatedRights(role: Manifest): readonly Right[] {
  const gatherers = Object.entries(role.metadata.labels ?? {})
    .filter(([label, value]) => label.startsWith(aggregation) && value === "true")
    .map(([label]) => `everybody with ClusterRole ${label.slice(aggregation.length)}`);
  const allowed = ((role.rules ?? []) as readonly WholeRule[]).flatMap(ruleRights);
  return gatherers.flatMap((subject) => allowed.map((right): Right => ({ subject, ...right })));
}

function ruleRights(rule: WholeRule): readonly RuleRight[] {
  const { verbs, apiGroups = [], resources = [], resourceNames, nonResourceURLs = [] } = rule;
  const names = resourceNames === undefined || resourceNames.length === 0 ? [undefined] : resourceNames;
  return verbs.flatMap((verb) => [
    ...apiGroups.flatMap((group) =>
      resources.flatMap((resource) => names.map((name) => ({ verb, group, resource, ...(name && { name }) }))),
    ),
    ...nonResourceURLs.map((resource) => ({ verb, group: "", resource: resource === "*" ? "/*" : resource })),
  ]);
}

function coversResource(has: string, wanted: string): boolean {
  if (has === "*" || has === wanted) return true;
  // `*/scale` is the sub-resource of every resource; `pods` gives none of its sub-resources.
  return has.startsWith("*/") && wanted.endsWith(has.slice(1));
}

function coversUrl(has: string, wanted: string): boolean {
  return has === wanted || (has.endsWith("*") && wanted.startsWith(has.slice(0, -1)));
}

function subjectText({ kind, name, namespace }: { kind: string; name: string; namespace?: string }): string {
  return `${kind} ${namespace === undefined ? "" : `${namespace}/`}${name}`;
}
