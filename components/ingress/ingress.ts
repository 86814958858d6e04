import * as pulumi from "@pulumi/pulumi";
import type { ForeignPods, NamespaceReference, NetworkPeer, WebRoute } from "../core/contracts";
import { checked, ValueFault } from "../core/errors";
import { allowFlow } from "../core/network-flows";
import { checkExposure, pageUrl, publicPort } from "./exposure";
import { createGateway } from "./gateway-objects";
import { createForeignIngresses, createOwnIngresses } from "./ingress-objects";
import { placedRoutes, type PlacedRoute } from "./placed-routes";
import type { IngressTls } from "./tls";
import { Traefik, type TraefikArgs } from "./traefik";

/** Whoever serves the pages. Plain, since it decides which objects exist. */
export type IngressController =
  /** Our own Traefik, for clusters that have no controller. */
  | ({ readonly kind: "traefik" } & TraefikArgs)
  /** A controller of the cluster that serves Ingresses. */
  | { readonly kind: "ingressClass"; readonly className: string; readonly pods: ForeignPods }
  /** A controller of the cluster that serves Gateways. */
  | {
      readonly kind: "gatewayClass";
      readonly className: string;
      readonly pods: ForeignPods;
      /** Where the Gateway and its certificates stand. */
      readonly namespace: NamespaceReference;
    };

/** The arguments of an {@link Ingress}. */
export interface IngressArgs {
  /** The pages. Plain, since they decide which objects exist. */
  readonly routes: readonly WebRoute[];
  /** The domain that the pages' labels stand below: `hamilton.example.com`. */
  readonly domain: string;
  /** Hosts by route name, instead of the routes' own. @default none */
  readonly hosts?: Readonly<Record<string, string>>;
  readonly controller: IngressController;
  readonly tls: IngressTls;
  /** Annotations of every Ingress, or of the Gateway: what a controller of the cluster wants set. @default none */
  readonly annotations?: Readonly<Record<string, string>>;
  /** The cluster's DNS domain. @default cluster.local */
  readonly clusterDomain?: string;
}

const componentName = "Ingress";

/**
 * The way from browsers to the platform's pages: a host name with TLS for each, and the network opened from the controller
 * to exactly the pods and ports behind them. Whether the controller is our own or the cluster's is a choice of the stack
 * file, as is whether pages are declared as Ingresses or by the Gateway API.
 *
 * @example
 * const ingress = new Ingress("ingress", {
 *   routes: [store.console], domain: "hamilton.example.com",
 *   controller: { kind: "ingressClass", className: "traefik", pods: { foreignNamespace: "traefik" } },
 *   tls: { kind: "certManager", issuer: "site" },
 * }, { provider });
 * ingress.pages["store-console"] // "https://store.hamilton.example.com"
 */
export class Ingress extends pulumi.ComponentResource {
  /** The pages' addresses in the browser, by route name, without a slash at the end. */
  readonly pages: Readonly<Record<string, string>>;

  /** @throws ResourceError if a host is taken twice, or an argument is faulty. */
  constructor(
    private readonly label: string,
    args: IngressArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("hamilton:ingress:Ingress", label, {}, opts);
    const routes = checked(this, componentName, label, () => checkedRoutes(args));
    const { controller, tls } = args;
    const secure = tls.kind !== "none";
    const port = controller.kind === "traefik" ? publicPort(controller.exposure, secure) : secure ? 443 : 80;
    this.pages = Object.fromEntries(routes.map(({ name, host }) => [name, pageUrl(host, port, secure)]));
    const from = this.declare(args, routes);
    for (const { flow, namespace, podLabels, port: target } of routes) {
      const to = { namespace, labels: podLabels };
      allowFlow(label, flow, { from, to, ports: [{ port: target }] }, { parent: this });
    }
    this.registerOutputs({ pages: this.pages });
  }

  /** Declares what leads to the pages, and tells who comes to them over the network. */
  private declare(args: IngressArgs, routes: readonly PlacedRoute[]): NetworkPeer {
    const { controller, tls, annotations = {}, clusterDomain = "cluster.local" } = args;
    const common = { routes, tls, annotations };
    if (controller.kind === "gatewayClass") {
      const { className, namespace } = controller;
      createGateway(this.label, { ...common, className, namespace }, this);
      return controller.pods;
    }
    if (controller.kind === "ingressClass") {
      createForeignIngresses(this.label, { ...common, className: controller.className }, this);
      return controller.pods;
    }
    const traefik = new Traefik(`${this.label}-traefik`, { ...controller, tls: tls.kind !== "none" }, { parent: this });
    createOwnIngresses(this.label, { ...common, namespace: controller.namespace, clusterDomain }, this);
    return traefik.pods;
  }
}

function checkedRoutes({ routes, domain, hosts, controller }: IngressArgs): readonly PlacedRoute[] {
  if (controller.kind === "traefik") {
    const { exposure, replicas = 1, image } = controller;
    checkExposure(exposure);
    if (!Number.isInteger(replicas) || replicas < 1)
      throw new ValueFault({ field: "controller.replicas", got: replicas, expected: "1 or more" });
    if (image === "") throw new ValueFault({ field: "controller.image", got: "", expected: "an image reference" });
  } else if (controller.className === "")
    throw new ValueFault({ field: "controller.className", got: "", expected: "the name of a class" });
  return placedRoutes(routes, { domain, hosts });
}
