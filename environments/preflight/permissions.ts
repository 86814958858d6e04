import type { Manifest } from "../../kubernetes/manifest";
import { at, record, text } from "../../kubernetes/json";
import type { Check } from "./check";
import type { PreflightCluster } from "./cluster";
import { fail, ok, type Row } from "./row";

const title = "rights";

/** What `pulumi up` does to every kind that it declares. */
export const neededVerbs = ["get", "create", "patch", "delete"] as const;

/** Objects of one kind in one place, which the caller must be allowed to manage. */
export interface Permission {
  /** Empty for objects without a namespace. */
  readonly namespace: string;
  readonly apiVersion: string;
  readonly kind: string;
}

/** A permission with the verbs that the caller doesn't have. */
export interface Asked {
  readonly namespace: string;
  /** As RBAC writes it: `clusterroles.rbac.authorization.k8s.io`. */
  readonly resource: string;
  readonly denied: readonly string[];
}

/** The permissions that an environment's objects need, each kind once for each namespace. */
export function permissionsFor(manifests: readonly Manifest[]): readonly Permission[] {
  const found = new Map<string, Permission>();
  for (const { apiVersion, kind, metadata } of manifests)
    found.set([metadata.namespace, apiVersion, kind].join(), { namespace: metadata.namespace ?? "", apiVersion, kind });
  return [...found.values()];
}

/** A row for each place; what is denied is grouped by its verbs. */
export function judgePermissions(asked: readonly Asked[]): readonly Row[] {
  const places = [...new Set(asked.map(({ namespace }) => namespace))].sort();
  return places.map((namespace) => {
    const check = namespace === "" ? `${title}: cluster-wide` : `${title}: namespace ${namespace}`;
    const here = asked.filter((one) => one.namespace === namespace);
    const denied = here.filter((one) => one.denied.length > 0);
    if (denied.length === 0) return ok(check, `may manage all ${here.length} kinds of objects`);
    const byVerbs = new Map<string, string[]>();
    for (const { resource, denied: verbs } of denied)
      byVerbs.set(verbs.join(", "), [...(byVerbs.get(verbs.join(", ")) ?? []), resource]);
    const parts = [...byVerbs].map(([verbs, resources]) => `${verbs}: ${resources.sort().join(", ")}`);
    return fail(
      check,
      `may not ${parts.join("; ")}`,
      "ask whoever administers the cluster for these rights, or name another context by --context",
    );
  });
}

export const permissionsCheck: Check = {
  title,
  run: async (cluster, { manifests }) => {
    const permissions = permissionsFor(manifests);
    // An administrator may do everything: one question instead of hundreds.
    if (await allowed(cluster, { verb: "*", group: "*", resource: "*" }))
      return judgePermissions(permissions.map(({ namespace, kind }) => ({ namespace, resource: kind, denied: [] })));
    return judgePermissions(await Promise.all(permissions.map((permission) => ask(cluster, permission))));
  },
};

async function ask(cluster: PreflightCluster, { apiVersion, kind, namespace }: Permission): Promise<Asked> {
  const path = await cluster.path(apiVersion, kind, namespace);
  const plural = path.split("/").at(-1) ?? "";
  const group = apiVersion.includes("/") ? (apiVersion.split("/")[0] ?? "") : "";
  const answers = await Promise.all(
    neededVerbs.map((verb) => allowed(cluster, { verb, group, resource: plural, namespace })),
  );
  const resource = group === "" ? plural : `${plural}.${group}`;
  return { namespace, resource, denied: neededVerbs.filter((_, index) => answers[index] !== true) };
}

async function allowed(cluster: PreflightCluster, resourceAttributes: Record<string, string>): Promise<boolean> {
  const review = {
    apiVersion: "authorization.k8s.io/v1",
    kind: "SelfSubjectAccessReview",
    spec: { resourceAttributes },
  };
  const answer = await cluster.send("POST", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", review);
  return at(record(answer, "status"), "allowed") === true && text(answer, "status", "denied") !== "true";
}
