import type * as pulumi from "@pulumi/pulumi";
import type { WebRoute } from "../components/core/contracts";
import { PlatformNamespace, type PlatformNamespaceArgs } from "../components/core/namespace";
import { memoryBytes, memoryQuantity, seconds } from "../components/core/quantities";
import { Ingress, type IngressController } from "../components/ingress/ingress";
import type { IngressTls } from "../components/ingress/tls";
import { pageUrl, publicPort } from "../components/ingress/exposure";
import type { StackConfig } from "./config";
import { webPages } from "./config/web-pages";
import { platformImage } from "./images";
import { placement } from "./placement";

type IngressGroup = NonNullable<StackConfig["ingress"]>;

/** The ingress of `hamilton:ingress`, and its namespace where it needs one; nothing where the group is left out. */
export function declareIngress(
  config: StackConfig,
  { common, routes }: { readonly common: PlatformNamespaceArgs; readonly routes: readonly WebRoute[] },
  opts: pulumi.ComponentResourceOptions,
): Ingress | undefined {
  const { ingress } = config;
  if (ingress === undefined) return undefined;
  const { domain, hosts, annotations } = ingress;
  const controller = controllerOf(config, ingress, common, opts);
  return new Ingress("ingress", { routes, domain, hosts, annotations, controller, tls: tlsOf(config, ingress) }, opts);
}

function controllerOf(
  config: StackConfig,
  ingress: IngressGroup,
  common: PlatformNamespaceArgs,
  opts: pulumi.ComponentResourceOptions,
): IngressController {
  const { install, className = "", controllerPods, gatewayApi, exposure } = ingress;
  const ownNamespace = () => new PlatformNamespace("ingress", common, opts);
  // The configuration has made sure of className and controllerPods, and below of exposure.
  if (!install || exposure === undefined) {
    const { namespace: foreignNamespace = "", labels = {} } = controllerPods ?? {};
    const pods = { foreignNamespace, ...(Object.keys(labels).length === 0 ? {} : { labels }) };
    return gatewayApi
      ? { kind: "gatewayClass", className, pods, namespace: ownNamespace() }
      : { kind: "ingressClass", className, pods };
  }
  const { sources, replicas, resources, uploadTimeout } = ingress;
  const { cpu, memory } = resources;
  const namespace = ownNamespace();
  return {
    kind: "traefik",
    ...{ namespace, exposure, sources, replicas },
    image: platformImage(config.images, "traefik").reference,
    apiServerCidrs: config.cluster.apiServerCidrs,
    resources: { requests: { cpu, memory: memoryQuantity(memoryBytes("memory", memory)) } },
    uploadSeconds: seconds("uploadTimeout", uploadTimeout),
    placement: { ...placement(ingress), imagePullSecrets: namespace.imagePullSecrets },
  };
}

function tlsOf({ secrets }: StackConfig, { tls }: IngressGroup): IngressTls {
  if (tls.kind !== "secret") return tls;
  const text = (name: string) => secrets[name] as pulumi.Output<string>;
  return { kind: "secret", certificate: text(tls.certificate), key: text(tls.key) };
}

/** The address of a page in the browser, before there is an ingress; nothing without one, or without such a page. */
export function pageAddress(config: StackConfig, page: string): string | undefined {
  const host = webPages(config).find(({ name }) => name === page)?.host;
  if (config.ingress === undefined || host === undefined) return undefined;
  const { install, exposure, tls } = config.ingress;
  const secure = tls.kind !== "none";
  const port = install && exposure !== undefined ? publicPort(exposure, secure) : secure ? 443 : 80;
  return pageUrl(host, port, secure);
}
