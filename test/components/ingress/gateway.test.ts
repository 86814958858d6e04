import { beforeAll, describe, expect, it } from "vitest";
import type { IngressArgs, IngressController } from "../../../components/ingress/ingress";
import { unwrapped, type Plain, type Recording } from "../../../review/recording";
import { ingress, ingressNamespace } from "./routes";

const controller: IngressController = {
  kind: "gatewayClass",
  className: "cilium",
  namespace: ingressNamespace,
  pods: { foreignNamespace: "kube-system", labels: { "k8s-app": "cilium-envoy" } },
};

interface Listener {
  readonly name: string;
  readonly hostname?: string;
  readonly port: number;
  readonly tls?: { readonly certificateRefs: readonly { readonly name: string }[] };
  readonly allowedRoutes: unknown;
}

const gateway = (changes: Partial<IngressArgs> = {}) => ingress({ controller, ...changes });
const listenersOf = (run: Recording) =>
  (run.manifest("Gateway", "ingress").spec as { listeners: readonly Listener[] }).listeners;
const from = (...namespaces: string[]) => ({
  namespaces: {
    from: "Selector",
    selector: { matchExpressions: [{ key: "kubernetes.io/metadata.name", operator: "In", values: namespaces }] },
  },
});

describe("pages by the Gateway API", () => {
  let run: Recording;
  beforeAll(async () => {
    run = await gateway();
  });

  it("are a Gateway and HTTPRoutes, and no Ingress", () => {
    expect(run.all("Ingress")).toEqual([]);
    expect(run.manifest("Gateway", "ingress")).toMatchObject({
      ...{ apiVersion: "gateway.networking.k8s.io/v1", metadata: { namespace: "dev-ingress" } },
      spec: { gatewayClassName: "cilium" },
    });
  });

  it("have a listener each, with the certificate that stands beside the Gateway, for routes of their namespace", () => {
    expect(listenersOf(run).find(({ name }) => name === "https-store-console")).toEqual({
      ...{ name: "https-store-console", hostname: "store.hamilton.example.com", port: 443, protocol: "HTTPS" },
      tls: { mode: "Terminate", certificateRefs: [{ name: "ingress-tls" }] },
      allowedRoutes: from("dev-storage"),
    });
    expect(run.one("Secret", "ingress-tls").inputs.metadata).toMatchObject({ namespace: "dev-ingress" });
  });

  it("lead from their listener to their Service, beside it", () => {
    expect(run.manifest("HTTPRoute", "store-console")).toMatchObject({
      metadata: { namespace: "dev-storage" },
      spec: {
        parentRefs: [{ name: "ingress", namespace: "dev-ingress", sectionName: "https-store-console" }],
        hostnames: ["store.hamilton.example.com"],
        rules: [{ backendRefs: [{ name: "store-minio", port: 9001 }] }],
      },
    });
  });

  it("send plain http on to https, by routes that only the Gateway's own namespace may bring", () => {
    expect(listenersOf(run)[0]).toMatchObject({ name: "http", port: 80, allowedRoutes: from("dev-ingress") });
    expect(run.manifest("HTTPRoute", "store-console-redirect")).toMatchObject({
      metadata: { namespace: "dev-ingress" },
      spec: {
        parentRefs: [{ sectionName: "http" }],
        rules: [{ filters: [{ requestRedirect: { scheme: "https", statusCode: 301 } }] }],
      },
    });
  });

  it("are plain http alone without TLS", async () => {
    const plain = await gateway({ tls: { kind: "none" } });
    expect(listenersOf(plain)).toMatchObject([{ name: "http", allowedRoutes: from("dev-notebooks", "dev-storage") }]);
    const routes = plain.all("HTTPRoute").map(({ inputs }) => unwrapped(inputs) as Plain);
    expect(routes).toHaveLength(2);
    for (const { spec } of routes) expect(spec).toMatchObject({ parentRefs: [{ sectionName: "http" }] });
  });

  it("ask cert-manager by the Gateway, for a certificate of each listener", async () => {
    const issued = await gateway({
      tls: { kind: "certManager", issuer: "site-ca" },
      annotations: { "example.com/team": "data" },
    });
    expect(issued.manifest("Gateway", "ingress").metadata).toMatchObject({
      annotations: { "cert-manager.io/cluster-issuer": "site-ca", "example.com/team": "data" },
    });
    expect(listenersOf(issued).flatMap(({ tls }) => tls?.certificateRefs ?? [])).toEqual([
      { name: "notebook-ada-tls" },
      { name: "store-console-tls" },
    ]);
  });

  it("need no Gateway where there are none", async () => {
    expect((await gateway({ routes: [] })).all("Gateway")).toEqual([]);
  });
});
