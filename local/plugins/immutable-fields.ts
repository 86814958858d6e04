import { pathText, type Change } from "./difference";
import { text, type Values } from "./values";

/** How the provider treats changed ConfigMaps and Secrets: replaced unless the flag of the kind is set. */
export interface MutableKinds {
  readonly enableConfigMapMutable: boolean;
  readonly enableSecretMutable: boolean;
}

const VOLUME_CLAIM = ["accessModes", "storageClassName", "volumeName", "selector", "volumeMode", "dataSource"];
const JOB = ["template", "completions", "parallelism", "selector", "completionMode", "manualSelector"];
const STATEFUL_SET = ["selector", "serviceName", "volumeClaimTemplates", "podManagementPolicy", "revisionHistoryLimit"];
const spec = (fields: string[]) => fields.map((field) => `spec.${field}`);

// The official plugin's table, and the fields that it leaves to the API server to refuse (StorageClass, CSIDriver, …).
const IMMUTABLE: Record<string, readonly string[]> = {
  "Deployment.apps": ["spec.selector"],
  "DaemonSet.apps": ["spec.selector"],
  "ReplicaSet.apps": ["spec.selector"],
  "StatefulSet.apps": spec(STATEFUL_SET),
  "Job.batch": spec(JOB),
  "Pod.": ["spec"],
  "PersistentVolumeClaim.": [...spec(VOLUME_CLAIM), "spec.dataSourceRef"],
  "PersistentVolume.": spec(["csi", "hostPath", "local", "nfs", "iscsi", "glusterfs", "cinder", "volumeMode", "fc"]),
  "Service.": spec(["clusterIP", "clusterIPs"]),
  "ResourceQuota.": ["spec.scopes"],
  "StorageClass.storage.k8s.io": ["provisioner", "parameters", "reclaimPolicy", "volumeBindingMode"],
  "CSIDriver.storage.k8s.io": ["spec"],
  "RoleBinding.rbac.authorization.k8s.io": ["roleRef"],
  "ClusterRoleBinding.rbac.authorization.k8s.io": ["roleRef"],
  "PriorityClass.scheduling.k8s.io": ["value", "preemptionPolicy"],
  "IngressClass.networking.k8s.io": ["spec.controller"],
  "RuntimeClass.node.k8s.io": ["handler"],
  "CustomResourceDefinition.apiextensions.k8s.io": ["spec.group", "spec.scope"],
};

// What the API server lets change in a running pod.
const POD_MUTABLE = /^spec\.((initC|c)ontainers\[\d+\]\.image$|activeDeadlineSeconds|tolerations|terminationGrace)/;

/** The group of an API version: "" for the core group. */
export const groupOf = (apiVersion: string): string => (apiVersion.includes("/") ? apiVersion.split("/")[0]! : "");

/** True when a change of the object can only be had by making the object anew. */
export function needsReplacement(change: Change, before: Values, after: Values, mutable: MutableKinds): boolean {
  const path = pathText(change.path);
  const under = (prefix: string) => path === prefix || path.startsWith(`${prefix}.`) || path.startsWith(`${prefix}[`);
  const [kind, group] = [text(after, "kind"), groupOf(text(after, "apiVersion"))];
  if (under("kind") || under("metadata.name") || under("metadata.namespace") || path === "metadata") return true;
  if (path === "apiVersion") return groupOf(text(before, "apiVersion")) !== group;
  if (group === "" && (kind === "ConfigMap" || kind === "Secret")) {
    const frozen = before.immutable === true;
    const mayChange = kind === "Secret" ? mutable.enableSecretMutable : mutable.enableConfigMapMutable;
    if (path === "type" || (path === "immutable" && frozen)) return true;
    return (frozen || !mayChange) && (under("data") || under("binaryData"));
  }
  if (kind === "Pod" && group === "" && POD_MUTABLE.test(path)) return false;
  const fields = IMMUTABLE[`${kind}.${group}`] ?? [];
  return fields.some((field) => under(field) || field.startsWith(`${path}.`));
}
