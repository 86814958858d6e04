import { cpuQuantity, memoryQuantity } from "../../components/core/quantities";
import { list, record, text, type Values } from "../../kubernetes/json";
import { amount, podRequest, type Request, type RequestingPod } from "../../kubernetes/requests";
import type { Check } from "./check";
import { namesOf, type PodNeed, podNeeds, type Toleration } from "./requirements";
import { fail, ok, type Row, warn } from "./row";

/** A node that takes pods. */
export interface NodeFact {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly taints: readonly { readonly key: string; readonly value?: string; readonly effect: string }[];
  /** All that pods may ask for: CPUs and bytes. */
  readonly allocatable: Request;
  /** What is left beside the pods of others. */
  readonly free: Request;
}

/** Whether every pod of the environment, and one job beside them, finds room on a node that it may run on. */
export function judgeCapacity(needs: readonly PodNeed[], nodes: readonly NodeFact[]): readonly Row[] {
  if (nodes.length === 0) return [fail("nodes", "none takes pods", "add a node, or uncordon one")];
  const now = pack(
    needs,
    nodes.map((node) => ({ node, left: node.free })),
  );
  const empty = pack(
    needs,
    nodes.map((node) => ({ node, left: node.allocatable })),
  );
  return needs.map((need) => {
    const check = `room for ${need.count} × ${need.owner}`;
    const each = `${shown(need)}${need.count > 1 ? " each" : ""}`;
    const places = now.get(need) ?? [];
    if (places.length === need.count) return ok(check, `${each}, on ${[...new Set(places)].join(", ")}`);
    const fitting = nodes.filter((node) => selected(need, node) && tolerated(need, node));
    if (fitting.length === 0) return fail(check, ...misplaced(need, nodes));
    const most = `the most that is free on a fitting node is ${shown(roomiest(fitting, "free"))}`;
    if ((empty.get(need) ?? []).length < need.count)
      return fail(
        check,
        `${each}; there is room for ${places.length}, and not for all on empty nodes either: ${most}`,
        "add nodes, or ask for less in the stack file",
      );
    const found = `${each}; there is room for ${places.length} at the moment: ${most}`;
    // A job can wait for others to end; what `pulumi up` starts can't.
    return need.owner.startsWith("Spark ")
      ? warn(check, found, "jobs will wait; add nodes, or ask for less in the stack file")
      : fail(check, found, "make room, add nodes, or ask for less in the stack file");
  });
}

/** Puts the largest pods first, each on the first node with room; gives the nodes' names by need. */
function pack(needs: readonly PodNeed[], nodes: readonly { node: NodeFact; left: Request }[]): Map<PodNeed, string[]> {
  const left = new Map(nodes.map(({ node, left: room }) => [node, room]));
  const placed = new Map<PodNeed, string[]>();
  for (const need of [...needs].sort((a, b) => b.memory - a.memory || b.cpu - a.cpu)) {
    const places: string[] = [];
    for (let index = 0; index < need.count; index++) {
      const found = [...left].find(
        ([node, room]) =>
          selected(need, node) && tolerated(need, node) && room.cpu >= need.cpu && room.memory >= need.memory,
      );
      if (found === undefined) break;
      const [node, room] = found;
      left.set(node, { cpu: room.cpu - need.cpu, memory: room.memory - need.memory });
      places.push(node.name);
    }
    placed.set(need, places);
  }
  return placed;
}

/** Whether a pod may be put on a node at all: its node selector and its tolerations fit. */
export function fits(need: Pick<PodNeed, "nodeSelector" | "tolerations">, node: NodeFact): boolean {
  return selected(need, node) && tolerated(need, node);
}

function selected({ nodeSelector }: Pick<PodNeed, "nodeSelector">, { labels }: NodeFact): boolean {
  return Object.entries(nodeSelector).every(([key, value]) => labels[key] === value);
}

function tolerated({ tolerations }: Pick<PodNeed, "tolerations">, { taints }: NodeFact): boolean {
  return taints
    .filter(({ effect }) => effect !== "PreferNoSchedule")
    .every((taint) => tolerations.some((one) => bears(one, taint)));
}

function bears(one: Toleration, taint: NodeFact["taints"][number]): boolean {
  const sameEffect = one.effect === undefined || one.effect === taint.effect;
  if (one.key === undefined) return sameEffect && one.operator === "Exists";
  return (
    sameEffect && one.key === taint.key && (one.operator === "Exists" || (one.value ?? "") === (taint.value ?? ""))
  );
}

function misplaced(need: PodNeed, nodes: readonly NodeFact[]): [string, string] {
  const labelled = nodes.filter((node) => selected(need, node));
  if (labelled.length === 0) {
    const wanted = Object.entries(need.nodeSelector).map(([key, value]) => `${key}=${value}`);
    return [`no node has the labels ${wanted.join(", ")}`, "label a node so, or change nodeSelector in the stack file"];
  }
  const taints = labelled
    .flatMap((node) => node.taints)
    .map(({ key, value, effect }) => `${key}=${value ?? ""}:${effect}`);
  return [
    `every fitting node has a taint that the pod doesn't tolerate: ${[...new Set(taints)].join(", ")}`,
    "add a toleration in the stack file, or take the taint from a node",
  ];
}

function roomiest(nodes: readonly NodeFact[], kind: "free" | "allocatable"): Request {
  return nodes.map((node) => node[kind]).reduce((most, room) => (room.memory > most.memory ? room : most));
}

function shown({ cpu, memory }: Request): string {
  return `${cpuQuantity(Math.max(0, cpu))} CPU, ${memoryQuantity(Math.max(0, memory))}`;
}

export const capacityCheck: Check = {
  title: "room on nodes",
  run: async (cluster, { manifests }) => {
    const [nodes, pods] = await Promise.all([cluster.list("/api/v1/nodes"), cluster.list(unfinishedPods)]);
    const own = namesOf(manifests, "Namespace");
    const others = pods.filter((pod) => !own.includes(text(pod, "metadata", "namespace")));
    return judgeCapacity(podNeeds(manifests), nodeFacts(nodes, others));
  },
};

/** Pods that hold resources; finished ones give theirs back. */
const unfinishedPods = `/api/v1/pods?fieldSelector=${encodeURIComponent("status.phase!=Succeeded,status.phase!=Failed")}`;

/** The nodes that take pods, with what the pods leave free. */
export function nodeFacts(nodes: readonly Values[], pods: readonly Values[]): readonly NodeFact[] {
  return nodes
    .filter((node) => text(node, "spec", "unschedulable") !== "true" && isReady(node))
    .map((node) => {
      const name = text(node, "metadata", "name");
      const used = pods
        .filter((pod) => text(pod, "spec", "nodeName") === name)
        .map((pod) => podRequest(record(pod, "spec") as RequestingPod));
      const allocatable = roomOf(record(node, "status", "allocatable"));
      return {
        name,
        labels: record(node, "metadata", "labels") as Record<string, string>,
        taints: list(node, "spec", "taints") as unknown as NodeFact["taints"],
        allocatable,
        free: {
          cpu: used.reduce((left, { cpu }) => left - cpu, allocatable.cpu),
          memory: used.reduce((left, { memory }) => left - memory, allocatable.memory),
        },
      };
    });
}

function isReady(node: Values): boolean {
  return list(node, "status", "conditions").some(
    (condition) => text(condition, "type") === "Ready" && text(condition, "status") === "True",
  );
}

function roomOf(resources: Values): Request {
  return { cpu: amount(resources.cpu), memory: amount(resources.memory) };
}
