import type {
  V1NetworkPolicy,
  V1NetworkPolicyIngressRule,
  V1NetworkPolicyPeer,
  V1NetworkPolicyPort,
} from "@kubernetes/client-node";
import type { PolicyPod } from "./pod-addresses";
import { type Labels, selects } from "../../../kubernetes/label-selectors";

/** What a policy table is made from: the whole state of the cluster as far as policies see it. */
export interface PolicyWorld {
  readonly namespaces: ReadonlyMap<string, Labels>;
  readonly pods: readonly PolicyPod[];
  readonly policies: readonly V1NetworkPolicy[];
}

/** From the isolated pod's view: traffic towards it, or traffic that it starts. */
export type Direction = "ingress" | "egress";

/** The other side of allowed traffic. */
export type Peer =
  | { readonly kind: "anyone" }
  | { readonly kind: "pods"; readonly addresses: readonly string[] }
  | { readonly kind: "block"; readonly cidr: string; readonly except: readonly string[] };

/** The destination port of allowed traffic; `sockets` are a named port's address and number in each pod that has it. */
export type PortMatch =
  | { readonly kind: "any" }
  | { readonly kind: "protocol"; readonly protocol: string }
  | { readonly kind: "range"; readonly protocol: string; readonly first: number; readonly last: number }
  | {
      readonly kind: "named";
      readonly protocol: string;
      readonly sockets: readonly { readonly address: string; readonly port: number }[];
    };

/** One kind of traffic that a policy allows. */
export interface AllowedTraffic {
  /** `namespace/name`, to be found again in the table. */
  readonly policy: string;
  readonly peer: Peer;
  readonly port: PortMatch;
}

/** Pods that the same policies isolate in one direction, and what may pass all the same. */
export interface IsolatedGroup {
  readonly addresses: readonly string[];
  readonly allowed: readonly AllowedTraffic[];
}

/** The pods that at least one policy isolates in this direction, grouped by the policies that do. All others are open. */
export function isolatedGroups(world: PolicyWorld, direction: Direction): IsolatedGroup[] {
  const groups = new Map<string, { pods: PolicyPod[]; policies: V1NetworkPolicy[] }>();
  const policies = world.policies
    .filter((policy) => directionsOf(policy).includes(direction))
    .sort((one, other) => policyName(one).localeCompare(policyName(other)));
  for (const pod of [...world.pods].sort((one, other) => one.address.localeCompare(other.address))) {
    const selecting = policies.filter((policy) => isSelected(policy, pod));
    if (selecting.length === 0) continue;
    const key = selecting.map(policyName).join(" ");
    const group = groups.get(key) ?? { pods: [], policies: selecting };
    group.pods.push(pod);
    groups.set(key, group);
  }
  return [...groups.values()].map(({ pods, policies: selecting }) => ({
    addresses: pods.map((pod) => pod.address),
    allowed: selecting.flatMap((policy) => allowedBy(world, policy, direction, pods)),
  }));
}

/** Kubernetes' default: a policy that names no types is about ingress, and about egress if it has egress rules. */
export function directionsOf(policy: V1NetworkPolicy): Direction[] {
  const types = policy.spec?.policyTypes;
  if (types?.length) {
    return (["ingress", "egress"] as const).filter((direction) =>
      types.some((type) => type.toLowerCase() === direction),
    );
  }
  return policy.spec?.egress?.length ? ["ingress", "egress"] : ["ingress"];
}

function policyName(policy: V1NetworkPolicy): string {
  return `${policy.metadata?.namespace}/${policy.metadata?.name}`;
}

function isSelected(policy: V1NetworkPolicy, pod: PolicyPod): boolean {
  return policy.metadata?.namespace === pod.namespace && selects(policy.spec?.podSelector ?? {}, pod.labels);
}

function allowedBy(
  world: PolicyWorld,
  policy: V1NetworkPolicy,
  direction: Direction,
  isolated: readonly PolicyPod[],
): AllowedTraffic[] {
  const rules =
    direction === "ingress"
      ? (policy.spec?.ingress ?? []).map((rule) => ({ peers: ingressPeers(rule), ports: rule.ports }))
      : (policy.spec?.egress ?? []).map((rule) => ({ peers: rule.to, ports: rule.ports }));
  return rules.flatMap(({ peers, ports }) => {
    // A rule without peers is about everyone, one without ports about every port and protocol.
    const resolved: ResolvedPeer[] = peers?.length
      ? peers.map((peer) => resolvePeer(world, policy, peer))
      : [{ peer: { kind: "anyone" }, pods: world.pods }];
    return resolved.flatMap(({ peer, pods }) => {
      const destinations = direction === "ingress" ? isolated : pods;
      const matches = ports?.length ? ports.map((port) => resolvePort(port, destinations)) : [{ kind: "any" } as const];
      return matches.map((port) => ({ policy: policyName(policy), peer, port }));
    });
  });
}

/**
 * The client library calls the field `_from` in what it has listed and leaves it as the API names it, `from`, in what it
 * has watched. Overlooking either would open a rule to everyone.
 */
function ingressPeers(
  rule: V1NetworkPolicyIngressRule & { readonly from?: V1NetworkPolicyPeer[] },
): V1NetworkPolicyPeer[] | undefined {
  return rule._from ?? rule.from;
}

/** A peer together with the pods that a named port is looked up in when the peer is the destination. */
interface ResolvedPeer {
  readonly peer: Peer;
  readonly pods: readonly PolicyPod[];
}

function resolvePeer(world: PolicyWorld, policy: V1NetworkPolicy, peer: V1NetworkPolicyPeer): ResolvedPeer {
  if (peer.ipBlock) {
    const { cidr, except = [] } = peer.ipBlock;
    return { peer: { kind: "block", cidr, except }, pods: world.pods };
  }
  const pods = world.pods.filter((pod) => isPeer(world, policy, peer, pod));
  return { peer: { kind: "pods", addresses: pods.map((pod) => pod.address) }, pods };
}

function isPeer(world: PolicyWorld, policy: V1NetworkPolicy, peer: V1NetworkPolicyPeer, pod: PolicyPod): boolean {
  if (!peer.namespaceSelector && !peer.podSelector) return false;
  const inNamespace = peer.namespaceSelector
    ? world.namespaces.has(pod.namespace) && selects(peer.namespaceSelector, world.namespaces.get(pod.namespace) ?? {})
    : pod.namespace === policy.metadata?.namespace;
  return inNamespace && (!peer.podSelector || selects(peer.podSelector, pod.labels));
}

function resolvePort(port: V1NetworkPolicyPort, destinations: readonly PolicyPod[]): PortMatch {
  const protocol = port.protocol ?? "TCP";
  const number = port.port;
  if (number === undefined) return { kind: "protocol", protocol };
  if (typeof number === "number") return { kind: "range", protocol, first: number, last: port.endPort ?? number };
  const sockets = destinations.flatMap((pod) =>
    pod.namedPorts
      .filter((named) => named.name === number && named.protocol === protocol)
      .map((named) => ({ address: pod.address, port: named.port })),
  );
  return { kind: "named", protocol, sockets };
}
