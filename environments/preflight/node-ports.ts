import { list, text } from "../../kubernetes/json";
import type { Check } from "./check";
import { nodePortNeeds, type NodePortNeed } from "./requirements";
import { fail, ok, type Row } from "./row";

/** Whether the ports of nodes that the environment asks for are free, or its own already. */
export function judgeNodePorts(needs: readonly NodePortNeed[], taken: readonly NodePortNeed[]): readonly Row[] {
  return needs.map(({ port, service }) => {
    const check = `node port ${port}`;
    const holder = taken.find((one) => one.port === port);
    if (holder === undefined) return ok(check, "free");
    return holder.service === service
      ? ok(check, `this environment's own: Service ${service}`)
      : fail(
          check,
          `taken by Service ${holder.service}`,
          "give it another port in the stack file: hamilton:objectStore.nodePort or hamilton:ingress.exposure",
        );
  });
}

export const nodePortCheck: Check = {
  title: "node ports",
  run: async (cluster, { manifests }) => {
    const needs = nodePortNeeds(manifests);
    if (needs.length === 0) return [];
    const taken = (await cluster.list("/api/v1/services")).flatMap((service) =>
      list(service, "spec", "ports").map((port) => ({
        port: Number(text(port, "nodePort") || 0),
        service: `${text(service, "metadata", "namespace")}/${text(service, "metadata", "name")}`,
      })),
    );
    return judgeNodePorts(needs, taken);
  },
};
