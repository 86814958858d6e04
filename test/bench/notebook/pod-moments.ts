import type { V1Pod } from "@kubernetes/client-node";
import type { Moments } from "./phases";

/** What the watch of pods has seen of one executor; Kubernetes itself keeps whole seconds only. */
export type PodMoments = Pick<Moments, "podCreated" | "podScheduled" | "containerStarted">;

/** Adds what a pod's state tells that wasn't known of it before. */
export function seen(known: PodMoments, pod: V1Pod, now: number): PodMoments {
  const scheduled = pod.status?.conditions?.some(({ type, status }) => type === "PodScheduled" && status === "True");
  const started = pod.status?.containerStatuses?.some(({ state }) => state?.running ?? state?.terminated);
  return {
    podCreated: known.podCreated ?? now,
    podScheduled: known.podScheduled ?? (scheduled ? now : undefined),
    containerStarted: known.containerStarted ?? (started ? now : undefined),
  };
}
