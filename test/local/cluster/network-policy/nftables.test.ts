import type { V1NetworkPolicy, V1NetworkPolicySpec } from "@kubernetes/client-node";
import { describe, expect, it } from "vitest";
import { renderPolicyTable } from "../../../../local/cluster/network-policy/nftables";
import type { PolicyPod } from "../../../../local/cluster/network-policy/pod-addresses";
import { directionsOf } from "../../../../local/cluster/network-policy/traffic-rules";

const pod = (
  namespace: string,
  name: string,
  address: string,
  namedPorts: PolicyPod["namedPorts"] = [],
): PolicyPod => ({
  namespace,
  name,
  address,
  labels: { app: name },
  namedPorts,
});

const http = { name: "http", protocol: "TCP", port: 8080 };
const web = pod("shop", "web", "10.89.0.2", [http, { name: "dns", protocol: "UDP", port: 53 }]);
const client = pod("shop", "client", "10.89.0.3");
const admin = pod("ops", "admin", "10.89.0.4", [{ name: "http", protocol: "TCP", port: 3000 }]);
const namespaces = new Map<string, Record<string, string>>([
  ["shop", { "kubernetes.io/metadata.name": "shop" }],
  ["ops", { "kubernetes.io/metadata.name": "ops", team: "ops" }],
]);

const policy = (spec: V1NetworkPolicySpec, name = "p", namespace = "shop"): V1NetworkPolicy => ({
  metadata: { name, namespace },
  spec,
});

/** The lines of one chain of the table that these policies give, without braces and indentation. */
function chain(name: string, ...policies: V1NetworkPolicy[]): string[] {
  const table = renderPolicyTable({ namespaces, pods: [web, client, admin], policies });
  const body = new RegExp(`chain ${name} \\{\\n([^}]*(?:\\{[^}]*\\}[^}]*)*?)\\n  \\}`).exec(table)?.[1];
  return (body ?? "").split("\n").map((line) => line.trim());
}

const selectWeb = { matchLabels: { app: "web" } };
/** The rules that let traffic into `web` past these policies. */
const intoWeb = (spec: Omit<V1NetworkPolicySpec, "podSelector">): string[] =>
  chain("ingress_0", policy({ podSelector: selectWeb, ...spec })).map((line) => line.replace(' comment "shop/p"', ""));
const fromWeb = (spec: Omit<V1NetworkPolicySpec, "podSelector">): string[] =>
  chain("egress_0", policy({ podSelector: selectWeb, policyTypes: ["Egress"], ...spec })).map((line) =>
    line.replace(' comment "shop/p"', ""),
  );

