import { ValueFault } from "../core/errors";
import { cpuQuantity, cpus, memoryBytes, memoryQuantity } from "../core/quantities";
import { podDemand, type PodDemand, type PodSize } from "./pod-size";

/** What all Spark pods of a namespace may use together. */
export interface SparkQuota {
  /** CPUs set aside: `"20"`. */
  readonly cpu: string;
  /** Memory: `"64g"` or `"64Gi"`. */
  readonly memory: string;
  /** Pods that haven't finished. */
  readonly pods: number;
  /** The part that drivers may take, above 0 and below 1. @default 0.3 */
  readonly driversShare?: number;
}

/** A quota in numbers: CPUs, bytes, pods. */
export interface QuotaAmounts extends PodDemand {
  readonly pods: number;
}

/** The default of {@link SparkQuota.driversShare}. */
export const defaultDriversShare = 0.3;

/**
 * The whole quota in numbers.
 *
 * @throws ValueFault if a quantity doesn't parse.
 */
export function wholeQuota(quota: SparkQuota): QuotaAmounts {
  return { cpu: cpus("quota.cpu", quota.cpu), memory: memoryBytes("quota.memory", quota.memory), pods: quota.pods };
}

/** The drivers' part: their share of the CPUs and bytes, and of the pods at least one but never all. */
export function driversQuota(quota: SparkQuota): QuotaAmounts {
  const { cpu, memory, pods } = wholeQuota(quota);
  const share = quota.driversShare ?? defaultDriversShare;
  return {
    cpu: Math.floor(cpu * share * 1000) / 1000,
    memory: Math.floor((memory * share) / 2 ** 20) * 2 ** 20,
    pods: Math.min(pods - 1, Math.max(1, Math.floor(pods * share))),
  };
}

/**
 * The `hard` part of a ResourceQuota. Memory limits equal memory requests for Spark, CPU limits are left free: a pod may
 * use what is idle.
 */
export function quotaHard(amounts: QuotaAmounts): Record<string, string> {
  const memory = memoryQuantity(amounts.memory);
  return {
    "requests.cpu": cpuQuantity(amounts.cpu),
    "requests.memory": memory,
    "limits.memory": memory,
    pods: String(amounts.pods),
  };
}

/**
 * Checks that a job can run at all: a driver fits the drivers' part, and the executors a job keeps (at least one) fit
 * what is left beside it.
 *
 * @param leastExecutors The executors that a job keeps.
 * @returns Every fault; none if all is well.
 */
export function quotaFaults(
  quota: SparkQuota,
  driver: PodSize,
  executor: PodSize,
  leastExecutors: number,
): readonly ValueFault[] {
  const faults: ValueFault[] = [];
  const [whole, drivers] = [wholeQuota(quota), driversQuota(quota)];
  const count = Math.max(1, leastExecutors);
  const [one, each] = [podDemand(driver), podDemand(executor)];
  const share = `${Math.round((quota.driversShare ?? defaultDriversShare) * 100)} %`;
  for (const kind of ["cpu", "memory"] as const) {
    const show = kind === "cpu" ? cpuQuantity : memoryQuantity;
    if (one[kind] > drivers[kind])
      faults.push(
        new ValueFault({
          field: `quota.${kind}`,
          got: quota[kind],
          expected: `enough for a driver (${show(one[kind])}) within the drivers' share of ${share} (${show(Math.max(drivers[kind], 1e-3))})`,
        }),
      );
    if (whole[kind] - drivers[kind] < each[kind] * count)
      faults.push(
        new ValueFault({
          field: `quota.${kind}`,
          got: quota[kind],
          expected: `enough for ${count} executor${count === 1 ? "" : "s"} (${show(each[kind] * count)}) beside the drivers' share of ${share}`,
        }),
      );
  }
  return faults;
}
