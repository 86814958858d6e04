import type { FlowPeer, FlowPort, PermittedFlow } from "../kubernetes/reach";
import { groupedBy } from "./grouping";
import { listText } from "./words";

/** Flows in words, the ports of each peer together: "10.30.0.0/24 on TCP 443 and pods k8s-app=kube-dns of …". */
export function flowsText(flows: readonly PermittedFlow[]): string {
  const byPeer = groupedBy(flows, ({ peer }) => peer).map((group) => ({
    peer: peerText(group[0].peer),
    ports: portsText(group.map(({ port }) => port)),
  }));
  const samePorts = groupedBy(byPeer, ({ ports }) => ports);
  return listText(samePorts.map((group) => `${listText(group.map(({ peer }) => peer))} on ${group[0].ports}`));
}

/** Pods of a namespace by their labels: "pods spark-role=driver of namespace spark". */
export function labelledPodsText(labels: Readonly<Record<string, string>>, namespace: string): string {
  const wanted = Object.entries(labels).map(([key, value]) => `${key}=${value}`);
  return `pods ${wanted.join(", ")} of namespace ${namespace}`;
}

function peerText(peer: FlowPeer): string {
  switch (peer.kind) {
    case "anything":
      return "anything";
    case "addresses":
      return peer.except.length === 0
        ? rangeText(peer.cidr)
        : `${rangeText(peer.cidr)} except ${listText(peer.except)}`;
    case "pods":
      return `${peer.labels.length === 0 ? "any pod" : `pods ${peer.labels.join(", ")}`} of ${namespacesText(peer.namespaces)}`;
  }
}

function rangeText(cidr: string): string {
  return /^(0\.0\.0\.0|::)\/0$/.test(cidr) ? `any address (${cidr})` : cidr;
}

function namespacesText(requirements: readonly string[]): string {
  if (requirements.length === 0) return "any namespace";
  const name = /^kubernetes\.io\/metadata\.name=(.*)$/.exec(requirements[0] ?? "")?.[1];
  return requirements.length === 1 && name !== undefined
    ? `namespace ${name}`
    : `namespaces with ${requirements.join(", ")}`;
}

function portsText(ports: readonly FlowPort[]): string {
  const byProtocol = groupedBy(ports, ({ protocol }) => protocol ?? "");
  return listText(
    byProtocol.map(([first, ...rest]) =>
      first.protocol === undefined ? "every port" : `${first.protocol} ${listText([first, ...rest].map(portText))}`,
    ),
  );
}

function portText({ port, endPort }: FlowPort): string {
  if (port === undefined) return "(every port)";
  return endPort === undefined ? String(port) : `${port}–${endPort}`;
}