describe("the policy table", () => {
  it("lets every known pod send and receive when there are no policies", () => {
    expect(chain("entering_pods")).toEqual([
      "ip daddr vmap { 10.89.0.2 : return, 10.89.0.3 : return, 10.89.0.4 : return }",
      "drop",
    ]);
    expect(chain("leaving_pods")[0]).toContain("10.89.0.4 : return");
  });

  it("drops what comes from or goes to an address that no known pod has", () => {
    const table = renderPolicyTable({ namespaces, pods: [], policies: [] });
    expect(table).toMatch(/chain leaving_pods \{\n {4}drop\n {2}\}/);
    expect(table).toMatch(/chain entering_pods \{\n {4}drop\n {2}\}/);
  });

  it("replaces itself in one transaction, whether or not it stood before", () => {
    const lines = renderPolicyTable({ namespaces, pods: [], policies: [] }).split("\n");
    expect(lines.slice(0, 3)).toEqual([
      "add table ip hamilton_policy",
      "delete table ip hamilton_policy",
      "table ip hamilton_policy {",
    ]);
  });

  it("lets answers pass and a pod reach itself before anything is judged", () => {
    const lines = chain("forward");
    expect(lines[1]).toBe("ct state established,related accept");
    expect(lines[2]).toContain("10.89.0.2 . 10.89.0.2");
    expect(lines[2]).toMatch(/accept$/);
  });

  it("judges what a pod sends to the node as well", () => {
    expect(chain("input")).toContain("ip saddr 10.89.0.0/16 jump leaving_pods");
  });

  it("isolates only the pods that a policy selects, in its own namespace", () => {
    expect(chain("entering_pods", policy({ podSelector: {} }))[0]).toBe(
      "ip daddr vmap { 10.89.0.2 : goto ingress_0, 10.89.0.3 : goto ingress_0, 10.89.0.4 : return }",
    );
  });

  it("denies all ingress for a policy without rules and leaves egress open", () => {
    expect(intoWeb({})).toEqual(["drop"]);
    expect(chain("leaving_pods", policy({ podSelector: selectWeb }))[0]).toContain("10.89.0.2 : return");
  });

  it("adds up what several policies allow the same pod", () => {
    const one = policy({ podSelector: {}, policyTypes: ["Ingress"] }, "a-deny");
    const two = policy({ podSelector: selectWeb, ingress: [{ ports: [{ port: 80 }] }] }, "b");
    const three = policy({ podSelector: selectWeb, ingress: [{ ports: [{ port: 81 }] }] }, "c");
    expect(chain("ingress_0", three, one, two)).toEqual([
      'tcp dport 80 return comment "shop/b"',
      'tcp dport 81 return comment "shop/c"',
      "drop",
    ]);
    expect(chain("ingress_1", three, one, two)).toEqual(["drop"]);
  });

  it("gives the same text whatever the order of pods and policies", () => {
    const policies = [policy({ podSelector: {} }, "a"), policy({ podSelector: selectWeb, ingress: [{}] }, "b")];
    const forwards = renderPolicyTable({ namespaces, pods: [web, client, admin], policies });
    const backwards = renderPolicyTable({ namespaces, pods: [admin, client, web], policies: policies.reverse() });
    expect(backwards).toBe(forwards);
  });
});

describe("ingress rules", () => {
  it.each<[string, Omit<V1NetworkPolicySpec, "podSelector">, string[]]>([
    ["an empty rule lets everyone in", { ingress: [{}] }, ["return"]],
    [
      "podSelector alone is about the policy's namespace",
      { ingress: [{ _from: [{ podSelector: {} }] }] },
      ["ip saddr { 10.89.0.2, 10.89.0.3 } return"],
    ],
    [
      "namespaceSelector alone takes all pods of those namespaces",
      { ingress: [{ _from: [{ namespaceSelector: { matchLabels: { team: "ops" } } }] }] },
      ["ip saddr { 10.89.0.4 } return"],
    ],
    [
      "namespaceSelector and podSelector must both hold",
      {
        ingress: [
          {
            _from: [
              { namespaceSelector: { matchLabels: { team: "ops" } }, podSelector: { matchLabels: { app: "client" } } },
            ],
          },
        ],
      },
      [],
    ],
    [
      "an ipBlock with exceptions",
      { ingress: [{ _from: [{ ipBlock: { cidr: "10.88.0.0/16", except: ["10.88.0.2/32", "10.88.1.0/24"] } }] }] },
      ["ip saddr 10.88.0.0/16 ip saddr != 10.88.0.2/32 ip saddr != 10.88.1.0/24 return"],
    ],
    ["an ipBlock of IPv6 matches no pod traffic", { ingress: [{ _from: [{ ipBlock: { cidr: "fd00::/8" } }] }] }, []],
    ["a port without protocol is TCP", { ingress: [{ ports: [{ port: 80 }] }] }, ["tcp dport 80 return"]],
    ["a protocol without port", { ingress: [{ ports: [{ protocol: "UDP" }] }] }, ["meta l4proto udp return"]],
    ["a range of ports", { ingress: [{ ports: [{ port: 8000, endPort: 8100 }] }] }, ["tcp dport 8000-8100 return"]],
    [
      "a named port is looked up in the receiving pod",
      { ingress: [{ ports: [{ port: "http" }] }] },
      ["ip daddr . tcp dport { 10.89.0.2 . 8080 } return"],
    ],
    ["a named port of another protocol is another port", { ingress: [{ ports: [{ port: "dns" }] }] }, []],
    ["a named port that the pod does not have lets nothing in", { ingress: [{ ports: [{ port: "none" }] }] }, []],
    [
      "every peer with every port",
      {
        ingress: [
          {
            _from: [{ podSelector: { matchLabels: { app: "client" } } }, { ipBlock: { cidr: "10.88.0.1/32" } }],
            ports: [{ port: 1 }, { port: 2 }],
          },
        ],
      },
      [
        "ip saddr { 10.89.0.3 } tcp dport 1 return",
        "ip saddr { 10.89.0.3 } tcp dport 2 return",
        "ip saddr 10.88.0.1/32 tcp dport 1 return",
        "ip saddr 10.88.0.1/32 tcp dport 2 return",
      ],
    ],
    [
      "selecting nobody lets nobody in",
      { ingress: [{ _from: [{ podSelector: { matchLabels: { app: "none" } } }] }] },
      [],
    ],
  ])("%s", (_, spec, expected) => {
    expect(intoWeb(spec)).toEqual([...expected, "drop"]);
  });
});

