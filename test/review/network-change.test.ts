import { describe, expect, it } from "vitest";
import type { Manifest } from "../../kubernetes/manifest";
import { networkChange } from "../../review/network-change";
import { object } from "./examples";

const policy = (name: string, spec: object, namespace = "spark") =>
  object("networking.k8s.io/v1 NetworkPolicy", `${namespace}/${name}`, { spec });
const closed = policy("default-deny", { podSelector: {}, policyTypes: ["Ingress", "Egress"] });
const driver = { matchLabels: { role: "driver" } };
const pods = object("apps/v1 Deployment", "spark/driver", {
  spec: { template: { metadata: { labels: { role: "driver", extra: "x" } }, spec: { containers: [] } } },
});
const namespace = object("v1 Namespace", "spark");
const tcp = (port: number | string, endPort?: number) => ({ protocol: "TCP", port, ...(endPort && { endPort }) });
const range = (cidr: string, ...except: string[]) => ({ ipBlock: { cidr, ...(except.length > 0 && { except }) } });
const out = (to: readonly object[], ports: readonly object[], name = "out") =>
  policy(name, { podSelector: driver, policyTypes: ["Egress"], egress: [{ to, ports }] });
const into = (from: readonly object[], ports: readonly object[]) =>
  policy("into", { podSelector: driver, policyTypes: ["Ingress"], ingress: [{ from, ports }] });
const base = [namespace, pods, closed];
const change = (before: readonly Manifest[], after: readonly Manifest[]) =>
  networkChange([...base, ...before], [...base, ...after]);
const dns = { podSelector: { matchLabels: { "k8s-app": "kube-dns" } }, namespaceSelector: {} };
const anyOf = (name: string) => ({ namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": name } } });

describe("a flow opens", () => {
  it.each([
    [
      "to a range",
      out([range("10.0.0.0/8")], [tcp(443)]),
      "Deployment spark/driver may now connect to 10.0.0.0/8 on TCP 443",
    ],
    [
      "to a range with holes",
      out([range("0.0.0.0/0", "10.0.0.0/8")], [tcp(443), tcp(8000, 8010)]),
      "Deployment spark/driver may now connect to any address (0.0.0.0/0) except 10.0.0.0/8 on TCP 443 and 8000–8010",
    ],
    [
      "to pods of any namespace, over two protocols",
      out([dns], [tcp(53), { protocol: "UDP", port: 53 }]),
      "Deployment spark/driver may now connect to pods k8s-app=kube-dns of any namespace on TCP 53 and UDP 53",
    ],
    [
      "from a namespace",
      into([anyOf("other")], [tcp("web")]),
      "Deployment spark/driver may now be reached from any pod of namespace other on TCP web",
    ],
    ["to anything", out([], []), "Deployment spark/driver may now connect to anything on every port"],
  ])("%s", (_case, after, said) => {
    expect(change([], [after])).toEqual({ widened: [said], narrowed: [] });
    expect(change([after], [])).toEqual({ widened: [], narrowed: [said.replace("may now", "may no longer")] });
  });

  it("by a wider range, which takes nothing away", () => {
    expect(change([out([range("10.1.0.0/16")], [tcp(443)])], [out([range("10.0.0.0/8")], [tcp(443)])])).toEqual({
      widened: ["Deployment spark/driver may now connect to 10.0.0.0/8 on TCP 443"],
      narrowed: [],
    });
  });

  it("by a hole in a range that is filled", () => {
    const holed = out([range("10.0.0.0/8", "10.9.0.0/16")], [tcp(443)]);
    expect(change([holed], [out([range("10.0.0.0/8")], [tcp(443)])]).widened).toHaveLength(1);
  });

  it("for pods that this environment doesn't make, by their labels", () => {
    const strangers = policy("x", { podSelector: { matchLabels: { app: "x" } }, ingress: [{}] });
    expect(change([], [strangers]).widened).toEqual([
      "pods app=x of namespace spark may now be reached from anything on every port",
    ]);
  });

  it("for a new workload, by the policies that come with it", () => {
    const before = [namespace, closed];
    const after = [...base, out([range("10.0.0.0/8")], [tcp(443)])];
    expect(networkChange(before, after).widened).toEqual([
      "Deployment spark/driver may now connect to 10.0.0.0/8 on TCP 443",
    ]);
  });
});

describe("a namespace", () => {
  it("is opened altogether when its only policy goes", () => {
    expect(networkChange(base, [namespace, pods])).toEqual({
      widened: [
        "every pod of namespace spark may now be reached from anywhere: no policy holds incoming connections any more",
        "every pod of namespace spark may now connect to anything: no policy holds outgoing connections any more",
      ],
      narrowed: [],
    });
  });

  it("is closed when default deny comes, but for the flows that are named", () => {
    const flow = out([range("10.0.0.0/8")], [tcp(443)]);
    expect(networkChange([namespace, pods], [...base, flow])).toEqual({
      widened: [],
      narrowed: [
        "every pod of namespace spark may no longer be reached from anywhere: from now on no incoming connection passes",
        "Deployment spark/driver may no longer connect to anything: from now on only to 10.0.0.0/8 on TCP 443",
        "any other pod of namespace spark may no longer connect to anything: from now on no outgoing connection passes",
      ],
    });
  });

  it.each([
    ["closed", [namespace, closed], "namespace spark is new, and closed but for what its NetworkPolicy names"],
    [
      "open",
      [namespace],
      "namespace spark is new, and open: no policy holds incoming and outgoing connections of every pod in it",
    ],
  ])("is told of once where it is new and %s", (_case, after, said) => {
    expect(networkChange([], after).widened).toEqual([said]);
  });

  it("is told of once where it goes", () => {
    expect(networkChange(base, []).narrowed).toEqual(["namespace spark goes, and every flow of its pods with it"]);
  });
});

describe("nothing opens or closes", () => {
  const [one, other] = [range("10.0.0.0/8"), range("11.0.0.0/8")];
  it.each([
    [
      "where a policy is split in two",
      [out([one, other], [tcp(443)])],
      [out([one], [tcp(443)]), out([other], [tcp(443)], "b")],
    ],
    ["where a policy has another name", [out([one], [tcp(443)])], [out([one], [tcp(443)], "renamed")]],
    ["where a range is told of twice", [out([one], [tcp(443)])], [out([one, range("10.2.0.0/16")], [tcp(443)])]],
    ["where the protocol is left to its default", [out([one], [tcp(443)])], [out([one], [{ port: 443 }])]],
    [
      "where a selector is spelt as an expression",
      [out([anyOf("other")], [tcp(443)])],
      [
        out(
          [
            {
              namespaceSelector: {
                matchExpressions: [{ key: "kubernetes.io/metadata.name", operator: "In", values: ["other"] }],
              },
            },
          ],
          [tcp(443)],
        ),
      ],
    ],
    [
      "where the own namespace is named",
      [out([{ podSelector: driver }], [tcp(1)])],
      [out([{ podSelector: driver, ...anyOf("spark") }], [tcp(1)])],
    ],
    [
      "where the policy's directions are left to their default",
      [into([one], [tcp(1)])],
      [policy("into", { podSelector: driver, ingress: [{ from: [one], ports: [tcp(1)] }] })],
    ],
  ])("%s", (_case, before, after) => {
    expect(change(before, after)).toEqual({ widened: [], narrowed: [] });
  });
});
