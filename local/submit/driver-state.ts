import type { V1ContainerStatus, V1Pod } from "@kubernetes/client-node";
import { sparkContainer } from "../../components/spark/settings";

/** Where a driver stands. */
export type DriverState =
  /** Not running yet; `obstacle` says what it waits for, where Kubernetes says so. */
  | { readonly kind: "waiting"; readonly obstacle?: string }
  /** It can't start, and waiting won't help. */
  | { readonly kind: "stuck"; readonly reason: string; readonly fix: string }
  | { readonly kind: "running" }
  /** It has ended; `reason` tells why, where it isn't the program's own exit. */
  | { readonly kind: "ended"; readonly exitCode: number; readonly reason?: string };

/** Why a container waits, and what to do, for reasons that don't go away by themselves. */
const stuckReasons: Readonly<Record<string, string>> = {
  ErrImagePull: "make the image known to the cluster's registry, or set images.* of the stack file to one that is",
  ImagePullBackOff: "make the image known to the cluster's registry, or set images.* of the stack file to one that is",
  ErrImageNeverPull: "load the image into the node: `npm start` does so on the embedded cluster",
  InvalidImageName: "mend images.* of the stack file",
  CreateContainerConfigError:
    "bring the platform up again (`npm start` or `pulumi up`): a Secret or ConfigMap is missing",
  CreateContainerError: "look at the events: npm run kubectl -- describe pod",
  RunContainerError: "look at the events: npm run kubectl -- describe pod",
};

/** Reads the state of a driver from its pod. */
export function driverState(pod: V1Pod): DriverState {
  const { status } = pod;
  const container =
    status?.containerStatuses?.find(({ name }) => name === sparkContainer) ?? status?.containerStatuses?.[0];
  if (container?.state?.terminated !== undefined && container.state.terminated !== null) return ended(container);
  if (status?.phase === "Succeeded") return { kind: "ended", exitCode: 0 };
  if (status?.phase === "Failed") {
    return {
      kind: "ended",
      exitCode: 1,
      reason: [status.reason, status.message].filter(Boolean).join(": ") || undefined,
    };
  }
  if (container?.state?.running) return { kind: "running" };
  const waiting = container?.state?.waiting;
  const fix = waiting?.reason === undefined ? undefined : stuckReasons[waiting.reason];
  if (waiting?.reason !== undefined && fix !== undefined) {
    const reason = `${waiting.reason}: ${waiting.message ?? container?.image ?? "no further word"}`;
    return { kind: "stuck", reason, fix };
  }
  const unscheduled = status?.conditions?.find(
    ({ type, status: value }) => type === "PodScheduled" && value === "False",
  );
  return { kind: "waiting", obstacle: unscheduled?.message ?? waiting?.message };
}

function ended(container: V1ContainerStatus): DriverState {
  const { exitCode = 1, reason } = container.state?.terminated ?? {};
  if (reason === "OOMKilled") {
    return {
      kind: "ended",
      exitCode: exitCode === 0 ? 137 : exitCode,
      reason:
        "the driver used more memory than its limit: raise --conf spark.driver.memory or spark.driver.memoryOverhead",
    };
  }
  return { kind: "ended", exitCode };
}

/** One line of a log that was asked for with time stamps: the stamp and the rest. */
export function splitStamp(line: string): { readonly stamp: string; readonly text: string } {
  const match = /^(\d{4}-\d\d-\d\dT[\d:.]+Z) ?(.*)$/s.exec(line);
  return match ? { stamp: match[1] ?? "", text: match[2] ?? "" } : { stamp: "", text: line };
}

/** Whether a line's stamp is later than another; stamps have nine digits of a second at most, and fewer when they end in 0. */
export function isLater(stamp: string, than: string): boolean {
  const full = (text: string) => {
    const [whole = "", fraction = ""] = text.replace(/Z$/, "").split(".");
    return `${whole}.${fraction.padEnd(9, "0")}`;
  };
  return stamp === "" || than === "" || full(stamp) > full(than);
}
