import type { WebRoute } from "../core/contracts";
import { ValueFault } from "../core/errors";
import { dnsLabel, hostName } from "../core/names";

/** A route whose host is a full name and whose flow has one. */
export type PlacedRoute = WebRoute & { readonly flow: string };

/** What decides the hosts of routes. */
export interface HostNames {
  /** The domain that labels stand below: `hamilton.example.com`. */
  readonly domain: string;
  /** Hosts by route name, instead of the routes' own; labels below the domain or full host names. @default none */
  readonly hosts?: Readonly<Record<string, string>>;
}

/** The full name of a host: a label is put below the domain, a name with dots stays as it is. */
export function fullHost(host: string, domain: string): string {
  return host.includes(".") ? host : `${host}.${domain}`;
}

/**
 * The routes with their full hosts and the names of their flows, sorted by name.
 *
 * @throws ValueFault if a name, a host or a port is faulty, or if two routes have one name or one host.
 */
export function placedRoutes(routes: readonly WebRoute[], { domain, hosts = {} }: HostNames): readonly PlacedRoute[] {
  hostName("domain", domain);
  const placed = routes.map((route) => placedRoute(route, hosts[route.name] ?? route.host, domain));
  for (const [index, { name, host }] of placed.entries()) {
    const earlier = placed.slice(0, index);
    if (earlier.some((other) => other.name === name))
      throw new ValueFault({ field: `routes[${index}].name`, got: name, expected: "a name of its own for each route" });
    const owner = earlier.find((other) => other.host === host);
    if (owner !== undefined)
      throw new ValueFault({
        field: `routes.${name}.host`,
        got: host,
        expected: `a host of its own; this one leads to "${owner.name}"`,
      });
  }
  return [...placed].sort((a, b) => (a.name < b.name ? -1 : 1));
}

function placedRoute(route: WebRoute, host: string, domain: string): PlacedRoute {
  const { name, port, flow = `ingress-to-${name}` } = route;
  dnsLabel("routes.name", name);
  if (!Number.isInteger(port) || port < 1 || port > 65535)
    throw new ValueFault({ field: `routes.${name}.port`, got: port, expected: "a port from 1 to 65535" });
  const full = hostName(`routes.${name}.host`, fullHost(host, domain)).toLowerCase();
  return { ...route, flow, host: full };
}
