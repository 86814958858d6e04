import { beforeAll, describe, expect, it } from "vitest";
import type { IngressController } from "../../../components/ingress/ingress";
import { passes, type FlowEnd } from "../../../kubernetes/network-rules";
import type { Manifest } from "../../../kubernetes/manifest";
import { manifestsOf } from "../../../review/manifests";
import { ingress, ingressNamespace, ownTraefik } from "./routes";

const console: FlowEnd = { namespace: "dev-storage", labels: { app: "minio" } };
const notebook: FlowEnd = { namespace: "dev-notebooks", labels: { app: "notebook" } };
const own: FlowEnd = {
  namespace: "dev-ingress",
  labels: { "app.kubernetes.io/name": "traefik", "app.kubernetes.io/instance": "ingress-traefik" },
};
const foreign: FlowEnd = { namespace: "traefik-system", labels: { app: "traefik" } };
const pods = { foreignNamespace: "traefik-system", labels: { app: "traefik" } };

const controllers: readonly (readonly [string, IngressController, FlowEnd, FlowEnd])[] = [
  ["our own Traefik", ownTraefik, own, foreign],
  ["a controller of the cluster", { kind: "ingressClass", className: "traefik", pods }, foreign, own],
  [
    "a controller of the cluster, by Gateways",
    { kind: "gatewayClass", className: "traefik", pods, namespace: ingressNamespace },
    foreign,
    own,
  ],
];

/** What the namespaces themselves close, since the component only opens. */
const closed = ["dev-storage", "dev-notebooks", "dev-ingress"].map((namespace): Manifest => ({
  ...{ apiVersion: "networking.k8s.io/v1", kind: "NetworkPolicy", metadata: { name: "default-deny", namespace } },
  spec: { podSelector: {}, policyTypes: ["Ingress", "Egress"] },
}));

describe.each(controllers)("the network of pages behind %s", (_, controller, wanted, other) => {
  let objects: readonly Manifest[];
  beforeAll(async () => {
    objects = [...closed, ...manifestsOf(await ingress({ controller }))];
  });
  const open = (from: FlowEnd, to: FlowEnd, port: number) => passes(objects, { from, to, port, protocol: "TCP" });

  it("is open from the controller to each page's own port", () => {
    expect(open(wanted, console, 9001)).toBe(true);
    expect(open(wanted, notebook, 8888)).toBe(true);
  });

  it("is closed to every other port of theirs, and to the pods beside them", () => {
    for (const port of [9000, 8888]) expect(open(wanted, console, port)).toBe(false);
    for (const port of [9001, 4040, 7100]) expect(open(wanted, notebook, port)).toBe(false);
    expect(open(wanted, { namespace: "dev-storage", labels: { app: "other" } }, 9001)).toBe(false);
  });

  it("is closed to everybody else, and the way back", () => {
    const strangers: FlowEnd[] = [
      other,
      { ...wanted, labels: { app: "other" } },
      { namespace: "default", labels: {} },
      { address: "93.184.216.34" },
      notebook,
    ];
    for (const stranger of strangers) expect(open(stranger, console, 9001)).toBe(false);
    expect(open(console, wanted, 8443)).toBe(false);
  });
});
