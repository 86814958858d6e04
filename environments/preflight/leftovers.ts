import { text, type Values } from "../../kubernetes/json";
import type { PreflightCluster } from "./cluster";
import { preflightLabels, runnerAnnotations } from "./probe-objects";

/** How to tell whether an earlier preflight still runs. */
export interface Present {
  readonly now: Date;
  /** The name of this machine. */
  readonly host: string;
  /** Whether a process of this machine runs. */
  readonly isAlive: (process: number) => boolean;
}

/**
 * Whether a preflight's namespace was left behind: its time is over, or it was made on this machine by a process that
 * has ended. Those of other people's running checks stay.
 */
export function isLeftover(namespace: Values, { now, host, isAlive }: Present): boolean {
  if (text(namespace, "metadata", "deletionTimestamp") !== "") return false;
  const annotation = (name: string) => text(namespace, "metadata", "annotations", name);
  const until = Date.parse(annotation(runnerAnnotations.until));
  if (Number.isNaN(until) || until < now.getTime()) return true;
  const runner = Number(annotation(runnerAnnotations.process));
  return annotation(runnerAnnotations.host) === host && !isAlive(runner);
}

/** Removes what earlier preflights left behind; gives the names of the namespaces. */
export async function removeLeftovers(cluster: PreflightCluster, present: Present): Promise<readonly string[]> {
  const selector = Object.entries(preflightLabels)
    .map(([key, value]) => `${key}=${value}`)
    .join(",");
  const found = await cluster.list(`/api/v1/namespaces?labelSelector=${encodeURIComponent(selector)}`);
  const names = found.filter((one) => isLeftover(one, present)).map((one) => text(one, "metadata", "name"));
  await Promise.all(names.map((name) => cluster.send("DELETE", `/api/v1/namespaces/${name}`)));
  return names;
}
