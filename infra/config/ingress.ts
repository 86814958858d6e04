import { z } from "zod";
import { nodeSelector, tolerations } from "./placement";
import { cidr, cpu, duration, host, label, memory, secretName, whole, words } from "./values";

/** The name of a class: IngressClasses and GatewayClasses are called like hosts. */
const className = () => host().meta({ pattern: "^[a-z0-9.-]+$" });

const nodePort = (what: string) => whole(30000, 32767).meta({ description: `The port of every node for ${what}.` });

const exposure = z
  .discriminatedUnion("kind", [
    z.strictObject({
      kind: z.literal("nodePort").meta({
        description: "Ports of every node, for people on their network or for a load balancer before them.",
      }),
      http: nodePort("plain http, which is sent on to https"),
      https: nodePort("https"),
      publicPort: whole(1, 65535).optional().meta({
        description:
          "The port that browsers use, if a load balancer before the nodes has another. Default: that of https.",
      }),
    }),
    z.strictObject({
      kind: z
        .literal("loadBalancer")
        .meta({ description: "An address from the cluster's load balancers: MetalLB, kube-vip, Cilium, a cloud." }),
      className: className()
        .optional()
        .meta({ description: "Which of the cluster's load balancers. Default: the cluster's own." }),
      annotations: annotations("its Service, as the load balancers understand them: a pool, an address"),
    }),
  ])
  .meta({ description: "How machines outside reach the Traefik that is installed." });

const tls = z
  .discriminatedUnion("kind", [
    z.strictObject({
      kind: z.literal("secret").meta({ description: "One certificate for all pages, made elsewhere." }),
      certificate: secretName().meta({
        description: "The entry of hamilton:secrets with the certificate and those between it and the root, as PEM.",
      }),
      key: secretName().meta({ description: "The entry of hamilton:secrets with its private key, as PEM." }),
    }),
    z.strictObject({
      kind: z.literal("certManager").meta({ description: "cert-manager, which the cluster has, makes certificates." }),
      issuer: className().meta({ description: "The name of its issuer." }),
      issuerKind: z
        .enum(["ClusterIssuer", "Issuer"])
        .default("ClusterIssuer")
        .meta({ description: "The kind of that issuer. Default: ClusterIssuer." }),
    }),
    z.strictObject({
      kind: z.literal("none").meta({ description: "Plain http; not in production." }),
    }),
  ])
  .meta({ description: "Where certificates come from." });

function annotations(of: string) {
  return z
    .record(words("an annotation's name"), z.string({ error: "an annotation's value" }))
    .default({})
    .meta({ description: `Annotations of ${of}. Default: none.` });
}

/** `hamilton:ingress`: how browsers reach the platform's pages. Left out: not at all. */
export const ingressGroup = z
  .strictObject({
    install: z.boolean().default(true).meta({
      description:
        "Whether this stack installs Traefik; false if pages go by a controller of the cluster. Default: true.",
    }),
    className: className().optional().meta({
      description: "With install: false, the cluster's IngressClass (or GatewayClass) that serves the pages.",
    }),
    gatewayApi: z.boolean().default(false).meta({
      description:
        "With install: false, whether pages are a Gateway with HTTPRoutes instead of Ingresses. Default: false.",
    }),
    controllerPods: z
      .strictObject({
        namespace: label().meta({ description: "The namespace of its pods." }),
        labels: z
          .record(words("a label's name"), z.string({ error: "a label's value" }))
          .default({})
          .meta({ description: "Labels that its pods carry. Default: every pod of the namespace." }),
      })
      .optional()
      .meta({
        description: "With install: false, whom network policies let in: the pods of the cluster's controller.",
      }),
    domain: host().meta({ description: "The domain that the pages' names stand below: hamilton.example.com." }),
    hosts: z
      .record(label(), host())
      .default({})
      .meta({ description: "Other names for pages, by page: a label below the domain or a full name. Default: none." }),
    annotations: annotations("every Ingress, or of the Gateway, for the cluster's controller"),
    tls,
    exposure: exposure.optional(),
    sources: z.array(cidr()).min(1).optional().meta({
      description: "Addresses that may come in; many clusters show a node's instead of the caller's. Default: any.",
    }),
    uploadTimeout: duration({ from: "1m", to: "1d" })
      .default("1h")
      .meta({ description: "The longest that the upload of one request may take. Default: 1h." }),
    replicas: whole(1, 10)
      .default(1)
      .meta({ description: "Pods of Traefik; from 2 on one may be away at a time. Default: 1." }),
    resources: z
      .strictObject({
        cpu: cpu({ from: "0.05", to: "16" })
          .default("100m")
          .meta({ description: "CPUs set aside for each. Default: 100m." }),
        memory: memory({ from: "128Mi", to: "16Gi" })
          .default("256Mi")
          .meta({ description: "Memory of each, set aside and at most. Default: 256Mi." }),
      })
      .prefault({})
      .meta({ description: "CPU and memory of Traefik." }),
    nodeSelector,
    tolerations,
  })
  .optional()
  .meta({ description: "How browsers reach the platform's pages. Without it, they don't." });
