import { cpuQuantity, cpus, memoryBytes, memoryQuantity, sparkMemory } from "../core/quantities";
import { ValueFault } from "../core/errors";

/** The size of a driver or an executor. */
export interface PodSize {
  /** Task threads, and the CPU limit of the container. */
  readonly cores: number;
  /** CPUs set aside on the node, at most `cores`: `"0.2"`. @default cores */
  readonly requestCores?: string;
  /** The Java heap: `"2g"`. */
  readonly memory: string;
  /** Memory beside the heap, for Python and buffers. @default 40 % of the heap, at least 384m */
  readonly memoryOverhead?: string;
}

/** What one pod of a size takes from a quota: CPUs set aside, and bytes. */
export interface PodDemand {
  readonly cpu: number;
  readonly memory: number;
}

const mebibyte = 2 ** 20;

/** Spark's own factor for programs that aren't Java alone (spark.kubernetes.memoryOverheadFactor), and its least value. */
const overheadFactor = 0.4;
const leastOverhead = 384 * mebibyte;

/**
 * The memory beside the heap in bytes, whole MiB.
 *
 * @throws ValueFault if a memory size doesn't parse.
 */
export function overheadBytes(size: PodSize): number {
  if (size.memoryOverhead !== undefined) return memoryBytes("memoryOverhead", size.memoryOverhead);
  const share = Math.ceil((memoryBytes("memory", size.memory) * overheadFactor) / mebibyte) * mebibyte;
  return Math.max(leastOverhead, share);
}

/**
 * What a pod of this size takes.
 *
 * @throws ValueFault if a quantity doesn't parse, or if `requestCores` is more than `cores`.
 */
export function podDemand(size: PodSize): PodDemand {
  const cpu = size.requestCores === undefined ? size.cores : cpus("requestCores", size.requestCores);
  if (cpu > size.cores)
    throw new ValueFault({ field: "requestCores", got: size.requestCores, expected: `at most cores (${size.cores})` });
  return { cpu, memory: memoryBytes("memory", size.memory) + overheadBytes(size) };
}

/** The settings of a size in Spark's names, for `role` `driver` or `executor`. */
export function sizeSettings(role: "driver" | "executor", size: PodSize): Record<string, string> {
  const demand = podDemand(size);
  return {
    [`spark.${role}.cores`]: String(size.cores),
    [`spark.${role}.memory`]: sparkMemory(memoryBytes("memory", size.memory)),
    [`spark.${role}.memoryOverhead`]: sparkMemory(overheadBytes(size)),
    [`spark.kubernetes.${role}.request.cores`]: cpuQuantity(demand.cpu),
    // A quota on limits refuses pods without one, and Spark sets no CPU limit of its own accord.
    [`spark.kubernetes.${role}.limit.cores`]: String(size.cores),
  };
}

/** Requests and limits of a container of this size, as its pod template shows them; Spark writes the same over them. */
export function sizeResources(size: PodSize): {
  readonly requests: Readonly<{ cpu: string; memory: string }>;
  readonly limits: Readonly<{ cpu: string; memory: string }>;
} {
  const demand = podDemand(size);
  const memory = memoryQuantity(demand.memory);
  return { requests: { cpu: cpuQuantity(demand.cpu), memory }, limits: { cpu: String(size.cores), memory } };
}
