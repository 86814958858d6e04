import * as kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { ForeignPods, NetworkAddresses, NetworkPeer, NetworkPort, PlatformPods } from "./contracts";
import { ValueFault } from "./errors";
import { labelsOf, namespaceNameLabel } from "./labels";
import { dnsLabel } from "./names";

type PolicyPeer = kubernetes.types.input.networking.v1.NetworkPolicyPeer;
type PolicyPort = kubernetes.types.input.networking.v1.NetworkPolicyPort;

/** A named permission to connect: who may open connections to whom, on which ports. */
export interface NetworkFlow {
  /** Who opens the connection; any of these. */
  readonly from: NetworkPeer | readonly NetworkPeer[];
  /** Who is connected to; any of these. */
  readonly to: NetworkPeer | readonly NetworkPeer[];
  /** On which ports of the receiving side. */
  readonly ports: readonly NetworkPort[];
}

/** One NetworkPolicy that a flow becomes: on the side of the pods it opens. */
export interface FlowPolicy {
  /** `to` opens outgoing connections of the `from` pods, `from` incoming ones of the `to` pods. */
  readonly direction: "egress" | "ingress";
  readonly pods: PlatformPods;
  readonly peers: readonly NetworkPeer[];
  readonly ports: readonly NetworkPort[];
}

/**
 * The policies that a flow needs: under default deny both ends must allow it, so it becomes an egress policy in the
 * namespace of each sender of this platform and an ingress policy in that of each receiver. Other people's namespaces
 * and plain addresses get none.
 *
 * @throws ValueFault if neither end is in a namespace of this platform, or if there is no port.
 */
export function policiesOf(name: string, flow: NetworkFlow): readonly FlowPolicy[] {
  const from = peers(flow.from);
  const to = peers(flow.to);
  if (flow.ports.length === 0)
    throw new ValueFault({ field: `flow "${name}".ports`, got: flow.ports, expected: "at least one port" });
  const policies: FlowPolicy[] = [
    ...from
      .filter(isPlatformPods)
      .map((pods) => ({ direction: "egress" as const, pods, peers: to, ports: flow.ports })),
    ...to
      .filter(isPlatformPods)
      .map((pods) => ({ direction: "ingress" as const, pods, peers: from, ports: flow.ports })),
  ];
  if (policies.length === 0)
    throw new ValueFault({
      field: `flow "${name}"`,
      got: "no namespace of this platform",
      expected: "one at either end",
    });
  return policies;
}

/**
 * Declares a flow: creates its NetworkPolicies. The metadata name is `name` and the direction (`spark-to-store-egress`);
 * a further end of the same direction in the same namespace gets a number.
 *
 * @param name A DNS label, unique in the namespaces of both ends; the logical name's last part.
 * @param opts Give `parent`; the logical name starts with `prefix`, the parent's name.
 * @throws ValueFault as {@link policiesOf} does.
 */
export function allowFlow(
  prefix: string,
  name: string,
  flow: NetworkFlow,
  opts: pulumi.CustomResourceOptions,
): kubernetes.networking.v1.NetworkPolicy[] {
  const taken = new Map<string, number>();
  return policiesOf(name, flow).map((policy) => {
    const { namespace, labels } = policy.pods;
    const base = `${name}-${policy.direction}`;
    const key = `${namespace.physicalName}/${base}`;
    const count = (taken.get(key) ?? 0) + 1;
    taken.set(key, count);
    const metadataName = dnsLabel(`flow "${name}"`, count === 1 ? base : `${base}-${count}`);
    const ports = policy.ports.map(policyPort);
    const ends = policy.peers.flatMap(policyPeer);
    return new kubernetes.networking.v1.NetworkPolicy(
      `${prefix}-${namespace.role}-${metadataName}`,
      {
        metadata: {
          name: metadataName,
          namespace: namespace.name,
          labels: labelsOf({ name: "network-flow", instance: name, component: policy.direction }),
        },
        spec: {
          podSelector: labels === undefined ? {} : { matchLabels: { ...labels } },
          ...(policy.direction === "egress"
            ? { policyTypes: ["Egress"], egress: [{ to: ends, ports }] }
            : { policyTypes: ["Ingress"], ingress: [{ from: ends, ports }] }),
        },
      },
      opts,
    );
  });
}

/** Where the cluster's DNS answers, for {@link dnsPeers}. */
export interface DnsServers {
  /** Addresses of DNS servers that aren't pods: a node-local cache, an outside server. @default none */
  readonly dnsCidrs?: readonly string[];
}

/** Port 53, over UDP and TCP: long answers come over TCP. */
export const dnsPorts: readonly NetworkPort[] = [
  { port: 53, protocol: "UDP" },
  { port: 53, protocol: "TCP" },
];

/** The cluster's DNS: the pods that every distribution labels `k8s-app: kube-dns`, and the addresses given. */
export function dnsPeers(servers: DnsServers): readonly NetworkPeer[] {
  const pods: ForeignPods = { foreignNamespace: "kube-system", labels: { "k8s-app": "kube-dns" } };
  const { dnsCidrs = [] } = servers;
  return dnsCidrs.length === 0 ? [pods] : [pods, { cidrs: dnsCidrs }];
}

/** The ports API servers listen on: 443 for managed ones and for the Service, 6443 for the rest. */
export const apiServerPorts: readonly NetworkPort[] = [{ port: 443 }, { port: 6443 }];

/**
 * The API server. It is no pod, so a policy can name it by address only.
 *
 * @param cidrs Its addresses. @default any address, on the API server's ports only
 */
export function apiServerPeer(cidrs: readonly string[] = ["0.0.0.0/0"]): NetworkAddresses {
  return { cidrs };
}

function peers(ends: NetworkPeer | readonly NetworkPeer[]): readonly NetworkPeer[] {
  return Array.isArray(ends) ? (ends as readonly NetworkPeer[]) : [ends as NetworkPeer];
}

function isPlatformPods(peer: NetworkPeer): peer is PlatformPods {
  return "namespace" in peer;
}

function policyPort({ port, endPort, protocol = "TCP" }: NetworkPort): PolicyPort {
  return { port, protocol, ...(endPort === undefined ? {} : { endPort }) };
}

function policyPeer(peer: NetworkPeer): PolicyPeer[] {
  if ("cidrs" in peer) return peer.cidrs.map((cidr) => ({ ipBlock: { cidr } }));
  const name = "namespace" in peer ? peer.namespace.name : peer.foreignNamespace;
  return [
    {
      namespaceSelector: { matchLabels: { [namespaceNameLabel]: name } },
      ...(peer.labels === undefined ? {} : { podSelector: { matchLabels: { ...peer.labels } } }),
    },
  ];
}
