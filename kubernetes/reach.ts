import { BlockList, isIPv6 } from "node:net";
import { requirementsOf, selects, type LabelSelector } from "./label-selectors";
import type { Manifest } from "./manifest";

/** Which way a connection goes, seen from the pods of a policy. */
export type Direction = "ingress" | "egress";

/** The other end of a flow: anything, a range of addresses, or pods by what their namespace and they themselves need. */
export type FlowPeer =
  | { readonly kind: "anything" }
  | { readonly kind: "addresses"; readonly cidr: string; readonly except: readonly string[] }
  | { readonly kind: "pods"; readonly namespaces: readonly string[]; readonly labels: readonly string[] };

/** A port of a flow, or a range of them; one without a port is every port. */
export interface FlowPort {
  readonly protocol?: string;
  readonly port?: number | string;
  readonly endPort?: number;
}

/** A permitted flow, from one policy rule's peer and port. */
export interface PermittedFlow {
  readonly peer: FlowPeer;
  readonly port: FlowPort;
}

/** What the policies of a namespace leave a pod in one direction. */
export interface Reach {
  /** No policy selects the pod in this direction: everything passes. */
  readonly open: boolean;
  /** What passes otherwise. */
  readonly flows: readonly PermittedFlow[];
}

interface Peer {
  readonly podSelector?: LabelSelector;
  readonly namespaceSelector?: LabelSelector;
  readonly ipBlock?: { readonly cidr: string; readonly except?: readonly string[] };
}
interface PolicySpec {
  readonly podSelector?: LabelSelector;
  readonly policyTypes?: readonly string[];
  readonly ingress?: readonly { readonly from?: readonly Peer[]; readonly ports?: readonly FlowPort[] }[];
  readonly egress?: readonly { readonly to?: readonly Peer[]; readonly ports?: readonly FlowPort[] }[];
}

/** The label that Kubernetes gives every namespace with its name. */
const nameLabel = "kubernetes.io/metadata.name";

/** What a pod of a namespace may reach, or be reached from, by the NetworkPolicies among the objects. */
export function reachOf(
  manifests: readonly Manifest[],
  { namespace, labels }: { readonly namespace: string; readonly labels: Readonly<Record<string, string>> },
  direction: Direction,
): Reach {
  const selecting = policiesOf(manifests, namespace).filter(
    (spec) => directionsOf(spec).includes(direction) && selects(spec.podSelector ?? {}, labels),
  );
  return { open: selecting.length === 0, flows: selecting.flatMap((spec) => flowsOf(spec, namespace, direction)) };
}

/** The specifications of a namespace's policies. */
export function policiesOf(manifests: readonly Manifest[], namespace: string): readonly PolicySpec[] {
  return manifests
    .filter(({ kind, metadata }) => kind === "NetworkPolicy" && metadata.namespace === namespace)
    .map(({ spec }) => (spec ?? {}) as PolicySpec);
}

/** The flows that `some` has and nothing in `others` lets through, without those that follow from another one. */
export function flowsBeyond(
  some: readonly PermittedFlow[],
  others: readonly PermittedFlow[],
): readonly PermittedFlow[] {
  const beyond = some.filter((flow) => !others.some((other) => coversFlow(other, flow)));
  return beyond.filter(
    (flow, index) =>
      !beyond.some(
        (other, place) => place !== index && coversFlow(other, flow) && (!coversFlow(flow, other) || place < index),
      ),
  );
}

/** Whether everything that passes by the second flow passes by the first. */
export function coversFlow(one: PermittedFlow, other: PermittedFlow): boolean {
  return coversPort(one.port, other.port) && coversPeer(one.peer, other.peer);
}

/** The default of Kubernetes: incoming always, outgoing if there are rules for it. */
function directionsOf({ policyTypes, egress }: PolicySpec): readonly Direction[] {
  if (policyTypes === undefined) return egress === undefined ? ["ingress"] : ["ingress", "egress"];
  return policyTypes.map((type) => (type === "Egress" ? "egress" : "ingress"));
}

function flowsOf(spec: PolicySpec, namespace: string, direction: Direction): readonly PermittedFlow[] {
  const rules =
    direction === "egress"
      ? (spec.egress ?? []).map(({ to, ports }) => ({ peers: to, ports }))
      : (spec.ingress ?? []).map(({ from, ports }) => ({ peers: from, ports }));
  return rules.flatMap(({ peers = [], ports = [] }) => {
    const ends = peers.length === 0 ? [{ kind: "anything" } as const] : peers.map((peer) => peerOf(peer, namespace));
    const doors: readonly FlowPort[] = ports.length === 0 ? [{}] : ports.map(portOf);
    return ends.flatMap((peer) => doors.map((port) => ({ peer, port })));
  });
}

function peerOf({ ipBlock, namespaceSelector, podSelector = {} }: Peer, ownNamespace: string): FlowPeer {
  if (ipBlock !== undefined)
    return { kind: "addresses", cidr: ipBlock.cidr, except: [...(ipBlock.except ?? [])].sort() };
  const namespaces =
    namespaceSelector === undefined ? [`${nameLabel}=${ownNamespace}`] : requirementsOf(namespaceSelector);
  return { kind: "pods", namespaces, labels: requirementsOf(podSelector) };
}

function portOf({ protocol = "TCP", port, endPort }: FlowPort): FlowPort {
  return {
    protocol,
    ...(port !== undefined && { port }),
    ...(endPort !== undefined && endPort !== port && { endPort }),
  };
}

function coversPort(one: FlowPort, other: FlowPort): boolean {
  if (one.protocol === undefined) return true;
  if (one.protocol !== other.protocol) return false;
  if (one.port === undefined) return true;
  if (typeof one.port === "string" || typeof other.port !== "number") return one.port === other.port;
  return other.port >= one.port && (other.endPort ?? other.port) <= (one.endPort ?? one.port);
}

function coversPeer(one: FlowPeer, other: FlowPeer): boolean {
  if (one.kind === "anything") return true;
  if (one.kind === "pods" && other.kind === "pods")
    return isWithin(one.namespaces, other.namespaces) && isWithin(one.labels, other.labels);
  if (one.kind !== "addresses" || other.kind !== "addresses") return false;
  const spared = (cidr: string) => other.except.some((range) => contains(range, cidr));
  // What the wider range excepts must lie outside the narrower one, or be excepted there as well.
  return contains(one.cidr, other.cidr) && one.except.every((cidr) => !overlap(cidr, other.cidr) || spared(cidr));
}

/** Whether all that the first list asks for is asked for by the second: then the first is the wider one. */
function isWithin(fewer: readonly string[], more: readonly string[]): boolean {
  return fewer.every((one) => more.includes(one));
}

function overlap(one: string, other: string): boolean {
  return contains(one, other) || contains(other, one);
}

function contains(wide: string, narrow: string): boolean {
  const [base = "", bits = ""] = wide.split("/");
  const [address = "", length = ""] = narrow.split("/");
  const family = (text: string) => (isIPv6(text) ? "ipv6" : "ipv4");
  if (family(base) !== family(address) || Number(bits) > Number(length)) return false;
  const range = new BlockList();
  range.addSubnet(base, Number(bits), family(base));
  return range.check(address, family(address));
}
