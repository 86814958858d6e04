import type { Manifest } from "./manifest";

/** A pod of a namespace, or a machine by its address. */
export type FlowEnd =
  | { readonly namespace: string; readonly labels: Readonly<Record<string, string>>; readonly address?: string }
  | { readonly address: string };

/** A connection that somebody tries to open. */
export interface Connection {
  readonly from: FlowEnd;
  readonly to: FlowEnd;
  readonly port: number;
  readonly protocol?: "TCP" | "UDP";
}

interface Selector {
  readonly matchLabels?: Readonly<Record<string, string>>;
}
interface Peer {
  readonly podSelector?: Selector;
  readonly namespaceSelector?: Selector;
  readonly ipBlock?: { readonly cidr: string; readonly except?: readonly string[] };
}
interface Port {
  readonly port: number;
  readonly endPort?: number;
  readonly protocol: string;
}
interface PolicySpec {
  readonly podSelector: Selector;
  readonly policyTypes: readonly string[];
  readonly ingress?: readonly { from?: readonly Peer[]; ports?: readonly Port[] }[];
  readonly egress?: readonly { to?: readonly Peer[]; ports?: readonly Port[] }[];
}

/**
 * Whether the rendered NetworkPolicies let a connection through: both ends must. An address range counts for a pod as
 * well if the pod's address is given, as it does for most engines.
 */
export function passes(manifests: readonly Manifest[], connection: Connection): boolean {
  const policies = manifests.filter(({ kind }) => kind === "NetworkPolicy");
  return opens(policies, connection, "Egress") && opens(policies, connection, "Ingress");
}

function opens(policies: readonly Manifest[], connection: Connection, direction: "Egress" | "Ingress"): boolean {
  const [own, other] = direction === "Egress" ? [connection.from, connection.to] : [connection.to, connection.from];
  if (!("namespace" in own)) return true;
  const selecting = policies
    .filter((policy) => policy.metadata.namespace === own.namespace)
    .map((policy) => ({ namespace: policy.metadata.namespace ?? "", spec: policy.spec as PolicySpec }))
    .filter(({ spec }) => spec.policyTypes.includes(direction) && matches(spec.podSelector, own.labels));
  if (selecting.length === 0) return true;
  return selecting.some(({ namespace, spec }) =>
    rulesOf(spec, direction).some(
      (rule) =>
        (rule.peers === undefined || rule.peers.some((peer) => isPeer(peer, other, namespace))) &&
        (rule.ports === undefined || rule.ports.some((port) => isPort(port, connection))),
    ),
  );
}

function rulesOf(spec: PolicySpec, direction: "Egress" | "Ingress") {
  return direction === "Egress"
    ? (spec.egress ?? []).map(({ to, ports }) => ({ peers: to, ports }))
    : (spec.ingress ?? []).map(({ from, ports }) => ({ peers: from, ports }));
}

function isPort(port: Port, { port: wanted, protocol = "TCP" }: Connection): boolean {
  return port.protocol === protocol && wanted >= port.port && wanted <= (port.endPort ?? port.port);
}

function isPeer(peer: Peer, end: FlowEnd, ownNamespace: string): boolean {
  if (peer.ipBlock !== undefined) {
    const { cidr, except = [] } = peer.ipBlock;
    return (
      end.address !== undefined && inRange(end.address, cidr) && !except.some((one) => inRange(end.address ?? "", one))
    );
  }
  if (!("namespace" in end)) return false;
  const namespaceFits =
    peer.namespaceSelector === undefined
      ? end.namespace === ownNamespace
      : matches(peer.namespaceSelector, { "kubernetes.io/metadata.name": end.namespace });
  return namespaceFits && matches(peer.podSelector ?? {}, end.labels);
}

function matches({ matchLabels = {} }: Selector, labels: Readonly<Record<string, string>>): boolean {
  return Object.entries(matchLabels).every(([key, value]) => labels[key] === value);
}

function inRange(address: string, cidr: string): boolean {
  const [network = "", bits = "32"] = cidr.split("/");
  const shift = 32 - Number(bits);
  const high = (text: string) => Math.floor(numberOf(text) / 2 ** shift);
  return high(address) === high(network);
}

function numberOf(address: string): number {
  return address.split(".").reduce((total, octet) => total * 256 + Number(octet), 0);
}
