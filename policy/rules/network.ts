import type { Manifest } from "../../kubernetes/manifest";
import { objectsIn, shown, type Rule } from "../rule";

interface ServiceSpec {
  readonly type?: string;
  readonly ports?: readonly { readonly name?: string; readonly port: number; readonly nodePort?: number }[];
}

/** The platform opens no address of its own to the outside. */
export const noLoadBalancer: Rule = {
  name: "no-load-balancer",
  description: "No Service is of type LoadBalancer.",
  why: "It would open an address beside the Ingress, without its TLS and login, and in a cloud one that costs.",
  environments: "every",
  sees: "resource",
  *check({ manifest }) {
    if (manifest?.kind !== "Service") return;
    const { type } = manifest.spec as ServiceSpec;
    if (type === "LoadBalancer")
      yield {
        field: "spec.type",
        value: shown(type),
        fix: "take ClusterIP, and a route of the Ingress for the outside",
      };
  },
};

/** In production the nodes themselves offer nothing. */
export const noNodePort: Rule = {
  name: "no-node-port",
  description: "No Service is of type NodePort.",
  why: "A node's port passes by the Ingress and by the address of whoever calls.",
  environments: "production",
  sees: "resource",
  *check({ manifest }) {
    if (manifest?.kind !== "Service") return;
    const { type, ports = [] } = manifest.spec as ServiceSpec;
    if (type !== "NodePort") return;
    const open = ports.map(({ nodePort }) => nodePort).filter((port) => port !== undefined);
    yield {
      field: "spec.type",
      value: `NodePort ${open.join(", ")}`.trim(),
      fix: "leave nodePort out of the stack file, and reach the service through the Ingress",
    };
  },
};

interface PolicySpec {
  readonly podSelector?: { readonly matchLabels?: object; readonly matchExpressions?: readonly unknown[] };
  readonly policyTypes?: readonly string[];
  readonly ingress?: readonly unknown[];
  readonly egress?: readonly unknown[];
}

/** Every flow is a named one: what no policy opens is closed. */
export const defaultDeny: Rule = {
  name: "default-deny",
  description: "Every Namespace has a NetworkPolicy that selects all pods and lets nothing in or out.",
  why: "Without it a pod that no policy selects may talk to everything, and be talked to.",
  environments: "every",
  sees: "environment",
  *check({ manifest: namespace }, context) {
    if (namespace?.kind !== "Namespace") return;
    const found = objectsIn(context).some(
      ({ manifest }) => manifest.metadata.namespace === namespace.metadata.name && deniesAll(manifest),
    );
    if (!found)
      yield {
        field: "metadata.name",
        value: shown(namespace.metadata.name),
        fix: "make the namespace by PlatformNamespace, which adds the NetworkPolicy default-deny",
      };
  },
};

function deniesAll({ kind, spec }: Manifest): boolean {
  if (kind !== "NetworkPolicy") return false;
  const { podSelector = {}, policyTypes = [], ingress = [], egress = [] } = spec as PolicySpec;
  const selected = Object.keys(podSelector.matchLabels ?? {}).length + (podSelector.matchExpressions ?? []).length;
  const closed = ["Ingress", "Egress"].every((direction) => policyTypes.includes(direction));
  return closed && selected === 0 && ingress.length === 0 && egress.length === 0;
}
