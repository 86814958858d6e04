import { pathText, type Change } from "./difference";
import { groupKind, type Values } from "./json";

// The official plugin's table, and the fields that it leaves to the API server to refuse (StorageClass, CSIDriver, …).
const IMMUTABLE: Record<string, string> = {
  "apps/Deployment": "spec.selector",
  "apps/DaemonSet": "spec.selector",
  "apps/ReplicaSet": "spec.selector",
  "apps/StatefulSet": "spec.(selector|serviceName|volumeClaimTemplates|podManagementPolicy|revisionHistoryLimit)",
  "batch/Job": "spec.(template|completions|parallelism|selector|completionMode|manualSelector)",
  "/Pod": String.raw`spec(?!\.(initC|c)ontainers\[\d+\]\.image|\.activeDeadlineSeconds|\.tolerations|\.terminationGrace)`,
  "/PersistentVolumeClaim":
    "spec.(accessModes|storageClassName|volumeName|selector|volumeMode|dataSource|dataSourceRef)",
  "/PersistentVolume": "spec.(csi|hostPath|local|nfs|iscsi|fc|glusterfs|cinder|volumeMode)",
  "/Service": "spec.(clusterIP|clusterIPs)",
  "/ResourceQuota": "spec.scopes",
  "storage.k8s.io/StorageClass": "(provisioner|parameters|reclaimPolicy|volumeBindingMode)",
  "storage.k8s.io/CSIDriver": "spec",
  "rbac.authorization.k8s.io/RoleBinding": "roleRef",
  "rbac.authorization.k8s.io/ClusterRoleBinding": "roleRef",
  "scheduling.k8s.io/PriorityClass": "(value|preemptionPolicy)",
  "networking.k8s.io/IngressClass": "spec.controller",
  "node.k8s.io/RuntimeClass": "handler",
  "apiextensions.k8s.io/CustomResourceDefinition": "spec.(group|scope)",
};

/** True when a change needs a new object. `mutable` are the kinds whose data the provider's flags let change in place. */
export function needsReplacement(change: Change, before: Values, after: Values, mutable: readonly string[]): boolean {
  const [path, kind] = [pathText(change.path), groupKind(after)];
  if (/^metadata(\.name(space)?)?$/.test(path) || groupKind(before) !== kind) return true;
  if (kind === "/ConfigMap" || kind === "/Secret") {
    const frozen = before.immutable === true;
    if (path === "type" || (path === "immutable" && frozen)) return true;
    return (frozen || !mutable.includes(kind)) && /^(data|binaryData)\b/.test(path);
  }
  const fields = IMMUTABLE[kind] ?? "nothing";
  // A whole spec that comes, goes or becomes unknown takes its immutable fields with it.
  return new RegExp(`^${fields}(?![\\w-])`).test(path) || (path === "spec" && fields.startsWith("spec"));
}