describe("an ingress rule as the API sends it in a watch", () => {
  it("has its peers under their own name, and is no wider for it", () => {
    const ingress = [{ from: [{ podSelector: { matchLabels: { app: "client" } } }] }] as object[];
    expect(intoWeb({ ingress })).toEqual(["ip saddr { 10.89.0.3 } return", "drop"]);
  });
});

describe("egress rules", () => {
  it.each<[string, Omit<V1NetworkPolicySpec, "podSelector">, string[]]>([
    ["no rules let nothing out", {}, []],
    ["an empty rule lets everything out", { egress: [{}] }, ["return"]],
    [
      "to pods of a namespace",
      { egress: [{ to: [{ namespaceSelector: { matchLabels: { team: "ops" } } }] }] },
      ["ip daddr { 10.89.0.4 } return"],
    ],
    [
      "a named port is looked up in the pod at the other end",
      {
        egress: [
          {
            to: [{ namespaceSelector: {}, podSelector: { matchLabels: { app: "admin" } } }],
            ports: [{ port: "http" }],
          },
        ],
      },
      ["ip daddr { 10.89.0.4 } ip daddr . tcp dport { 10.89.0.4 . 3000 } return"],
    ],
    [
      "a named port without peers is looked up in all pods",
      { egress: [{ ports: [{ port: "http" }] }] },
      ["ip daddr . tcp dport { 10.89.0.2 . 8080, 10.89.0.4 . 3000 } return"],
    ],
    [
      "to an address outside",
      { egress: [{ to: [{ ipBlock: { cidr: "10.88.0.1/32" } }], ports: [{ port: 53, protocol: "UDP" }] }] },
      ["ip daddr 10.88.0.1/32 udp dport 53 return"],
    ],
  ])("%s", (_, spec, expected) => {
    expect(fromWeb(spec)).toEqual([...expected, "drop"]);
  });
});

describe("the directions of a policy", () => {
  it.each<[string, Partial<V1NetworkPolicySpec>, string[]]>([
    ["none named, no egress rules", {}, ["ingress"]],
    ["none named, egress rules", { egress: [{}] }, ["ingress", "egress"]],
    ["none named, an empty list of egress rules", { egress: [] }, ["ingress"]],
    ["egress only", { policyTypes: ["Egress"] }, ["egress"]],
    ["both", { policyTypes: ["Egress", "Ingress"] }, ["ingress", "egress"]],
  ])("%s", (_, spec, expected) => {
    expect(directionsOf(policy({ podSelector: {}, ...spec }))).toEqual(expected);
  });
});
