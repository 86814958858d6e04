import { cpuQuantity, memoryQuantity } from "../../components/core/quantities";
import { at, list, record, text, type Values } from "../../kubernetes/json";
import { amount } from "../../kubernetes/requests";
import type { Check } from "./check";
import type { PreflightCluster } from "./cluster";
import { namesOf, type PodNeed, podNeeds } from "./requirements";
import { fail, ok, type Row, warn } from "./row";

/** A ResourceQuota of a namespace that exists. */
export interface QuotaFact {
  readonly namespace: string;
  readonly name: string;
  /** The PriorityClasses whose pods it counts. @default it counts all pods */
  readonly priorityClasses?: readonly string[];
  readonly hard: Readonly<Record<string, string>>;
  readonly used: Readonly<Record<string, string>>;
}

type Resource = "cpu" | "memory" | "pods";

/** What a quota's resource counts; of limits memory alone, since the platform's pods have as much of it as requested. */
const counted: Readonly<Record<string, Resource>> = {
  cpu: "cpu",
  "requests.cpu": "cpu",
  memory: "memory",
  "requests.memory": "memory",
  "limits.memory": "memory",
  pods: "pods",
  "count/pods": "pods",
};

/**
 * Whether what is free of each quota is enough for the pods that don't run yet.
 *
 * @param needs The pods still to come, one job among them.
 */
export function judgeQuotas(needs: readonly PodNeed[], quotas: readonly QuotaFact[]): readonly Row[] {
  if (quotas.length === 0) return [ok("quota", "none in force yet in the environment's namespaces")];
  return quotas.map((fact) => {
    const check = `quota ${fact.namespace}/${fact.name}`;
    const pods = needs.filter(
      ({ namespace, priorityClass }) =>
        namespace === fact.namespace &&
        (fact.priorityClasses === undefined || fact.priorityClasses.includes(priorityClass ?? "")),
    );
    const lines = Object.entries(fact.hard).flatMap(([name, hard]) => {
      const resource = counted[name];
      return resource === undefined ? [] : [lineOf(name, resource, hard, fact.used[name], pods)];
    });
    const short = lines.filter(({ free, need }) => need > free);
    const told = (some: typeof lines) => some.map(({ text: line }) => line).join("; ");
    if (short.length === 0) return ok(check, told(lines) || "counts nothing that this environment asks for");
    return short.some(({ hard, need }) => need > hard)
      ? fail(check, told(short), "raise the quota, or ask for less in the stack file")
      : warn(check, told(short), "jobs wait until others end; or raise the quota");
  });
}

function lineOf(
  name: string,
  resource: Resource,
  hardText: string,
  usedText: string | undefined,
  pods: readonly PodNeed[],
) {
  const hard = amount(hardText);
  const free = hard - amount(usedText);
  const need = pods.reduce((sum, pod) => sum + pod.count * (resource === "pods" ? 1 : pod[resource]), 0);
  const show = (value: number) =>
    resource === "pods" ? String(value) : (resource === "cpu" ? cpuQuantity : memoryQuantity)(Math.max(0, value));
  return { hard, free, need, text: `${name}: ${show(need)} needed, ${show(free)} of ${show(hard)} free` };
}

export const quotaCheck: Check = {
  title: "quota",
  run: async (cluster, { manifests }) => {
    const quotas = (
      await Promise.all(
        namesOf(manifests, "Namespace").map((name) => cluster.list(`/api/v1/namespaces/${name}/resourcequotas`)),
      )
    ).flat();
    const needs = podNeeds(manifests);
    const running = await Promise.all(needs.map((need) => isThere(cluster, need)));
    return judgeQuotas(
      needs.filter((_, index) => running[index] !== true),
      quotas.filter(isPlain).map(factOf),
    );
  },
};

const kinds: Readonly<Record<string, string>> = { Deployment: "apps/v1", StatefulSet: "apps/v1", Job: "batch/v1" };

/** Whether what makes these pods stands already, so that the quotas count them; a job's pods are always to come. */
async function isThere(cluster: PreflightCluster, { owner, namespace }: PodNeed): Promise<boolean> {
  const [kind = "", name = ""] = owner.split(" ");
  const apiVersion = kinds[kind];
  if (apiVersion === undefined) return false;
  const path = await cluster.path(apiVersion, kind, namespace, name.split("/")[1]);
  return (await cluster.find(path)) !== undefined;
}

/** Quotas with other scopes than the PriorityClass count other pods than these, or are too special to foretell. */
function isPlain(quota: Values): boolean {
  const expressions = list(quota, "spec", "scopeSelector", "matchExpressions");
  const byClass = expressions.every(
    (one) => text(one, "scopeName") === "PriorityClass" && text(one, "operator") === "In",
  );
  return byClass && at(quota, "spec", "scopes") === undefined;
}

function factOf(quota: Values): QuotaFact {
  const expressions = list(quota, "spec", "scopeSelector", "matchExpressions");
  return {
    namespace: text(quota, "metadata", "namespace"),
    name: text(quota, "metadata", "name"),
    ...(expressions.length === 0 ? {} : { priorityClasses: expressions.flatMap((one) => one.values as string[]) }),
    hard: record(quota, "status", "hard") as Record<string, string>,
    used: record(quota, "status", "used") as Record<string, string>,
  };
}
