import { list, record, text, type Value, type Values } from "./values";

/** How far an object has come. `failed` means that waiting longer can't help. */
export interface Readiness {
  readonly state: "ready" | "waiting" | "failed";
  readonly message: string;
}

/** What readiness depends on beside the object itself. */
export interface Surroundings {
  /** Endpoint slices of a Service. */
  readonly slices: Value[];
  /** Pods that a workload's or a Service's selector matches. */
  readonly pods: Value[];
  /** A claim's StorageClass. */
  readonly storageClass?: Values;
}

const ready: Readiness = { state: "ready", message: "ready" };
const waiting = (message: string): Readiness => ({ state: "waiting", message });
const when = (condition: boolean, message: string) => (condition ? ready : waiting(message));

function condition(object: Values, type: string): Values {
  return (
    list(object, "status", "conditions")
      .map((each) => record(each))
      .find((each) => each.type === type) ?? {}
  );
}

const told = (reason: Values) => [text(reason, "reason"), text(reason, "message")].filter(Boolean).join(": ");

function rolledOut(object: Values, total: string, updated: string, available: string): Readiness {
  const status = record(object, "status");
  const number = (field: string) => Number(status[field] ?? 0);
  if (number("observedGeneration") < Number(record(object, "metadata").generation ?? 0)) return waiting("not seen yet");
  const wanted = total === "replicas" ? Number(record(object, "spec").replicas ?? 1) : number(total);
  const stuck = ["Progressing", "ReplicaFailure"].map((type) => condition(object, type));
  if (stuck[0]!.reason === "ProgressDeadlineExceeded") return { state: "failed", message: told(stuck[0]!) };
  const left = total === "replicas" && object.kind === "Deployment" ? number("replicas") - number(updated) : 0;
  const settled = number(updated) >= wanted && number(available) >= wanted && left <= 0;
  const refused = stuck[1]!.status === "True" ? `; ${told(stuck[1]!)}` : "";
  return when(settled, `${number(available)} of ${wanted} ready, ${number(updated)} up to date${refused}`);
}

const RULES: Record<string, (object: Values, around: Surroundings) => Readiness> = {
  "apps/Deployment": (object) =>
    record(object, "spec").paused === true
      ? ready
      : rolledOut(object, "replicas", "updatedReplicas", "availableReplicas"),
  "apps/StatefulSet": (object) => {
    const byHand = text(object, "spec", "updateStrategy", "type") === "OnDelete";
    const partition = Number(text(object, "spec", "updateStrategy", "rollingUpdate", "partition") || 0);
    return rolledOut(object, "replicas", byHand || partition ? "replicas" : "updatedReplicas", "readyReplicas");
  },
  "apps/DaemonSet": (object) =>
    rolledOut(object, "desiredNumberScheduled", "updatedNumberScheduled", "numberAvailable"),
  "batch/Job": (object) => {
    const failed = condition(object, "Failed");
    if (failed.status === "True") return { state: "failed", message: told(failed) };
    const suspended = record(object, "spec").suspend === true;
    return when(suspended || condition(object, "Complete").status === "True", "not complete yet");
  },
  "/Pod": (object) => {
    const phase = text(object, "status", "phase");
    if (phase === "Failed") return { state: "failed", message: told(record(object, "status")) || "the pod failed" };
    return when(phase === "Succeeded" || condition(object, "Ready").status === "True", `pod is ${phase || "new"}`);
  },
  "/PersistentVolumeClaim": (object, { storageClass }) => {
    const phase = text(object, "status", "phase");
    if (phase === "Lost") return { state: "failed", message: "the volume it was bound to is gone" };
    const later = storageClass?.volumeBindingMode === "WaitForFirstConsumer";
    return when(phase === "Bound" || (phase === "Pending" && later), `claim is ${phase || "new"}, not bound`);
  },
  "/PersistentVolume": (object) =>
    when(["Available", "Bound"].includes(text(object, "status", "phase")), "volume is not available yet"),
  "/Service": (object, { slices, pods }) => {
    const balancer = text(object, "spec", "type") === "LoadBalancer";
    if (balancer && !list(object, "status", "loadBalancer", "ingress").length)
      return waiting("no load balancer address yet");
    if (text(object, "spec", "type") === "ExternalName" || !pods.length) return ready;
    const serving = slices.flatMap((slice) => list(slice, "endpoints"));
    const any = serving.some((endpoint) => record(endpoint, "conditions").ready !== false);
    return when(any, `none of its ${pods.length} pods is ready to serve`);
  },
  "networking.k8s.io/Ingress": (object) =>
    when(
      list(object, "status", "loadBalancer", "ingress").length > 0,
      'no controller has given it an address (annotation pulumi.com/skipAwait: "true" where none ever does)',
    ),
  "apiextensions.k8s.io/CustomResourceDefinition": (object) =>
    when(condition(object, "Established").status === "True", "not established yet"),
};

const ruleOf = (object: Values) => {
  const apiVersion = text(object, "apiVersion");
  return RULES[`${apiVersion.includes("/") ? apiVersion.split("/")[0]! : ""}/${text(object, "kind")}`];
};

/** True for the kinds that an operation waits for, unless the annotation `pulumi.com/skipAwait` is set. */
export const isAwaited = (object: Values): boolean =>
  ruleOf(object) !== undefined && text(object, "metadata", "annotations", "pulumi.com/skipAwait") !== "true";

/** Judges an object that {@link isAwaited}. */
export const readiness = (object: Values, around: Surroundings): Readiness => ruleOf(object)!(object, around);

const BENIGN = new Set(["ContainerCreating", "PodInitializing"]);

/** Why a pod isn't running: not schedulable, image not to be had, a crash with its last words. */
export function podTroubles(pod: Value): string[] {
  const name = text(pod, "metadata", "name");
  const scheduled = condition(record(pod), "PodScheduled");
  const statuses = [...list(pod, "status", "initContainerStatuses"), ...list(pod, "status", "containerStatuses")];
  const troubles = statuses.flatMap((status) => {
    const container = `pod ${name}, container ${text(status, "name")}: `;
    const held = record(status, "state", "waiting");
    const ended = [record(status, "state", "terminated"), record(status, "lastState", "terminated")];
    const crash = ended.find((end) => end.exitCode !== undefined && end.exitCode !== 0);
    return [
      ...(held.reason && !BENIGN.has(text(held, "reason")) ? [container + told(held)] : []),
      ...(crash ? [`${container}exited with ${text(crash, "exitCode")} (${told(crash).trim()})`] : []),
    ];
  });
  return scheduled.status === "False" ? [`pod ${name}: ${told(scheduled)}`, ...troubles] : troubles;
}
