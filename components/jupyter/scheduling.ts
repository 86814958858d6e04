import * as kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { NamespaceReference } from "../core/contracts";

/** Priorities that Kubernetes itself brings, for the pods that a cluster can't do without. */
const systemPriorities = ["system-cluster-critical", "system-node-critical"];

/**
 * Keeps notebooks behind jobs where there isn't room for all. Pods without a PriorityClass have the cluster's default
 * priority, 0 unless somebody made another; but whoever uses a notebook writes the pods of its executors, and could give
 * them the class of jobs. This quota allows no pod with one of these.
 */
export function refusePriorities(
  label: string,
  args: {
    readonly namespace: NamespaceReference;
    readonly labels: Readonly<Record<string, string>>;
    readonly priorities: readonly string[];
  },
  parent: pulumi.ComponentResource,
): kubernetes.core.v1.ResourceQuota {
  const values = [...args.priorities, ...systemPriorities].sort();
  return new kubernetes.core.v1.ResourceQuota(
    `${label}-priorities`,
    {
      metadata: { name: "no-priority", namespace: args.namespace.name, labels: { ...args.labels } },
      spec: {
        hard: { pods: "0" },
        scopeSelector: { matchExpressions: [{ scopeName: "PriorityClass", operator: "In", values }] },
      },
    },
    // A quota's scopes can't be changed in place.
    { parent, replaceOnChanges: ["spec.scopeSelector"], deleteBeforeReplace: true },
  );
}
