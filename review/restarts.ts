import type { Manifest } from "../kubernetes/manifest";
import { isForJobs, isSparkSettings } from "../kubernetes/pods";
import type { ResourceChange } from "./changes";

interface Workload {
  readonly replicas?: number;
  readonly strategy?: Update;
  readonly updateStrategy?: Update;
}
interface Update {
  readonly type?: string;
  readonly rollingUpdate?: { readonly maxUnavailable?: number | string; readonly maxSurge?: number | string };
}

/**
 * What a change does to running pods, in words: which, and how they go. Nothing where it leaves them running. A Job that
 * is replaced runs again; Spark's settings reach the next job, or the next Spark of a notebook, only.
 */
export function restartOf(change: ResourceChange): string | undefined {
  const { after, action } = change;
  if (after === undefined) return undefined;
  if (action === "replace" && after.kind === "Job") return "the Job runs again, from the start";
  if (action !== "update") return undefined;
  if (isSparkSettings(after))
    return touches(change, /^(data|binaryData)\b/)
      ? isForJobs(after)
        ? "takes effect with the next job; running drivers and executors keep what they started with"
        : "takes effect with the next Spark of a kernel; running ones keep what they started with"
      : undefined;
  if (after.kind === "CronJob")
    return touches(change, /^spec\.jobTemplate\b/) ? "takes effect with the next run" : undefined;
  return touches(change, /^spec\.template\b/) ? rollout(after) : undefined;
}

/** What a new object for an old one means for its pods; nothing for what has none, and for a Job. */
export function exchangeOf({ before, action }: ResourceChange): string | undefined {
  if (action !== "replace" && action !== "delete") return undefined;
  if (before === undefined || !["DaemonSet", "Deployment", "StatefulSet"].includes(before.kind)) return undefined;
  const which = before.kind === "DaemonSet" ? "the pods of all nodes" : pods(specOf(before).replicas ?? 1);
  return action === "delete" ? `stops ${which}` : `stops ${which} with the old object, and starts those of the new one`;
}

/** What a change of the number of pods means; nothing where it stays. */
export function scalingOf({ before, after, action }: ResourceChange): string | undefined {
  if (action !== "update" || before === undefined || after === undefined) return undefined;
  const [had, has] = [specOf(before).replicas ?? 1, specOf(after).replicas ?? 1];
  if (had === has || !["Deployment", "StatefulSet"].includes(after.kind)) return undefined;
  return has > had ? `starts ${pods(has - had)} more` : `stops ${pods(had - has)} of ${had}`;
}

/** How the pods of a workload are exchanged, by its update strategy. The defaults are Kubernetes'. */
function rollout(workload: Manifest): string | undefined {
  const { replicas = 1, strategy, updateStrategy } = specOf(workload);
  const which = (rest: string) => `restarts ${pods(replicas)}${rest}`;
  switch (workload.kind) {
    case "Deployment":
      if (replicas === 0) return "no pod runs";
      if (strategy?.type === "Recreate") return which(replicas === 1 ? ": away while it restarts" : ", all at once");
      return which(`, rolling: ${deploymentRollout(strategy)}`);
    case "StatefulSet":
      if (replicas === 0) return "no pod runs";
      if (updateStrategy?.type === "OnDelete") return `${pods(replicas)} keep running until somebody deletes them`;
      return which(replicas === 1 ? ": away while it restarts" : ", one after the other, the last one first");
    case "DaemonSet": {
      if (updateStrategy?.type === "OnDelete") return "the pod of each node keeps running until somebody deletes it";
      const atOnce = updateStrategy?.rollingUpdate?.maxUnavailable ?? 1;
      return `restarts the pod of every node, ${atOnce === 1 ? "node by node" : `${atOnce} nodes at a time`}`;
    }
    default:
      return undefined;
  }
}

function deploymentRollout(strategy: Update | undefined): string {
  const { maxSurge = "25%", maxUnavailable = "25%" } = strategy?.rollingUpdate ?? {};
  return `up to ${maxSurge} new ones first, up to ${maxUnavailable} away`;
}

function touches({ fields }: ResourceChange, path: RegExp): boolean {
  // A whole spec that changes takes its template with it.
  return fields.some((field) => path.test(field.path) || field.path === "spec");
}

function pods(count: number): string {
  return count === 1 ? "1 pod" : `${count} pods`;
}

function specOf(manifest: Manifest): Workload {
  return manifest.spec ?? {};
}
