import type { types } from "@pulumi/kubernetes";

type SpreadConstraint = types.input.core.v1.TopologySpreadConstraint & object;

/**
 * Spreads the pods with these labels evenly: over nodes in any case (where there are fewer nodes than pods, no node has
 * two more than another), over zones where there are any. Nodes whose taints the pods don't bear don't count.
 */
export function evenSpread(labels: Readonly<Record<string, string>>): SpreadConstraint[] {
  const common = { maxSkew: 1, nodeTaintsPolicy: "Honor", labelSelector: { matchLabels: { ...labels } } };
  return [
    { ...common, topologyKey: "kubernetes.io/hostname", whenUnsatisfiable: "DoNotSchedule" },
    // Volumes tie pods to zones, so a full zone must not keep a pod from starting.
    { ...common, topologyKey: "topology.kubernetes.io/zone", whenUnsatisfiable: "ScheduleAnyway" },
  ];
}
