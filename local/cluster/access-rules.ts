import type {
  KubernetesObject,
  V1ClusterRole,
  V1ClusterRoleBinding,
  V1PolicyRule,
  V1Role,
  V1RoleBinding,
} from "@kubernetes/client-node";
import { type CertificateSubject, clusterSubjects } from "./certificates";

const rbac = "rbac.authorization.k8s.io";
const read = ["get", "list", "watch"];

/** The namespace in which the StorageClass's helper pods make and remove directories. */
export const storageNamespace = "local-path-storage";

/** Which rights each process of ours has in the API: what it reads and writes, nothing more. */
export function accessRules(): KubernetesObject[] {
  return [
    ...clusterWide(clusterSubjects.dns, [
      { apiGroups: [""], resources: ["services", "pods", "namespaces"], verbs: read },
      { apiGroups: ["discovery.k8s.io"], resources: ["endpointslices"], verbs: read },
    ]),
    ...clusterWide(clusterSubjects.networkPolicy, [
      { apiGroups: [""], resources: ["pods", "namespaces"], verbs: read },
      { apiGroups: ["networking.k8s.io"], resources: ["networkpolicies"], verbs: read },
    ]),
    ...clusterWide(clusterSubjects.localPath, [
      { apiGroups: [""], resources: ["nodes", "persistentvolumeclaims"], verbs: read },
      { apiGroups: [""], resources: ["persistentvolumes"], verbs: [...read, "create", "update", "patch", "delete"] },
      { apiGroups: [""], resources: ["events"], verbs: ["create", "patch"] },
      { apiGroups: ["storage.k8s.io"], resources: ["storageclasses"], verbs: read },
    ]),
    ...within(storageNamespace, clusterSubjects.localPath, [
      { apiGroups: [""], resources: ["pods"], verbs: [...read, "create", "delete"] },
      { apiGroups: [""], resources: ["pods/log"], verbs: ["get"] },
      { apiGroups: [""], resources: ["endpoints"], verbs: [...read, "create", "update", "patch"] },
      { apiGroups: ["coordination.k8s.io"], resources: ["leases"], verbs: [...read, "create", "update", "patch"] },
    ]),
    // kube-proxy's role is one that the API server makes; who holds it is for the cluster's maker to say.
    binding(clusterSubjects.kubeProxy, "system:node-proxier"),
  ];
}

function clusterWide(subject: CertificateSubject, rules: V1PolicyRule[]): KubernetesObject[] {
  const role: V1ClusterRole = {
    apiVersion: `${rbac}/v1`,
    kind: "ClusterRole",
    metadata: { name: subject.commonName },
    rules,
  };
  return [role, binding(subject, subject.commonName)];
}

function binding(subject: CertificateSubject, role: string): V1ClusterRoleBinding {
  return {
    apiVersion: `${rbac}/v1`,
    kind: "ClusterRoleBinding",
    metadata: { name: `hamilton:${subject.file}` },
    roleRef: { apiGroup: rbac, kind: "ClusterRole", name: role },
    subjects: [{ apiGroup: rbac, kind: "User", name: subject.commonName }],
  };
}

function within(namespace: string, subject: CertificateSubject, rules: V1PolicyRule[]): KubernetesObject[] {
  const metadata = { name: subject.commonName, namespace };
  const role: V1Role = { apiVersion: `${rbac}/v1`, kind: "Role", metadata, rules };
  const holder: V1RoleBinding = {
    apiVersion: `${rbac}/v1`,
    kind: "RoleBinding",
    metadata,
    roleRef: { apiGroup: rbac, kind: "Role", name: subject.commonName },
    subjects: [{ apiGroup: rbac, kind: "User", name: subject.commonName }],
  };
  return [role, holder];
}
