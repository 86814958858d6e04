import type { V1Pod } from "@kubernetes/client-node";
import type { Labels } from "../../../kubernetes/label-selectors";

/** A port of a container that rules may name. */
export interface NamedPort {
  readonly name: string;
  readonly protocol: string;
  readonly port: number;
}

/** A pod with an address of the pod network: what rules are made of. */
export interface PolicyPod {
  readonly namespace: string;
  readonly name: string;
  readonly labels: Labels;
  readonly address: string;
  readonly namedPorts: readonly NamedPort[];
}

/** What the CNI plugin told of a pod's address, before the kubelet wrote it into the pod's status. */
export interface AnnouncedAddress {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly address: string;
}

/**
 * The pods that hold an address now. Left out are pods on the host's network, whose traffic is the node's own, and pods
 * that have ended: their status still shows an address that another pod may hold by now. Where two pods claim one
 * address, what the CNI plugin announced decides, then the younger pod.
 */
export function podsWithAddress(pods: readonly V1Pod[], announced: readonly AnnouncedAddress[]): PolicyPod[] {
  const announcedOf = new Map(announced.map((entry) => [entry.uid, entry.address]));
  const holders = new Map<string, { pod: V1Pod; rank: string }>();
  for (const pod of pods) {
    const { uid = "", creationTimestamp } = pod.metadata ?? {};
    const announcement = announcedOf.get(uid);
    const address = announcement ?? pod.status?.podIP;
    if (!address || pod.spec?.hostNetwork || hasEnded(pod)) continue;
    const rank = `${announcement ? 1 : 0} ${new Date(creationTimestamp ?? 0).toISOString()} ${uid}`;
    const rival = holders.get(address);
    if (!rival || rival.rank < rank) holders.set(address, { pod, rank });
  }
  return [...holders].map(([address, { pod }]) => ({
    namespace: pod.metadata?.namespace ?? "default",
    name: pod.metadata?.name ?? "",
    labels: pod.metadata?.labels ?? {},
    address,
    namedPorts: namedPorts(pod),
  }));
}

function hasEnded(pod: V1Pod): boolean {
  return pod.status?.phase === "Succeeded" || pod.status?.phase === "Failed";
}

/** Ports of ordinary containers and of sidecars, which are init containers that keep running. */
function namedPorts(pod: V1Pod): NamedPort[] {
  const sidecars = (pod.spec?.initContainers ?? []).filter((container) => container.restartPolicy === "Always");
  return [...(pod.spec?.containers ?? []), ...sidecars].flatMap((container) =>
    (container.ports ?? []).flatMap(({ name, protocol = "TCP", containerPort }) =>
      name ? [{ name, protocol, port: containerPort }] : [],
    ),
  );
}
