import { list, text, type Value, type Values } from "../../kubernetes/json";
import type { Check } from "./check";
import { fail, ok, type Row } from "./row";

/** A host, and the object that leads it to a page. */
export interface HostFact {
  readonly host: string;
  /** `Ingress traefik/store-console`. */
  readonly owner: string;
}

const title = "hosts of pages";

/** The hosts that Ingresses and HTTPRoutes among some objects take. */
export function hostsOf(objects: readonly Values[]): readonly HostFact[] {
  return objects.flatMap((object) => {
    const owner = `${text(object, "kind")} ${text(object, "metadata", "namespace")}/${text(object, "metadata", "name")}`;
    const hosts =
      object.kind === "Ingress"
        ? list(object, "spec", "rules").map((rule) => text(rule, "host"))
        : object.kind === "HTTPRoute"
          ? hostnames(object)
          : [];
    return hosts.filter((host) => host !== "").map((host) => ({ host: host.toLowerCase(), owner }));
  });
}

function hostnames({ spec }: Values): readonly string[] {
  const { hostnames: names } = (spec ?? {}) as { hostnames?: Value };
  return Array.isArray(names) ? names.map((name) => text(name)) : [];
}

/** Whether the hosts of the environment's pages lead anywhere else on the cluster: whose rule wins is left to chance. */
export function judgeHosts(needs: readonly HostFact[], taken: readonly HostFact[]): readonly Row[] {
  if (needs.length === 0) return [];
  const own = needs.map(({ owner }) => owner);
  const doubled = needs.flatMap(({ host }) => {
    const other = taken.find((one) => one.host === host && !own.includes(one.owner));
    return other === undefined
      ? []
      : [
          fail(
            `host ${host}`,
            `leads to another page already: ${other.owner}`,
            "give the page another name at hamilton:ingress.hosts, or all pages another hamilton:ingress.domain",
          ),
        ];
  });
  return doubled.length > 0 ? doubled : [ok(title, `free, or this environment's own: ${needs.length}`)];
}

export const pageHostsCheck: Check = {
  title,
  run: async (cluster, { manifests }) => {
    const needs = hostsOf(manifests as unknown as readonly Values[]);
    if (needs.length === 0) return [];
    // What a list holds doesn't name its kind.
    const all = async (kind: string, path: string) =>
      list((await cluster.find(path)) ?? {}, "items").map((object): Values => ({ ...object, kind }));
    const ingresses = await all("Ingress", "/apis/networking.k8s.io/v1/ingresses");
    const routes = await all("HTTPRoute", "/apis/gateway.networking.k8s.io/v1/httproutes");
    return judgeHosts(needs, hostsOf([...ingresses, ...routes]));
  },
};
