/** A rule of a Role, as plain data. */
interface Rule {
  readonly apiGroups: string[];
  readonly resources: string[];
  readonly verbs: string[];
}

/**
 * What the controller's sidecars may do in the whole cluster: volumes and classes have no namespace, and claims stand in
 * any. Secrets and leases are left out; see {@link driverNamespaceRules}.
 */
export const controllerClusterRules: readonly Rule[] = [
  {
    apiGroups: [""],
    resources: ["persistentvolumes"],
    verbs: ["get", "list", "watch", "create", "update", "patch", "delete"],
  },
  { apiGroups: [""], resources: ["persistentvolumeclaims"], verbs: ["get", "list", "watch", "update"] },
  { apiGroups: [""], resources: ["persistentvolumeclaims/status"], verbs: ["update", "patch"] },
  { apiGroups: [""], resources: ["events"], verbs: ["get", "list", "watch", "create", "update", "patch"] },
  { apiGroups: [""], resources: ["nodes"], verbs: ["get", "list", "watch"] },
  { apiGroups: ["storage.k8s.io"], resources: ["storageclasses", "csinodes"], verbs: ["get", "list", "watch"] },
];

/**
 * What the controller may do in the driver's own namespace only: read the shares' credentials, which all stand there, and
 * elect a leader. The driver's makers grant `get` on the secrets of every namespace instead.
 */
export const driverNamespaceRules: readonly Rule[] = [
  { apiGroups: [""], resources: ["secrets"], verbs: ["get"] },
  {
    apiGroups: ["coordination.k8s.io"],
    resources: ["leases"],
    verbs: ["get", "list", "watch", "create", "update", "patch"],
  },
];
