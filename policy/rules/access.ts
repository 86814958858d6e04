import type { Rule as AccessRule } from "../../kubernetes/access-rules";
import type { Manifest } from "../../kubernetes/manifest";
import type { ReviewedResource } from "../reviewed-resource";
import { objectsIn, shown, type Fault, type Rule } from "../rule";
import { podsOfResource } from "./pods";

/** The rules of a Role or ClusterRole, each with its path; none for anything else. */
function* placedRules({ manifest }: ReviewedResource): Iterable<readonly [string, AccessRule]> {
  if (manifest?.kind !== "Role" && manifest?.kind !== "ClusterRole") return;
  for (const [index, rule] of ((manifest.rules ?? []) as readonly AccessRule[]).entries())
    yield [`rules[${index}]`, rule];
}

/** Whether a list of a rule names one of `wanted`, or everything. */
const names = (list: readonly string[] | undefined, ...wanted: readonly string[]) =>
  (list ?? []).some((one) => one === "*" || wanted.includes(one));

/** A right is spelt out, so that a new API doesn't widen it. */
export const noWildcardRights: Rule = {
  name: "no-wildcard-rights",
  description: "No Role or ClusterRole has a wildcard among its verbs, resources, API groups or URLs.",
  why: "A wildcard grants what doesn't exist yet: the next API of the cluster, the next verb.",
  environments: "every",
  sees: "resource",
  *check(resource) {
    for (const [place, rule] of placedRules(resource))
      for (const list of ["verbs", "resources", "apiGroups", "nonResourceURLs"] as const) {
        const values = (rule as unknown as Record<string, readonly string[] | undefined>)[list] ?? [];
        for (const value of values.filter((one) => one.includes("*")))
          yield { field: `${place}.${list}`, value: shown(value), fix: `name the ${list} that are needed` };
      }
  },
};

/** Rights end at a namespace of the platform; what can't be is an exception with its reason. */
export const noClusterWideRights: Rule = {
  name: "no-cluster-wide-rights",
  description: "There is no ClusterRole, no ClusterRoleBinding, and no RoleBinding to a ClusterRole.",
  why: "The cluster has other tenants; built-in ClusterRoles such as edit read every Secret of a namespace.",
  environments: "every",
  sees: "resource",
  *check({ manifest }) {
    const fix = "grant a Role in one namespace, or add an exception with its reason to policy/exceptions.yaml";
    if (manifest?.kind === "ClusterRole" || manifest?.kind === "ClusterRoleBinding")
      yield { field: "kind", value: manifest.kind, fix };
    if (manifest?.kind !== "RoleBinding") return;
    const { kind, name } = manifest.roleRef as { kind: string; name: string };
    if (kind === "ClusterRole") yield { field: "roleRef", value: `ClusterRole ${name}`, fix };
  },
};

/** Secrets reach pods as files or variables that name them, never through the API. */
export const noRightsOnSecrets: Rule = {
  name: "no-rights-on-secrets",
  description: "No Role or ClusterRole grants anything on Secrets.",
  why: "A job's code is its author's; with this right it could read every credential of its namespace.",
  environments: "every",
  sees: "resource",
  *check(resource) {
    for (const [place, { apiGroups, resources, verbs }] of placedRules(resource))
      if (names(apiGroups, "") && (resources ?? []).some((one) => one === "*" || /^secrets(\/|$)/.test(one)))
        yield {
          field: `${place}.resources`,
          value: `secrets: ${verbs.join(", ")}`,
          fix: "take secrets out of the rule",
        };
  },
};

const selfGranting = ["escalate", "bind", "impersonate"];

/** Nobody can give themselves more than they were given. */
export const noSelfGrantedRights: Rule = {
  name: "no-self-granted-rights",
  description:
    "No Role or ClusterRole grants escalate, bind, impersonate, or the making of tokens for accounts it doesn't name.",
  why: "Each of these turns a small right into any right.",
  environments: "every",
  sees: "resource",
  *check(resource) {
    for (const [place, { resources, verbs, resourceNames }] of placedRules(resource)) {
      for (const verb of verbs.filter((one) => selfGranting.includes(one)))
        yield { field: `${place}.verbs`, value: shown(verb), fix: `take ${verb} out of the rule` };
      if ((resources ?? []).includes("serviceaccounts/token") && names(verbs, "create") && !resourceNames?.length)
        yield {
          field: `${place}.resourceNames`,
          value: shown(resourceNames),
          fix: "name the service accounts whose tokens may be made",
        };
    }
  },
};

interface Binding extends Manifest {
  readonly subjects?: readonly { readonly kind: string; readonly name: string; readonly namespace?: string }[];
}

/** A token that opens nothing can still be stolen and used elsewhere; a pod that asks the API for nothing has none. */
export const noIdleTokens: Rule = {
  name: "no-idle-tokens",
  description:
    "A pod gets a token of the API only if its service account has rights, and never that of the default account.",
  why: "Whoever takes a container over takes its token along.",
  environments: "every",
  sees: "environment",
  *check(resource, context) {
    for (const pod of podsOfResource(resource)) {
      const account = pod.spec.serviceAccountName ?? "default";
      const inNamespace = (one: Manifest) => one.metadata.namespace === pod.namespace;
      const accounts = objectsIn(context).map(({ manifest }) => manifest);
      const own = accounts.find(
        (one) => one.kind === "ServiceAccount" && inNamespace(one) && one.metadata.name === account,
      );
      const asked = pod.spec.automountServiceAccountToken ?? own?.automountServiceAccountToken ?? true;
      // A token may also be mounted by hand, for one container instead of all.
      const projected = (pod.spec.volumes ?? []).some((volume) =>
        volume.projected?.sources?.some(({ serviceAccountToken }) => serviceAccountToken !== undefined),
      );
      if ((asked === false && !projected) || isBound(accounts, account, pod.namespace)) continue;
      yield asked === false
        ? idleToken(`${pod.field}.volumes`, "a projected serviceAccountToken")
        : idleToken(`${pod.field}.automountServiceAccountToken`, pod.spec.automountServiceAccountToken);
    }
  },
};

function isBound(manifests: readonly Manifest[], account: string, namespace: string): boolean {
  if (account === "default") return false;
  return manifests
    .filter(({ kind }) => kind === "RoleBinding" || kind === "ClusterRoleBinding")
    .flatMap((binding) => (binding as Binding).subjects ?? [])
    .some((one) => one.kind === "ServiceAccount" && one.name === account && one.namespace === namespace);
}

function idleToken(field: string, value: unknown): Fault {
  return {
    field,
    value: shown(value),
    fix: "leave the token out (automountServiceAccountToken: false), or bind a Role to the pod's service account",
  };
}
