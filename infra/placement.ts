import type { PodPlacement } from "../components/core/pod-security";
import type { StackConfig } from "./config";

/** Where pods run, without what the stack file leaves open. */
export function placement({
  nodeSelector,
  tolerations,
}: Pick<StackConfig["spark"]["driver"], "nodeSelector" | "tolerations">): PodPlacement {
  return {
    ...(Object.keys(nodeSelector).length === 0 ? {} : { nodeSelector }),
    ...(tolerations.length === 0 ? {} : { tolerations: tolerations.map((one) => ({ ...one })) }),
  };
}
