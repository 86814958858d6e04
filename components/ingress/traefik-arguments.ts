/** The ports that Traefik listens on inside its pod; those below 1024 would need a capability. */
export const traefikPorts = { http: 8000, https: 8443, health: 8080 } as const;

/** What Traefik's command line is made of. */
export interface TraefikSettings {
  /** The real name of the one namespace that it watches. */
  readonly namespace: string;
  /** The class of the Ingresses that it serves; see {@link classAnnotation}. */
  readonly className: string;
  /** The port that browsers use for https, to which plain http is redirected; nothing without TLS. */
  readonly httpsPort?: number;
  /** The longest that the upload of one request may take, in seconds. */
  readonly uploadSeconds: number;
  /** The Service, `namespace/name`, whose address is written into the Ingresses' status. @default none is written */
  readonly publishedService?: string;
}

/**
 * The annotation by which an Ingress names its class for Traefik. `spec.ingressClassName` would do as well, but Traefik
 * then looks IngressClasses up, and with them nodes, for which it needs rights on the whole cluster.
 */
export const classAnnotation = "kubernetes.io/ingress.class";

/** The annotation by which an Ingress names the entry point that it is served on. */
export const entryPointAnnotation = "traefik.ingress.kubernetes.io/router.entrypoints";

/** The entry point of the pages, with TLS or without. */
export function pageEntryPoint(tls: boolean): "web" | "websecure" {
  return tls ? "websecure" : "web";
}

/**
 * The arguments of `traefik` (3.7). Its page about itself, its metrics and everything that would call its makers are off.
 *
 * What a person waits for isn't cut off: an answer may take any time, and a WebSocket, once open, knows no limit. Only
 * how long a request may take to arrive has one, since otherwise anybody could hold connections open for ever.
 */
export function traefikArguments(settings: TraefikSettings): string[] {
  const { namespace, className, httpsPort, uploadSeconds, publishedService } = settings;
  const { http, https, health } = traefikPorts;
  const pages = `--entryPoints.${pageEntryPoint(httpsPort !== undefined)}`;
  const transport = `${pages}.transport`;
  const ingresses = "--providers.kubernetesIngress";
  return [
    "--global.checkNewVersion=false",
    "--global.sendAnonymousUsage=false",
    "--log.level=INFO",
    "--log.format=json",
    `--entryPoints.traefik.address=:${health}`,
    "--ping=true",
    `--entryPoints.web.address=:${http}`,
    // Python's servers read X_Forwarded_For as X-Forwarded-For, which only Traefik may set.
    `${pages}.http.aliasHeadersStrategy=delete`,
    ...(httpsPort === undefined
      ? []
      : [
          `--entryPoints.web.http.redirections.entryPoint.to=:${httpsPort}`,
          "--entryPoints.web.http.redirections.entryPoint.scheme=https",
          `--entryPoints.websecure.address=:${https}`,
          "--entryPoints.websecure.http.tls=true",
        ]),
    `${transport}.respondingTimeouts.readTimeout=${uploadSeconds}s`,
    `${transport}.respondingTimeouts.writeTimeout=0s`,
    // A load balancer learns from the failing probe that the pod ends, before connections are refused.
    `${transport}.lifeCycle.requestAcceptGraceTimeout=${graceSeconds.accept}s`,
    `${transport}.lifeCycle.graceTimeOut=${graceSeconds.finish}s`,
    `${ingresses}=true`,
    `${ingresses}.namespaces=${namespace}`,
    `${ingresses}.ingressClass=${className}`,
    `${ingresses}.disableClusterScopeResources=true`,
    `${ingresses}.allowExternalNameServices=true`,
    ...(publishedService === undefined ? [] : [`${ingresses}.ingressEndpoint.publishedService=${publishedService}`]),
  ];
}

/** How long an ending Traefik still takes new requests, and then finishes those it has, in seconds. */
export const graceSeconds = { accept: 5, finish: 20 } as const;
