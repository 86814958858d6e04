import { list, text, type Values } from "../../kubernetes/json";

/** How far a pod of the preflight has come. */
export type Progress =
  | {
      readonly state: "pending";
      readonly reason?: string;
      readonly unschedulable: boolean;
      readonly pullError?: string;
    }
  | { readonly state: "running" | "succeeded"; readonly address: string; readonly node: string }
  | { readonly state: "no image" | "failed"; readonly reason: string };

/** Reasons for which kubelet has no image, and tries again and again. */
const withoutImage = ["ImagePullBackOff", "InvalidImageName", "ErrImageNeverPull", "ImageInspectError"];

/** What a pod's status says; the pod has one container. */
export function progressOf(pod: Values): Progress {
  const phase = text(pod, "status", "phase");
  const [container] = list(pod, "status", "containerStatuses");
  if (phase === "Failed") {
    const ended = [
      text(pod, "status", "reason"),
      text(pod, "status", "message"),
      text(container, "state", "terminated", "reason"),
      text(container, "state", "terminated", "message").trim(),
    ];
    return { state: "failed", reason: ended.filter((part) => part !== "").join(": ") || "no reason given" };
  }
  if (phase === "Running" || phase === "Succeeded")
    return {
      state: phase === "Running" ? "running" : "succeeded",
      address: text(pod, "status", "podIP"),
      node: text(pod, "spec", "nodeName"),
    };
  const waiting = text(container, "state", "waiting", "reason");
  const message = text(container, "state", "waiting", "message");
  if (withoutImage.includes(waiting)) return { state: "no image", reason: message || waiting };
  if (waiting === "CreateContainerError" || waiting === "RunContainerError")
    return { state: "failed", reason: `${waiting}: ${message}` };
  const scheduled = list(pod, "status", "conditions").find((one) => text(one, "type") === "PodScheduled");
  const unschedulable = text(scheduled, "reason") === "Unschedulable";
  return {
    state: "pending",
    unschedulable,
    reason: unschedulable ? text(scheduled, "message") : message || waiting || undefined,
    pullError: waiting === "ErrImagePull" ? message : undefined,
  };
}
