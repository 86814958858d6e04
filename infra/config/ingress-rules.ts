import { unknownKeyFault, valueFault, type ConfigFault } from "./faults";
import { isProduction } from "./production";
import type { Groups } from "./schema";
import { webPages } from "./web-pages";

type IngressGroup = NonNullable<Groups["ingress"]>;

const root = "hamilton:ingress";

/** Everything that only several values together can get wrong about the ingress. */
export function ingressFaults(groups: Partial<Groups>, environment: string): readonly ConfigFault[] {
  const { ingress } = groups;
  if (ingress === undefined) return [];
  return [
    ...(ingress.install ? installed(ingress) : foreign(ingress)),
    ...hosts(groups, ingress),
    ...nodePorts(groups, ingress),
    ...places(groups, ingress, environment),
  ];
}

/** Our own Traefik needs a way in, and none of what describes a controller of the cluster. */
function installed(ingress: IngressGroup): readonly ConfigFault[] {
  const { className, controllerPods, gatewayApi, exposure } = ingress;
  const beside = (what: string) => `nothing, or install: false beside it: ${what}`;
  return [
    ...(exposure === undefined
      ? [
          valueFault(
            `${root}.exposure`,
            undefined,
            "kind nodePort with its ports or kind loadBalancer, or install: false",
          ),
        ]
      : []),
    ...(className === undefined
      ? []
      : [valueFault(`${root}.className`, className, beside("the Traefik of this stack serves no class but its own"))]),
    ...(controllerPods === undefined
      ? []
      : [valueFault(`${root}.controllerPods`, controllerPods, beside("the pods of this stack's Traefik are known"))]),
    ...(gatewayApi
      ? [
          valueFault(
            `${root}.gatewayApi`,
            true,
            "false, or install: false beside it: for Gateways Traefik would need to read every Secret beside the pages",
          ),
        ]
      : []),
  ];
}

/** A controller of the cluster must be known, and has a way in of its own. */
function foreign({ className, controllerPods, exposure }: IngressGroup): readonly ConfigFault[] {
  return [
    ...(className === undefined
      ? [valueFault(`${root}.className`, undefined, "the name of the cluster's class, or install: true")]
      : []),
    ...(controllerPods === undefined
      ? [
          valueFault(
            `${root}.controllerPods`,
            undefined,
            "the namespace of the controller's pods, whom network policies must let in",
          ),
        ]
      : []),
    ...(exposure === undefined
      ? []
      : [
          valueFault(
            `${root}.exposure.kind`,
            exposure.kind,
            "no exposure: the cluster's controller has a way in of its own",
          ),
        ]),
  ];
}

function hosts(groups: Partial<Groups>, ingress: IngressGroup): readonly ConfigFault[] {
  const pages = webPages(groups);
  // What the pages are depends on other groups; where one of them has faults, a page may only seem to be unknown.
  const isWhole = groups.objectStore !== undefined && groups.notebooks !== undefined;
  const known = isWhole ? pages.map(({ name }) => name) : Object.keys(ingress.hosts);
  const faults: ConfigFault[] = Object.keys(ingress.hosts)
    .filter((name) => !known.includes(name))
    .map((name) => unknownKeyFault(`${root}.hosts.${name}`, name, known));
  const domain = ingress.domain.toLowerCase();
  // Of two pages with one host the fault is that of the one whose host stands in the file.
  const named = ({ name }: { readonly name: string }) => Number(name in ingress.hosts);
  const ordered = [...pages].sort((a, b) => named(a) - named(b));
  for (const [index, { name, host }] of ordered.entries()) {
    const key = `${root}.hosts.${name}`;
    if (host !== domain && !host.endsWith(`.${domain}`))
      faults.push(valueFault(key, host, `a name below ${root}.domain, such as "${name}.${domain}"`));
    const owner = ordered.slice(0, index).find((other) => other.host === host);
    if (owner !== undefined)
      faults.push(valueFault(key, host, `a host of its own; this one is already that of "${owner.name}"`));
  }
  return faults;
}

/** Two Services can't have one port of the nodes. */
function nodePorts({ objectStore }: Partial<Groups>, { exposure }: IngressGroup): readonly ConfigFault[] {
  if (exposure?.kind !== "nodePort") return [];
  const taken = new Map<number, string>();
  if (objectStore?.kind === "minio" && objectStore.nodePort !== undefined)
    taken.set(objectStore.nodePort, "hamilton:objectStore.nodePort");
  return (["http", "https"] as const).flatMap((name) => {
    const port = exposure[name];
    const key = `${root}.exposure.${name}`;
    const owner = taken.get(port);
    taken.set(port, key);
    return owner === undefined ? [] : [valueFault(key, port, `a port of its own; this one is already ${owner}`)];
  });
}

/** What is fine on one machine and nowhere else, and what production must have. */
function places(
  { cluster }: Partial<Groups>,
  { domain, tls }: IngressGroup,
  environment: string,
): readonly ConfigFault[] {
  if (environment === "local") return [];
  return [
    ...(/(^|\.)localhost$/i.test(domain)
      ? [valueFault(`${root}.domain`, domain, "a domain that leads other machines to the cluster")]
      : []),
    ...(tls.kind === "none" && isProduction(cluster, environment)
      ? [valueFault(`${root}.tls.kind`, tls.kind, '"secret" or "certManager" in production')]
      : []),
  ];
}
