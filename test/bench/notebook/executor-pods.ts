import { type KubeConfig, type V1Pod, Watch } from "@kubernetes/client-node";
import { executorLabels } from "../../../components/spark/settings";
import { type PodMoments, seen } from "./pod-moments";

/** Follows the executors of a namespace from now on. */
export class ExecutorPods {
  private readonly pods = new Map<string, PodMoments>();
  private readonly present = new Set<string>();
  private connection?: AbortController;
  private fault: unknown;

  static async follow(config: KubeConfig, namespace: string): Promise<ExecutorPods> {
    const selector = Object.entries(executorLabels).map(([name, value]) => `${name}=${value}`);
    const followed = new ExecutorPods();
    followed.connection = await new Watch(config).watch(
      `/api/v1/namespaces/${namespace}/pods`,
      { labelSelector: selector.join(",") },
      (phase: string, pod: V1Pod) => followed.take(phase, pod, Date.now()),
      (error: unknown) => followed.end(error),
    );
    return followed;
  }

  private take(phase: string, pod: V1Pod, now: number): void {
    const uid = pod.metadata?.uid ?? "";
    if (phase === "DELETED") this.present.delete(uid);
    else this.present.add(uid);
    this.pods.set(uid, seen(this.pods.get(uid) ?? {}, pod, now));
  }

  private end(error: unknown): void {
    if (this.connection?.signal.aborted !== true) this.fault = error ?? new Error("the watch of executors ended");
  }

  /** How many there are at the moment. */
  get count(): number {
    if (this.fault !== undefined) throw new Error("executors can't be followed", { cause: this.fault });
    return this.present.size;
  }

  /** The first one made at or after a moment; nothing where there is none. */
  firstSince(moment: number): PodMoments {
    const made = [...this.pods.values()].filter(({ podCreated }) => (podCreated ?? 0) >= moment);
    return made.sort((a, b) => (a.podCreated ?? 0) - (b.podCreated ?? 0))[0] ?? {};
  }

  stop(): void {
    this.connection?.abort();
  }
}
