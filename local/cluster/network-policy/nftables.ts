import { isIPv4 } from "node:net";
import { podCidr } from "../network";
import type { PolicyPod } from "./pod-addresses";
import {
  type AllowedTraffic,
  type Direction,
  type IsolatedGroup,
  type Peer,
  type PolicyWorld,
  type PortMatch,
  isolatedGroups,
} from "./traffic-rules";

/** The one table that holds all rules, in the node's network namespace. */
export const policyTable = "hamilton_policy";

/** What each direction looks at in a packet, and the chain that sorts packets by it. */
const sides = {
  egress: { own: "ip saddr", other: "ip daddr", chain: "leaving_pods" },
  ingress: { own: "ip daddr", other: "ip saddr", chain: "entering_pods" },
} as const satisfies Record<Direction, unknown>;

/**
 * The text for `nft -f` that replaces the policy table in one transaction, so no packet ever meets a half-made one.
 *
 * A new connection passes if the sending pod may send it **and** the receiving pod may receive it. An address of the pod
 * network that belongs to no known pod may do neither. The node's own traffic (kubelet probes) does not pass here: it is
 * never forwarded. Traffic that a policy refuses is dropped without an answer, as network plugins commonly do.
 */
export function renderPolicyTable(world: PolicyWorld): string {
  const egress = isolatedGroups(world, "egress");
  const ingress = isolatedGroups(world, "ingress");
  const pods = [...world.pods].sort((one, other) => one.address.localeCompare(other.address));
  return [
    // Adding first makes the deletion succeed on the first run, when there is no table yet.
    `add table ip ${policyTable}`,
    `delete table ip ${policyTable}`,
    `table ip ${policyTable} {`,
    ...chain("forward", [
      "type filter hook forward priority filter; policy accept;",
      "ct state established,related accept",
      ...pods
        .slice(0, 1)
        .map(() => `ip saddr . ip daddr { ${pods.map(({ address }) => `${address} . ${address}`).join(", ")} } accept`),
      `ip saddr ${podCidr} jump ${sides.egress.chain}`,
      `ip daddr ${podCidr} jump ${sides.ingress.chain}`,
    ]),
    // What a pod sends to the node itself is not forwarded; a policy on its egress holds there as well.
    ...chain("input", [
      "type filter hook input priority filter; policy accept;",
      "ct state established,related accept",
      `ip saddr ${podCidr} jump ${sides.egress.chain}`,
    ]),
    ...direction("egress", pods, egress),
    ...direction("ingress", pods, ingress),
    "}",
    "",
  ].join("\n");
}

function direction(name: Direction, pods: readonly PolicyPod[], groups: readonly IsolatedGroup[]): string[] {
  const verdicts = new Map(pods.map((pod) => [pod.address, "return"]));
  groups.forEach((group, index) =>
    group.addresses.forEach((address) => verdicts.set(address, `goto ${name}_${index}`)),
  );
  const elements = [...verdicts].map(([address, verdict]) => `${address} : ${verdict}`).join(", ");
  return [
    // After `goto`, a `return` goes on in the hook's own chain: the traffic has passed this direction.
    ...groups.flatMap((group, index) =>
      chain(`${name}_${index}`, [...group.allowed.flatMap((traffic) => rule(name, traffic)), "drop"]),
    ),
    ...chain(sides[name].chain, [...(elements ? [`${sides[name].own} vmap { ${elements} }`] : []), "drop"]),
  ];
}

/** One rule, or none where nothing can match: no pod is selected, or the block is of IPv6, which no pod has. */
function rule(name: Direction, { policy, peer, port }: AllowedTraffic): string[] {
  const peerMatch = matchPeer(sides[name].other, peer);
  const portMatch = matchPort(port);
  if (peerMatch === undefined || portMatch === undefined) return [];
  return [[peerMatch, portMatch, "return", `comment "${policy.slice(0, 120)}"`].filter(Boolean).join(" ")];
}

function matchPeer(other: string, peer: Peer): string | undefined {
  switch (peer.kind) {
    case "anyone":
      return "";
    case "pods":
      return peer.addresses.length ? `${other} { ${[...new Set(peer.addresses)].sort().join(", ")} }` : undefined;
    case "block":
      if (!isIPv4(peer.cidr.split("/")[0] ?? "")) return undefined;
      return [`${other} ${peer.cidr}`, ...peer.except.map((cidr) => `${other} != ${cidr}`)].join(" ");
  }
}

function matchPort(port: PortMatch): string | undefined {
  switch (port.kind) {
    case "any":
      return "";
    case "protocol":
      return `meta l4proto ${port.protocol.toLowerCase()}`;
    case "range":
      return `${port.protocol.toLowerCase()} dport ${port.first === port.last ? port.first : `${port.first}-${port.last}`}`;
    case "named": {
      if (port.sockets.length === 0) return undefined;
      const sockets = [...new Set(port.sockets.map(({ address, port: number }) => `${address} . ${number}`))].sort();
      return `ip daddr . ${port.protocol.toLowerCase()} dport { ${sockets.join(", ")} }`;
    }
  }
}

function chain(name: string, lines: readonly string[]): string[] {
  return [`  chain ${name} {`, ...lines.map((line) => `    ${line}`), "  }"];
}
