import { gte } from "semver";

/** A rule of a namespaced Role. */
export interface RoleRule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
  readonly resourceNames?: readonly string[];
}

/** The first Spark release whose `spark-submit` makes a NetworkPolicy for each job, and so needs the right to. */
const firstWithNetworkPolicies = "4.2.0";

/**
 * What `spark-submit` in cluster mode needs in the namespace of the jobs: the driver's pod, and what goes with it.
 *
 * Since 3.4 it writes that by server-side apply, which asks for `patch` beside `create`. It makes Secrets only to hand
 * over key files or Kerberos tickets, which this platform doesn't do, so it gets no right on them at all.
 *
 * @param version The Spark release: `4.1.2`.
 */
export function submitterRules(version: string): readonly RoleRule[] {
  const companions = ["create", "delete", "get", "list", "patch"];
  return [
    { apiGroups: [""], resources: ["pods"], verbs: ["create", "delete", "get", "list", "watch"] },
    // For the driver's log while the job runs.
    { apiGroups: [""], resources: ["pods/log"], verbs: ["get"] },
    { apiGroups: [""], resources: ["configmaps", "persistentvolumeclaims", "services"], verbs: companions },
    ...(gte(version, firstWithNetworkPolicies)
      ? [{ apiGroups: ["networking.k8s.io"], resources: ["networkpolicies"], verbs: companions }]
      : []),
  ];
}

/**
 * What a driver needs in its namespace: to start, watch and remove its executors, and to clean up by label when it
 * stops (`deletecollection`). Without `list` on claims the reuse of claims fails silently, with `watch` and `update` as
 * the operators of Kubeflow and Apache grant them.
 *
 * @param _version The Spark release; the driver's rights are the same in all 4.x.
 */
export function driverRules(_version: string): readonly RoleRule[] {
  return [
    {
      apiGroups: [""],
      resources: ["configmaps", "persistentvolumeclaims", "pods", "services"],
      verbs: ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"],
    },
  ];
}

/**
 * What a driver in client mode needs where its pod and its executors run: it makes executors and a ConfigMap for them,
 * watches them, waits for its own pod, and clears away by label. It has no Service to remove and makes no claims, so it
 * gets no right on either (`client-defaults.ts` tells it so): with a right on claims a cell could delete its own home.
 *
 * After Spark's sources: `ExecutorPodsAllocator`, `ExecutorPodsLifecycleManager`, `KubernetesClusterSchedulerBackend`.
 *
 * @param _version The Spark release; the same in all 4.x.
 */
export function clientDriverRules(_version: string): readonly RoleRule[] {
  return [
    { apiGroups: [""], resources: ["configmaps"], verbs: ["create", "deletecollection"] },
    {
      apiGroups: [""],
      resources: ["pods"],
      verbs: ["create", "delete", "deletecollection", "get", "list", "watch"],
    },
  ];
}

/** The right to mint a short-lived token of one service account, through the TokenRequest API, and nothing else. */
export function tokenRules(serviceAccount: string): readonly RoleRule[] {
  return [
    {
      apiGroups: [""],
      resources: ["serviceaccounts/token"],
      resourceNames: [serviceAccount],
      verbs: ["create"],
    },
  ];
}
