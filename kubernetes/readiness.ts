import { at, groupKind, list, record, text, type Values } from "./json";

/** What readiness depends on beside the object itself. */
export interface Surroundings {
  /** The pods that a workload's or a Service's selector matches. */
  readonly pods: Values[];
  /** A Service's endpoint slices. */
  readonly slices: Values[];
  /** A claim's StorageClass; empty where it is absent or not ours to read. */
  readonly storageClass: Values;
  /** Warnings about pods, in the order of time. */
  readonly warnings: Values[];
}

/** Undefined: ready. A text: what it still waits for; one that starts with FAILED can't get better by waiting. */
type Pending = string | undefined;

/** Starts the message of an object that waiting can't help. */
export const FAILED = "failed: ";

const told = (state: Values) => [text(state, "reason"), text(state, "message").trim()].filter(Boolean).join(": ");
const condition = (object: Values, type: string) =>
  list(object, "status", "conditions").find((each) => each.type === type) ?? {};
const holds = (object: Values, type: string) => condition(object, type).status === "True";

function rolledOut(object: Values, updated: string, available: string): Pending {
  const number = (...path: string[]) => Number(text(object, ...path) || 0);
  const wanted = object.kind === "DaemonSet" ? number("status", "desiredNumberScheduled") : number("spec", "replicas");
  const progress = condition(object, "Progressing");
  if (number("status", "observedGeneration") < number("metadata", "generation"))
    return "not seen by its controller yet";
  if (progress.reason === "ProgressDeadlineExceeded") return FAILED + told(progress);
  const [fresh, up] = [number("status", updated), number("status", available)];
  const leftovers = object.kind === "Deployment" ? number("status", "replicas") - fresh : 0;
  if (text(object, "spec", "paused") === "true" || (fresh >= wanted && up >= wanted && leftovers <= 0))
    return undefined;
  return [`${up} of ${wanted} ready, ${fresh} up to date`, told(condition(object, "ReplicaFailure"))]
    .filter(Boolean)
    .join("; ");
}

/** A claim of a class that isn't there waits without another word; one that names none gets the default class, if any. */
function classTrouble(claim: Values, storageClass: Values): string {
  const named = text(claim, "spec", "storageClassName");
  if (named) return storageClass.metadata ? "" : `: there is no StorageClass ${named}, or none that may be read`;
  return at(claim, "spec", "storageClassName") === undefined
    ? ": it names no StorageClass, and the cluster has no default one"
    : "";
}

const RULES: Record<string, (object: Values, around: Surroundings) => Pending> = {
  "apps/Deployment": (object) => rolledOut(object, "updatedReplicas", "availableReplicas"),
  "apps/DaemonSet": (object) => rolledOut(object, "updatedNumberScheduled", "numberAvailable"),
  "apps/StatefulSet": (object) => {
    const strategy = record(object, "spec", "updateStrategy");
    const byHand = strategy.type === "OnDelete" || Number(text(strategy, "rollingUpdate", "partition")) > 0;
    return rolledOut(object, byHand ? "replicas" : "updatedReplicas", "readyReplicas");
  },
  "batch/Job": (object) => {
    if (holds(object, "Failed")) return FAILED + told(condition(object, "Failed"));
    return holds(object, "Complete") || text(object, "spec", "suspend") === "true" ? undefined : "not complete yet";
  },
  "/Pod": (object) => {
    const phase = text(object, "status", "phase");
    if (phase === "Failed") return FAILED + told(record(object, "status"));
    return phase === "Succeeded" || holds(object, "Ready") ? undefined : `pod is ${phase || "new"}`;
  },
  "/PersistentVolumeClaim": (object, { storageClass }) => {
    const phase = text(object, "status", "phase");
    const later = phase === "Pending" && storageClass.volumeBindingMode === "WaitForFirstConsumer";
    return phase === "Bound" || later
      ? undefined
      : `claim is ${phase || "new"}, not bound${classTrouble(object, storageClass)}`;
  },
  "/PersistentVolume": (object) =>
    /Available|Bound/.test(text(object, "status", "phase")) ? undefined : "volume is not available yet",
  "/Service": (object, { slices, pods }) => {
    const addressed = list(object, "status", "loadBalancer", "ingress").length > 0;
    if (text(object, "spec", "type") === "LoadBalancer" && !addressed) return "no load balancer address yet";
    const serving = slices.flatMap((slice) => list(slice, "endpoints")).map((each) => record(each, "conditions"));
    if (!pods.length || serving.some(({ ready }) => ready !== false)) return undefined;
    return `none of its ${pods.length} pods is ready to serve`;
  },
  "networking.k8s.io/Ingress": (object) =>
    list(object, "status", "loadBalancer", "ingress").length
      ? undefined
      : 'no controller gave it an address (where none ever does: annotation pulumi.com/skipAwait: "true")',
  "apiextensions.k8s.io/CustomResourceDefinition": (object) =>
    holds(object, "Established") ? undefined : "not established yet",
};

/** True for the kinds that an operation waits for, unless the annotation `pulumi.com/skipAwait` is set. */
export const isAwaited = (object: Values): boolean =>
  groupKind(object) in RULES && text(object, "metadata", "annotations", "pulumi.com/skipAwait") !== "true";

/** What an object that {@link isAwaited} still waits for; undefined when it is ready. */
export const pending = (object: Values, around: Surroundings): Pending => RULES[groupKind(object)]!(object, around);

/**
 * Why a pod isn't running: not schedulable, image not to be had, a crash with its last words. Of a volume that can't be
 * mounted the pod itself says nothing; the last warning about it does.
 *
 * @param warnings The warnings of its namespace, in the order of time.
 */
export function podTroubles(pod: Values, warnings: readonly Values[]): string[] {
  const unscheduled = condition(pod, "PodScheduled");
  const troubles = unscheduled.status === "False" ? [told(unscheduled)] : [];
  for (const status of [...list(pod, "status", "initContainerStatuses"), ...list(pod, "status", "containerStatuses")]) {
    const held = record(status, "state", "waiting");
    const crashed = [record(status, "state", "terminated"), record(status, "lastState", "terminated")].find(
      ({ exitCode }) => exitCode !== undefined && exitCode !== 0,
    );
    const container = `container ${text(status, "name")}: `;
    if (held.reason && !/ContainerCreating|PodInitializing/.test(text(held, "reason")))
      troubles.push(container + told(held));
    if (crashed) troubles.push(`${container}exited with ${text(crashed, "exitCode")} (${told(crashed)})`);
  }
  const about = warnings.filter((event) => text(event, "involvedObject", "uid") === text(pod, "metadata", "uid"));
  const last = about.at(-1);
  if (troubles.length === 0 && text(pod, "status", "phase") === "Pending" && last) troubles.push(told(last));
  return troubles.map((trouble) => `pod ${text(pod, "metadata", "name")}: ${trouble}`);
}
