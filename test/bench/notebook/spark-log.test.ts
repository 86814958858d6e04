import { describe, expect, it } from "vitest";
import { executorEntries } from "./spark-log";

const log = `WARNING: Using incubator modules: jdk.incubator.vector
2026-01-15T10:00:01.100Z INFO KubernetesClusterSchedulerBackend: SchedulerBackend is ready for scheduling
2026-01-15T10:00:02.250Z INFO ExecutorPodsAllocator: Going to request 1 executors from Kubernetes for ResourceProfile Id: 0, target: 1
[Stage 0:>         (0 + 0) / 2]2026-01-15T10:00:03.500Z INFO ExecutorPodsAllocator: Going to request 1 executors from Kubernetes for ResourceProfile Id: 0, target: 2
2026-01-15T12:00:06.750+02:00 INFO KubernetesClusterSchedulerBackend$KubernetesDriverEndpoint: Registered executor NettyRpcEndpointRef(spark-client://Executor) (10.0.0.9:4711) with ID 1,  ResourceProfileId 0
`;
const at = (text: string) => Date.parse(`2026-01-15T10:00:${text}Z`);

describe("the log of a kernel's Spark", () => {
  it("tells when executors were asked for, also behind a progress bar, and when they came", () => {
    expect(executorEntries(log)).toEqual({
      askedFor: [at("02.250"), at("03.500")],
      registered: [at("06.750")],
    });
  });

  it("may say nothing of executors", () => {
    expect(executorEntries("")).toEqual({ askedFor: [], registered: [] });
  });
});
