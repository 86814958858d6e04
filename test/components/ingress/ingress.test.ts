import { describe, expect, it } from "vitest";
import { isSecret, unwrapped, type Plain, type Recording } from "../../../review/recording";
import type { IngressArgs } from "../../../components/ingress/ingress";
import { ingress, ownTraefik, routes, suppliedTls } from "./routes";

const ingressClass = {
  kind: "ingressClass",
  className: "traefik",
  pods: { foreignNamespace: "traefik-system", labels: { app: "traefik" } },
} as const;
const certManager = { kind: "certManager", issuer: "site-ca" } as const;

const manifests = (run: Recording, kind: string) => run.all(kind).map(({ inputs }) => unwrapped(inputs) as Plain);
const metadataOf = (manifest: Plain) =>
  manifest.metadata as { name: string; namespace: string; annotations: Record<string, string> };
const hostsOf = (run: Recording) =>
  manifests(run, "Ingress").map(({ spec }) => (spec as { rules: { host: string }[] }).rules[0]?.host);

describe("the hosts of pages", () => {
  it("are labels below the domain, in the order of the pages' names", async () => {
    expect(hostsOf(await ingress())).toEqual(["ada.hamilton.example.com", "store.hamilton.example.com"]);
  });

  it("are what the stack file calls them instead, as a label or a full name, in small letters", async () => {
    const hosts = { "store-console": "Minio", "notebook-ada": "Ada.Hamilton.Example.com" };
    expect(hostsOf(await ingress({ hosts }))).toEqual(["ada.hamilton.example.com", "minio.hamilton.example.com"]);
  });

  it.each<[string, Partial<IngressArgs>, RegExp]>([
    [
      "a host that two pages take",
      { hosts: { "notebook-ada": "store.hamilton.example.com" } },
      /Ingress "ingress": routes\.notebook-ada\.host is "store\.hamilton\.example\.com"; expected a host of its own; this one leads to "store-console"\./,
    ],
    [
      "two pages of one name",
      { routes: [...routes, { ...routes[0]!, host: "other" }] },
      /routes\[2\]\.name is "store-console"; expected a name of its own for each route/,
    ],
    ["a host that is none", { hosts: { "notebook-ada": "no host" } }, /routes\.notebook-ada\.host is "no host\.ham/],
    ["a domain that is none", { domain: "example.com." }, /domain is "example\.com\."; expected a host name/],
    ["a port that is none", { routes: [{ ...routes[0]!, port: 0 }] }, /routes\.store-console\.port is 0; expected a/],
    [
      "a node port outside of Kubernetes' range",
      { controller: { ...ownTraefik, exposure: { kind: "nodePort", http: 80, https: 30443 } } },
      /exposure\.http is 80; expected a port from 30000 to 32767/,
    ],
    [
      "one node port for both",
      { controller: { ...ownTraefik, exposure: { kind: "nodePort", http: 30443, https: 30443 } } },
      /exposure\.https is 30443; expected another port than http/,
    ],
    ["no replica", { controller: { ...ownTraefik, replicas: 0 } }, /controller\.replicas is 0; expected 1 or more/],
    ["a class without a name", { controller: { ...ingressClass, className: "" } }, /controller\.className is "";/],
  ])("refuse %s", async (_, changes, message) => {
    await expect(ingress(changes)).rejects.toThrow(message);
  });
});

describe("the addresses of pages", () => {
  it.each<[string, Partial<IngressArgs>, string]>([
    ["the port of the nodes", {}, "https://store.hamilton.example.com:30443"],
    [
      "the port of what stands before the nodes",
      {
        controller: { ...ownTraefik, exposure: { kind: "nodePort", http: 30080, https: 30443, publicPort: 8443 } },
      },
      "https://store.hamilton.example.com:8443",
    ],
    [
      "no port behind a load balancer",
      { controller: { ...ownTraefik, exposure: { kind: "loadBalancer" } } },
      "https://store.hamilton.example.com",
    ],
    ["no port behind the cluster's controller", { controller: ingressClass }, "https://store.hamilton.example.com"],
    ["http without TLS", { tls: { kind: "none" } }, "http://store.hamilton.example.com:30080"],
  ])("have %s", async (_, changes, url) => {
    expect((await ingress(changes)).result.pages["store-console"]).toBe(url);
  });
});

describe("Ingresses for our own Traefik", () => {
  it("stand in its namespace, and lead to names of the real Services there", async () => {
    const run = await ingress();
    for (const manifest of manifests(run, "Ingress")) expect(metadataOf(manifest).namespace).toBe("dev-ingress");
    expect(run.manifest("Service", "store-console").spec).toEqual({
      type: "ExternalName",
      externalName: "store-minio.dev-storage.svc.cluster.local",
      ports: [{ name: "http", port: 9001 }],
    });
    expect(run.manifest("Ingress", "store-console").spec).toEqual({
      rules: [
        {
          host: "store.hamilton.example.com",
          http: {
            paths: [
              {
                path: "/",
                pathType: "Prefix",
                backend: { service: { name: "store-console", port: { number: 9001 } } },
              },
            ],
          },
        },
      ],
      tls: [{ hosts: ["store.hamilton.example.com"], secretName: "ingress-tls" }],
    });
  });

  it("name the class that Traefik is told by, and nobody else's", async () => {
    const run = await ingress();
    const { annotations } = metadataOf(run.manifest("Ingress", "store-console"));
    const { args } = (run.manifest("Deployment").spec as { template: { spec: { containers: { args: string[] }[] } } })
      .template.spec.containers[0]!;
    expect(args).toContain(
      `--providers.kubernetesIngress.ingressClass=${annotations["kubernetes.io/ingress.class"] ?? ""}`,
    );
    expect(annotations["traefik.ingress.kubernetes.io/router.entrypoints"]).toBe("websecure");
  });

  it("are served as plain http without TLS", async () => {
    const run = await ingress({ tls: { kind: "none" } });
    const manifest = run.manifest("Ingress", "store-console");
    expect(manifest.spec).not.toHaveProperty("tls");
    expect(metadataOf(manifest).annotations["traefik.ingress.kubernetes.io/router.entrypoints"]).toBe("web");
    expect(run.all("Secret")).toEqual([]);
  });
});

describe("Ingresses for the cluster's controller", () => {
  it("stand beside their Services under its class, with the annotations that it wants", async () => {
    const annotations = { "nginx.ingress.kubernetes.io/proxy-read-timeout": "3600" };
    const run = await ingress({ controller: ingressClass, annotations });
    const manifest = run.manifest("Ingress", "notebook-ada");
    expect(metadataOf(manifest)).toMatchObject({ namespace: "dev-notebooks", annotations });
    expect(manifest.spec).toMatchObject({ ingressClassName: "traefik" });
    expect(JSON.stringify(manifest.spec)).toContain('"backend":{"service":{"name":"ada","port":{"number":8888}}}');
    expect(metadataOf(manifest).annotations).not.toHaveProperty(["kubernetes.io/ingress.class"]);
  });

  it("come without any other object of a controller", async () => {
    const run = await ingress({ controller: ingressClass, tls: certManager });
    const kinds = run.resources.filter(({ type }) => type.startsWith("kubernetes:")).map(({ type }) => type);
    expect([...new Set(kinds)].map((type) => type.split(":").at(-1)).sort()).toEqual(["Ingress", "NetworkPolicy"]);
  });

  it("find the certificate in each namespace of a page", async () => {
    const run = await ingress({ controller: ingressClass });
    expect(manifests(run, "Secret").map((one) => metadataOf(one).namespace)).toEqual(["dev-notebooks", "dev-storage"]);
  });
});

describe("the engine", () => {
  it.each([ownTraefik, ingressClass])("doesn't wait for an address in an Ingress of $kind", async (controller) => {
    for (const manifest of manifests(await ingress({ controller }), "Ingress"))
      expect(metadataOf(manifest).annotations["pulumi.com/skipAwait"]).toBe("true");
  });
});

describe("TLS", () => {
  it("keeps the supplied certificate's texts secret, and its Secret of the type that controllers take", async () => {
    const registration = (await ingress()).one("Secret", "ingress-tls");
    const { type, stringData } = registration.inputs as { type: string; stringData: Record<string, unknown> };
    expect(type).toBe("kubernetes.io/tls");
    expect(unwrapped(stringData)).toEqual({ "tls.crt": suppliedTls.certificate, "tls.key": suppliedTls.key });
    expect(isSecret(stringData) || Object.values(stringData).every(isSecret)).toBe(true);
    expect(registration).toMatchObject({ replaceOnChanges: ["type"], deleteBeforeReplace: true });
  });

  it("asks cert-manager for a certificate of each host, by its issuer's kind", async () => {
    const run = await ingress({ controller: ingressClass, tls: certManager });
    const manifest = run.manifest("Ingress", "notebook-ada");
    expect(metadataOf(manifest).annotations["cert-manager.io/cluster-issuer"]).toBe("site-ca");
    expect(manifest.spec).toMatchObject({
      tls: [{ hosts: ["ada.hamilton.example.com"], secretName: "notebook-ada-tls" }],
    });
    const own = await ingress({ tls: { ...certManager, issuerKind: "Issuer" } });
    expect(metadataOf(own.manifest("Ingress", "notebook-ada")).annotations["cert-manager.io/issuer"]).toBe("site-ca");
    expect(own.all("Secret")).toEqual([]);
  });
});
