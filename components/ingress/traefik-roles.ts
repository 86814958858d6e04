/** A rule of a Role, as plain data. */
interface Rule {
  readonly apiGroups: string[];
  readonly resources: string[];
  readonly verbs: string[];
}

/**
 * What Traefik needs in the one namespace that it watches. It keeps lists of all of these in any case, Secrets included,
 * and serves nothing while it may not: so the namespace holds certificates and no other workload's Secrets.
 *
 * @param publishes Whether it writes the address of its Service into the Ingresses.
 */
export function traefikRules(publishes: boolean): readonly Rule[] {
  const follow = ["list", "watch"];
  return [
    { apiGroups: [""], resources: ["services", "secrets"], verbs: follow },
    { apiGroups: ["discovery.k8s.io"], resources: ["endpointslices"], verbs: follow },
    { apiGroups: ["networking.k8s.io"], resources: ["ingresses"], verbs: follow },
    ...(publishes ? [{ apiGroups: ["networking.k8s.io"], resources: ["ingresses/status"], verbs: ["update"] }] : []),
  ];
}
