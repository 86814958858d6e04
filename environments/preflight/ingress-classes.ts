import { text } from "../../kubernetes/json";
import type { Check } from "./check";
import { ingressClassNeeds } from "./requirements";
import { fail, ok, type Row } from "./row";

/** Whether the IngressClasses that the environment names are there; without any, which there are. */
export function judgeIngressClasses(needs: readonly string[], classes: readonly string[]): readonly Row[] {
  const there = classes.length === 0 ? "the cluster has none" : `the cluster has ${[...classes].sort().join(", ")}`;
  if (needs.length === 0) return [ok("IngressClass", `none needed; ${there}`)];
  return needs.map((name) =>
    classes.includes(name)
      ? ok(`IngressClass ${name}`, "there")
      : fail(
          `IngressClass ${name}`,
          `not there; ${there}`,
          "name one that is there at hamilton:ingress.className, or ask for this one",
        ),
  );
}

export const ingressClassCheck: Check = {
  title: "IngressClass",
  run: async (cluster, { manifests }) =>
    judgeIngressClasses(
      ingressClassNeeds(manifests),
      (await cluster.list("/apis/networking.k8s.io/v1/ingressclasses")).map((one) => text(one, "metadata", "name")),
    ),
};
