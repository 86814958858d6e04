import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { NamespaceReference } from "../core/contracts";
import { labelsOf } from "../core/labels";
import type { PlacedRoute } from "./placed-routes";
import { createTlsSecret, tlsAnnotations, tlsSecretName, type IngressTls } from "./tls";
import { classAnnotation, entryPointAnnotation, pageEntryPoint } from "./traefik-arguments";
import { traefikClass } from "./traefik";

/** What the Ingresses of all routes have in common. */
export interface IngressObjectsArgs {
  readonly routes: readonly PlacedRoute[];
  readonly tls: IngressTls;
  /** Further annotations of every Ingress. */
  readonly annotations: Readonly<Record<string, string>>;
}

/**
 * The engine would wait for an address in the Ingress's status, which controllers behind node ports never write; whether
 * a page answers is for who serves it to say.
 */
const noWait = { "pulumi.com/skipAwait": "true" };

/**
 * Ingresses for our own Traefik. They all stand in its namespace, and lead to Services there that are names of the real
 * ones: so that Traefik, which reads every Secret where it finds Ingresses, sees certificates alone.
 *
 * @param clusterDomain The cluster's DNS domain.
 */
export function createOwnIngresses(
  label: string,
  args: IngressObjectsArgs & { readonly namespace: NamespaceReference; readonly clusterDomain: string },
  parent: pulumi.Resource,
): void {
  const { namespace, routes, tls, clusterDomain } = args;
  createTlsSecret(label, namespace, tls, parent);
  for (const route of routes) {
    const { name, service, port } = route;
    const alias = new kubernetes.core.v1.Service(
      `${label}-${name}-alias`,
      {
        metadata: { name, namespace: namespace.name, labels: labelsOf(source(label, "alias")) },
        spec: {
          type: "ExternalName",
          externalName: pulumi.interpolate`${service}.${route.namespace.physicalName}.svc.${clusterDomain}`,
          ports: [{ name: "http", port }],
        },
      },
      { parent },
    );
    const own = {
      [classAnnotation]: traefikClass,
      [entryPointAnnotation]: pageEntryPoint(tls.kind !== "none"),
    };
    createIngress(label, args, { route, namespace, backend: alias.metadata.name, annotations: own }, parent);
  }
}

/** Ingresses for a controller that the cluster has, each beside the Service that it leads to. */
export function createForeignIngresses(
  label: string,
  args: IngressObjectsArgs & { readonly className: string },
  parent: pulumi.Resource,
): void {
  const { routes, tls, className } = args;
  for (const namespace of distinctNamespaces(routes)) createTlsSecret(label, namespace, tls, parent);
  for (const route of routes)
    createIngress(label, args, { route, namespace: route.namespace, backend: route.service, className }, parent);
}

interface IngressPlace {
  readonly route: PlacedRoute;
  readonly namespace: NamespaceReference;
  readonly backend: pulumi.Input<string>;
  readonly className?: string;
  readonly annotations?: Readonly<Record<string, string>>;
}

function createIngress(
  label: string,
  { tls, annotations: shared }: IngressObjectsArgs,
  { route, namespace, backend, className, annotations = {} }: IngressPlace,
  parent: pulumi.Resource,
): void {
  const { name, host, port } = route;
  const secretName = tlsSecretName(tls, route);
  new kubernetes.networking.v1.Ingress(
    `${label}-${name}`,
    {
      metadata: {
        name,
        namespace: namespace.name,
        labels: labelsOf(source(label, "route")),
        annotations: { ...tlsAnnotations(tls), ...annotations, ...shared, ...noWait },
      },
      spec: {
        ...(className === undefined ? {} : { ingressClassName: className }),
        rules: [
          {
            host,
            http: {
              paths: [
                { path: "/", pathType: "Prefix", backend: { service: { name: backend, port: { number: port } } } },
              ],
            },
          },
        ],
        ...(secretName === undefined ? {} : { tls: [{ hosts: [host], secretName }] }),
      },
    },
    { parent },
  );
}

function source(label: string, component: string) {
  return { name: "ingress", instance: label, component };
}

/** The namespaces of routes, each once, in the routes' order. */
export function distinctNamespaces(routes: readonly PlacedRoute[]): readonly NamespaceReference[] {
  return [...new Map(routes.map(({ namespace }) => [namespace.physicalName, namespace])).values()];
}
