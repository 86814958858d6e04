import type { Manifest } from "../../kubernetes/manifest";
import { list, text } from "../../kubernetes/json";
import type { Check } from "./check";
import { fail, ok, type Row } from "./row";

const classesPath = "/apis/gateway.networking.k8s.io/v1/gatewayclasses";

/** The GatewayClasses that an environment's Gateways name. */
export function gatewayClassNeeds(manifests: readonly Manifest[]): readonly string[] {
  const named = manifests
    .filter(({ kind }) => kind === "Gateway")
    .map(({ spec }) => (spec as { gatewayClassName: string }).gatewayClassName);
  return [...new Set(named)].sort();
}

/**
 * Whether the GatewayClasses that the environment names are there.
 *
 * @param classes The cluster's own; nothing where it doesn't know the Gateway API.
 */
export function judgeGatewayClasses(needs: readonly string[], classes: readonly string[] | undefined): readonly Row[] {
  return needs.map((name) => {
    const check = `GatewayClass ${name}`;
    if (classes === undefined)
      return fail(
        check,
        "the cluster doesn't know the Gateway API in version v1",
        "install its resource definitions with a controller for them, or set hamilton:ingress.gatewayApi to false",
      );
    const there = classes.length === 0 ? "the cluster has none" : `the cluster has ${[...classes].sort().join(", ")}`;
    return classes.includes(name)
      ? ok(check, "there")
      : fail(check, `not there; ${there}`, "name one that is there at hamilton:ingress.className, or ask for this one");
  });
}

export const gatewayClassCheck: Check = {
  title: "GatewayClass",
  run: async (cluster, { manifests }) => {
    const needs = gatewayClassNeeds(manifests);
    if (needs.length === 0) return [];
    const found = await cluster.find(classesPath);
    const classes = found && list(found, "items").map((one) => text(one, "metadata", "name"));
    return judgeGatewayClasses(needs, classes);
  },
};
