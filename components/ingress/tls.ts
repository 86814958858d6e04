import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { NamespaceReference } from "../core/contracts";
import { labelsOf } from "../core/labels";

/** Where the certificates of the pages come from. */
export type IngressTls =
  /** One certificate for all hosts, made elsewhere. Both PEM texts are secrets. */
  | { readonly kind: "secret"; readonly certificate: pulumi.Input<string>; readonly key: pulumi.Input<string> }
  /** cert-manager, which is in the cluster, makes one for each host. */
  | { readonly kind: "certManager"; readonly issuer: string; readonly issuerKind?: "ClusterIssuer" | "Issuer" }
  /** Pages by plain http, for places where nothing else can be had. */
  | { readonly kind: "none" };

/** The name of the Secret with the one certificate, wherever it is needed. */
const sharedSecret = "ingress-tls";

/** The Secret that the certificate of a route's host stands in; nothing without TLS. */
export function tlsSecretName(tls: IngressTls, route: { readonly name: string }): string | undefined {
  if (tls.kind === "none") return undefined;
  return tls.kind === "secret" ? sharedSecret : `${route.name}-tls`;
}

/** The annotation of an Ingress or Gateway by which cert-manager makes its certificates. */
export function tlsAnnotations(tls: IngressTls): Readonly<Record<string, string>> {
  if (tls.kind !== "certManager") return {};
  const kind = tls.issuerKind === "Issuer" ? "issuer" : "cluster-issuer";
  return { [`cert-manager.io/${kind}`]: tls.issuer };
}

/** The Secret of the one certificate, in the namespace of whoever names it; none where cert-manager makes it. */
export function createTlsSecret(
  label: string,
  namespace: NamespaceReference,
  tls: IngressTls,
  parent: pulumi.Resource,
): kubernetes.core.v1.Secret | undefined {
  if (tls.kind !== "secret") return undefined;
  return new kubernetes.core.v1.Secret(
    `${label}-${namespace.role}-tls`,
    {
      metadata: {
        name: sharedSecret,
        namespace: namespace.name,
        labels: labelsOf({ name: "ingress", instance: label, component: "certificate" }),
      },
      type: "kubernetes.io/tls",
      stringData: { "tls.crt": pulumi.secret(tls.certificate), "tls.key": pulumi.secret(tls.key) },
    },
    // Kubernetes refuses to change a Secret's type in place.
    { parent, replaceOnChanges: ["type"], deleteBeforeReplace: true },
  );
}
