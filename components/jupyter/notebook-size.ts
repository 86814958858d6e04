import { ValueFault } from "../core/errors";
import { cpuQuantity, cpus, kubernetesBytes, memoryBytes, memoryQuantity } from "../core/quantities";
import { podDemand, type PodDemand, type PodSize } from "../spark/pod-size";
import { wholeQuota, type QuotaAmounts, type SparkQuota } from "../spark/quota";
import type { ExecutorBounds } from "../spark/shared-settings";

/** CPU, memory and scratch of a notebook's pod. */
export interface NotebookResources {
  /** CPUs set aside: `"250m"`. It may use what is idle. */
  readonly cpu: string;
  /** Memory, set aside and at most: of all kernels, their drivers and the server. */
  readonly memory: string;
  /** The node's disk at most, for `/tmp`: `"4Gi"`. Drivers put there what they don't keep in memory. @default 4Gi */
  readonly scratch?: string;
}

/** What a notebook's namespace may use: its pod and all its executors. */
export type NotebookQuota = Omit<SparkQuota, "driversShare">;

/** Everything about sizes that must fit together. */
export interface NotebookSizes {
  readonly resources: NotebookResources;
  /** The Java heap of each kernel's driver. */
  readonly driverMemory: string;
  readonly executor: PodSize;
  readonly executors: ExecutorBounds;
  readonly quota: NotebookQuota;
  /** How people log in: at the site's service through a proxy, which the quota counts too. @default without a proxy */
  readonly login?: { readonly kind: "token" | "oidc" };
}

/** What the proxy of a login at the site's service sets aside, and the most memory that it may take. */
export const proxySize = { cpu: "20m", memory: "64Mi", memoryLimit: "128Mi" } as const;

/** The default of {@link NotebookResources.scratch}. */
export const defaultScratch = "4Gi";

/**
 * What a pod needs beside one driver's heap: the server (about 150 MiB), a kernel with pandas (150 MiB), and what Java
 * takes beside its heap (384 MiB, as Spark counts for a driver's pod).
 */
const besideHeap = 768 * 2 ** 20;

/** @throws ValueFault if a quantity doesn't parse. */
function notebookDemand({ cpu, memory }: NotebookResources): PodDemand {
  return { cpu: cpus("resources.cpu", cpu), memory: memoryBytes("resources.memory", memory) };
}

/** What the quota counts of a notebook's pod: memory by its limit. */
function withProxy({ cpu, memory }: PodDemand, login: NotebookSizes["login"]): PodDemand {
  if (login?.kind !== "oidc") return { cpu, memory };
  return {
    cpu: cpu + cpus("cpu", proxySize.cpu),
    memory: memory + kubernetesBytes("memory", proxySize.memoryLimit),
  };
}

/**
 * What is wrong with sizes: a pod that has no room for one driver, or a quota that has none for the pod and the executors
 * a session keeps, at least one.
 *
 * @returns every fault; none if all is well.
 */
export function notebookSizeFaults(sizes: NotebookSizes): readonly ValueFault[] {
  const { resources, driverMemory, executor, executors, quota, login } = sizes;
  const { min = 0, max } = executors;
  const parsed: ValueFault[] = [];
  const read = <T>(root: string, parse: () => T): T | undefined => {
    try {
      return parse();
    } catch (error) {
      if (!(error instanceof ValueFault)) throw error;
      parsed.push(new ValueFault({ ...error.fault, field: `${root}${error.fault.field}` }));
      return undefined;
    }
  };
  const pod = read("", () => notebookDemand(resources));
  const heap = read("", () => memoryBytes("driverMemory", driverMemory));
  const each = read("executor.", () => podDemand(executor));
  const whole = read("", () => wholeQuota(quota));
  read("", () => kubernetesBytes("resources.scratch", resources.scratch ?? defaultScratch));
  const bounds =
    min > max ? [new ValueFault({ field: "executors.min", got: min, expected: `at most executors.max (${max})` })] : [];
  // Without valid sizes there is nothing to compare.
  if (pod === undefined || heap === undefined || each === undefined || whole === undefined)
    return [...parsed, ...bounds];
  return [
    ...parsed,
    ...bounds,
    ...heapFaults(sizes, pod, heap),
    ...quotaFaults(quota, whole, withProxy(pod, login), each, Math.max(1, min)),
  ];
}

function heapFaults({ resources }: NotebookSizes, pod: PodDemand, heap: number): readonly ValueFault[] {
  if (pod.memory >= heap + besideHeap) return [];
  const expected = `at least ${memoryQuantity(heap + besideHeap)}: a driver's heap (driverMemory) and ${memoryQuantity(besideHeap)} beside it for Python and the server`;
  return [new ValueFault({ field: "resources.memory", got: resources.memory, expected })];
}

function quotaFaults(
  quota: NotebookQuota,
  whole: QuotaAmounts,
  pod: PodDemand,
  each: PodDemand,
  count: number,
): readonly ValueFault[] {
  const executors = `${count} executor${count === 1 ? "" : "s"}`;
  const faults: ValueFault[] = [];
  for (const kind of ["cpu", "memory"] as const) {
    const show = kind === "cpu" ? cpuQuantity : memoryQuantity;
    // Sums of parts such as 0.1 and 0.2 aren't exact.
    if (whole[kind] + 1e-9 < pod[kind] + each[kind] * count)
      faults.push(
        new ValueFault({
          field: `quota.${kind}`,
          got: quota[kind],
          expected: `enough for the notebook (${show(pod[kind])}) and ${executors} (${show(each[kind] * count)})`,
        }),
      );
  }
  if (whole.pods < 1 + count)
    faults.push(
      new ValueFault({
        field: "quota.pods",
        got: quota.pods,
        expected: `${1 + count} or more: the notebook and ${executors}`,
      }),
    );
  return faults;
}
