import * as pulumi from "@pulumi/pulumi";
import { describe, expect, it } from "vitest";
import { allowFlow, apiServerPeer, apiServerPorts, policiesOf } from "../../../components/core/network-flows";
import { record } from "../../../review/recording";
import { namespaceReference } from "../../support/namespaces";

const ports = [{ port: 9000 }];

class Owner extends pulumi.ComponentResource {
  constructor(name: string) {
    super("hamilton:test:Owner", name);
    this.registerOutputs({});
  }
}

const spark = namespaceReference("spark");
const storage = namespaceReference("storage", "dev");

describe("a flow between two namespaces of the platform", () => {
  const flow = {
    from: { namespace: spark, labels: { role: "driver" } },
    to: { namespace: storage, labels: { app: "store" } },
    ports,
  };

  it("is opened at both ends, for the named pods only", async () => {
    const run = await record(() => allowFlow("store", "store-spark", flow, { parent: new Owner("store") }));
    expect(run.manifest("NetworkPolicy", "store-spark-egress")).toMatchObject({
      metadata: { namespace: "spark" },
      spec: {
        podSelector: { matchLabels: { role: "driver" } },
        policyTypes: ["Egress"],
        egress: [
          {
            to: [
              {
                namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "dev-storage" } },
                podSelector: { matchLabels: { app: "store" } },
              },
            ],
            ports: [{ port: 9000, protocol: "TCP" }],
          },
        ],
      },
    });
    expect(run.manifest("NetworkPolicy", "store-spark-ingress")).toMatchObject({
      metadata: { namespace: "dev-storage" },
      spec: {
        podSelector: { matchLabels: { app: "store" } },
        policyTypes: ["Ingress"],
        ingress: [
          {
            from: [
              {
                namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "spark" } },
                podSelector: { matchLabels: { role: "driver" } },
              },
            ],
          },
        ],
      },
    });
  });

  it("keeps the policies of several senders in one namespace apart", async () => {
    const several = { ...flow, from: [flow.from, { namespace: spark, labels: { role: "executor" } }] };
    const run = await record(() => allowFlow("store", "s", several, { parent: new Owner("store") }));
    const names = run.all("NetworkPolicy").map((each) => (each.inputs.metadata as { name: string }).name);
    expect(names).toEqual(["s-egress", "s-egress-2", "s-ingress"]);
    expect(new Set(run.all("NetworkPolicy").map((each) => each.name)).size).toBe(3);
  });
});

describe("a flow to the API server", () => {
  it("is opened at the sender's end, on the API server's ports", () => {
    const policies = policiesOf("api", {
      from: { namespace: spark },
      to: apiServerPeer(["10.88.0.1/32"]),
      ports: apiServerPorts,
    });
    expect(policies).toEqual([
      {
        direction: "egress",
        pods: { namespace: spark },
        peers: [{ cidrs: ["10.88.0.1/32"] }],
        ports: [{ port: 443 }, { port: 6443 }],
      },
    ]);
  });

  it("may go to any address if none is named", () => expect(apiServerPeer()).toEqual({ cidrs: ["0.0.0.0/0"] }));
});

describe("a flow", () => {
  it("from all pods of a namespace selects no labels", async () => {
    const flow = {
      from: { namespace: spark },
      to: { cidrs: ["10.0.0.0/8", "192.168.0.0/16"] },
      ports: [{ port: 1, endPort: 9 }],
    };
    const run = await record(() => allowFlow("x", "wide", flow, { parent: new Owner("x") }));
    expect(run.manifest("NetworkPolicy").spec).toEqual({
      podSelector: {},
      policyTypes: ["Egress"],
      egress: [
        {
          to: [{ ipBlock: { cidr: "10.0.0.0/8" } }, { ipBlock: { cidr: "192.168.0.0/16" } }],
          ports: [{ port: 1, endPort: 9, protocol: "TCP" }],
        },
      ],
    });
  });

  it("without ports is refused, since it would open all of them", () => {
    expect(() => policiesOf("wide", { from: { namespace: spark }, to: { namespace: storage }, ports: [] })).toThrow(
      'flow "wide".ports is []; expected at least one port',
    );
  });

  it("that no namespace of the platform is part of is refused", () => {
    const flow = { from: { cidrs: ["10.0.0.0/8"] }, to: { foreignNamespace: "kube-system" }, ports };
    expect(() => policiesOf("stray", flow)).toThrow('flow "stray" is "no namespace of this platform"');
  });
});
