import { ValueFault } from "../core/errors";

/** How machines outside the cluster reach the ingress. */
export type IngressExposure =
  /** Ports of every node, 30000 to 32767, for people on the nodes' network or for a load balancer before the nodes. */
  | {
      readonly kind: "nodePort";
      readonly http: number;
      readonly https: number;
      /** The port that browsers use, where something before the nodes has another. @default the node port */
      readonly publicPort?: number;
    }
  /** An address that the cluster's load balancers give (MetalLB, kube-vip, Cilium, a cloud). */
  | {
      readonly kind: "loadBalancer";
      /** Which kind of load balancer, where the cluster has several. @default the cluster's own */
      readonly className?: string;
      /** Annotations that the load balancers understand: a pool, an address. @default none */
      readonly annotations?: Readonly<Record<string, string>>;
    };

/** The port that browsers use, with TLS or without. */
export function publicPort(exposure: IngressExposure, tls: boolean): number {
  if (exposure.kind === "loadBalancer") return tls ? 443 : 80;
  return exposure.publicPort ?? (tls ? exposure.https : exposure.http);
}

/** A page's address in the browser, without a slash at the end; the schemes' usual ports are left out. */
export function pageUrl(host: string, port: number, tls: boolean): string {
  return `${tls ? "https" : "http"}://${host}${port === (tls ? 443 : 80) ? "" : `:${port}`}`;
}

/** @throws ValueFault if a node port is out of range or both are one. */
export function checkExposure(exposure: IngressExposure): void {
  if (exposure.kind === "loadBalancer") return;
  for (const name of ["http", "https"] as const) {
    const got = exposure[name];
    if (!Number.isInteger(got) || got < 30000 || got > 32767)
      throw new ValueFault({ field: `exposure.${name}`, got, expected: "a port from 30000 to 32767" });
  }
  if (exposure.http === exposure.https)
    throw new ValueFault({ field: "exposure.https", got: exposure.https, expected: "another port than http" });
}
