import * as kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { NamespaceReference } from "../core/contracts";
import { labelsOf, namespaceNameLabel } from "../core/labels";
import { distinctNamespaces } from "./ingress-objects";
import type { PlacedRoute } from "./placed-routes";
import { createTlsSecret, tlsAnnotations, tlsSecretName, type IngressTls } from "./tls";

/** The API group of Gateways, whose resource definitions the cluster must have: release 1.0 or later. */
export const gatewayApiVersion = "gateway.networking.k8s.io/v1";

/** What the Gateway and its routes are made from. */
export interface GatewayObjectsArgs {
  /** Where the Gateway and its certificates stand; the routes stand beside their Services. */
  readonly namespace: NamespaceReference;
  /** The GatewayClass, which the cluster must have. */
  readonly className: string;
  readonly routes: readonly PlacedRoute[];
  readonly tls: IngressTls;
  /** Further annotations of the Gateway. */
  readonly annotations: Readonly<Record<string, string>>;
}

/** A listener of a Gateway, as far as it is used here. */
interface Listener {
  readonly name: string;
  readonly hostname?: string;
  readonly port: number;
  readonly protocol: "HTTP" | "HTTPS";
  readonly tls?: { readonly mode: "Terminate"; readonly certificateRefs: readonly { readonly name: string }[] };
  readonly allowedRoutes: { readonly namespaces: object };
}

/** The `spec` of a Gateway, as far as it is used here. */
interface GatewaySpec {
  readonly gatewayClassName: string;
  readonly listeners: readonly Listener[];
}

/** The listener that a route is attached to. */
interface ParentReference {
  readonly name: pulumi.Input<string>;
  readonly namespace: string;
  readonly sectionName: string;
}

/** The `spec` of an HTTPRoute, as far as it is used here. */
interface HttpRouteSpec {
  readonly parentRefs: readonly ParentReference[];
  readonly hostnames: readonly string[];
  readonly rules: readonly object[];
}

/**
 * A Gateway with a listener for each host, and an HTTPRoute for each page; plain http is sent on to https. Routes are
 * taken from the namespaces of the pages only.
 */
export function createGateway(label: string, args: GatewayObjectsArgs, parent: pulumi.Resource): void {
  const { namespace, className, routes, tls, annotations } = args;
  createTlsSecret(label, namespace, tls, parent);
  // The schema asks for one listener at least, so without pages there is no Gateway either.
  if (routes.length === 0) return;
  const gateway = new kubernetes.apiextensions.CustomResource(
    `${label}-gateway`,
    {
      apiVersion: gatewayApiVersion,
      kind: "Gateway",
      metadata: {
        name: label,
        namespace: namespace.name,
        labels: labelsOf({ name: "ingress", instance: label, component: "gateway" }),
        annotations: { ...tlsAnnotations(tls), ...annotations },
      },
      spec: { gatewayClassName: className, listeners: listeners(routes, tls, namespace) } satisfies GatewaySpec,
    },
    { parent },
  );
  const attached = (sectionName: string): ParentReference => ({
    name: gateway.metadata.name,
    namespace: namespace.physicalName,
    sectionName,
  });
  for (const route of routes) {
    const { name, service, port } = route;
    const rule = { backendRefs: [{ name: service, port }] };
    const place = { label, name, namespace: route.namespace };
    const listener = tls.kind === "none" ? plainListener : secureListener(route);
    createRoute(place, { parentRefs: [attached(listener)], hostnames: [route.host], rules: [rule] }, parent);
    if (tls.kind === "none") continue;
    const redirect = { type: "RequestRedirect", requestRedirect: { scheme: "https", statusCode: 301 } };
    createRoute(
      { label, name: `${name}-redirect`, namespace },
      { parentRefs: [attached(plainListener)], hostnames: [route.host], rules: [{ filters: [redirect] }] },
      parent,
    );
  }
}

/** The name of the listener for plain http, and that of a page's own. */
const plainListener = "http";
const secureListener = (route: PlacedRoute) => `https-${route.name}`;

function listeners(routes: readonly PlacedRoute[], tls: IngressTls, own: NamespaceReference): readonly Listener[] {
  const names = distinctNamespaces(routes).map(({ physicalName }) => physicalName);
  const from = (values: readonly string[]) => ({
    namespaces: {
      from: "Selector",
      selector: { matchExpressions: [{ key: namespaceNameLabel, operator: "In", values: [...values] }] },
    },
  });
  const plain: Listener = {
    name: plainListener,
    port: 80,
    protocol: "HTTP",
    allowedRoutes: from(tls.kind === "none" ? names : [own.physicalName]),
  };
  return [
    plain,
    ...routes.flatMap((route): Listener[] => {
      const secretName = tlsSecretName(tls, route);
      if (secretName === undefined) return [];
      const certificate = { mode: "Terminate" as const, certificateRefs: [{ name: secretName }] };
      const { host: hostname, namespace } = route;
      const allowedRoutes = from([namespace.physicalName]);
      return [{ name: secureListener(route), hostname, port: 443, protocol: "HTTPS", tls: certificate, allowedRoutes }];
    }),
  ];
}

function createRoute(
  { label, name, namespace }: { readonly label: string; readonly name: string; readonly namespace: NamespaceReference },
  spec: HttpRouteSpec,
  parent: pulumi.Resource,
): void {
  const labels = labelsOf({ name: "ingress", instance: label, component: "route" });
  new kubernetes.apiextensions.CustomResource(
    `${label}-${name}`,
    { apiVersion: gatewayApiVersion, kind: "HTTPRoute", metadata: { name, namespace: namespace.name, labels }, spec },
    { parent },
  );
}
