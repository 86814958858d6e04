import * as pulumi from "@pulumi/pulumi";
import type { WebRoute } from "../../../components/core/contracts";
import { Ingress, type IngressArgs } from "../../../components/ingress/ingress";
import { record } from "../../../review/recording";
import { namespaceReference } from "../../support/namespaces";

/** Two pages in two namespaces. */
export const routes: readonly WebRoute[] = [
  {
    ...{ name: "store-console", host: "store", service: pulumi.output("store-minio"), port: 9001 },
    namespace: namespaceReference("storage", "dev"),
    podLabels: { app: "minio" },
  },
  {
    ...{ name: "notebook-ada", host: "ada", service: "ada", port: 8888 },
    namespace: namespaceReference("notebooks", "dev"),
    podLabels: { app: "notebook" },
  },
];

export const ingressNamespace = namespaceReference("ingress", "dev");

/** Our own Traefik behind ports of the nodes. */
export const ownTraefik = {
  kind: "traefik",
  namespace: ingressNamespace,
  image: "registry.example.com/hamilton/traefik:3.7.13",
  exposure: { kind: "nodePort", http: 30080, https: 30443 },
} as const;

export const suppliedTls = { kind: "secret", certificate: "the certificate", key: "the key" } as const;

/** Runs the component with two pages and our own Traefik, some arguments changed. */
export function ingress(changes: Partial<IngressArgs> = {}) {
  const args: IngressArgs = {
    ...{ routes, domain: "hamilton.example.com", controller: ownTraefik, tls: suppliedTls },
    ...changes,
  };
  return record(() => new Ingress("ingress", args));
}
