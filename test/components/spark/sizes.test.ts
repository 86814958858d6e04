import { describe, expect, it } from "vitest";
import { podDemand, sizeResources, sizeSettings, type PodSize } from "../../../components/spark/pod-size";
import { driversQuota, quotaFaults, quotaHard, wholeQuota } from "../../../components/spark/quota";

const mebibyte = 2 ** 20;

describe("the demand of a pod", () => {
  it.each<[PodSize, number, number]>([
    [{ cores: 1, memory: "512m" }, 1, 512 + 384],
    [{ cores: 1, memory: "1g" }, 1, 1024 + 410],
    [{ cores: 2, memory: "4g" }, 2, 4096 + 1639],
    [{ cores: 4, requestCores: "500m", memory: "1g", memoryOverhead: "512m" }, 0.5, 1536],
    [{ cores: 1, requestCores: "0.2", memory: "2Gi", memoryOverhead: "1Gi" }, 0.2, 3072],
  ])("of %j is %d CPUs and %d MiB", (size, cpu, memory) => {
    expect(podDemand(size)).toEqual({ cpu, memory: memory * mebibyte });
  });

  it.each<[PodSize, RegExp]>([
    [{ cores: 1, requestCores: "2", memory: "1g" }, /requestCores is "2"; expected at most cores \(1\)/],
    [{ cores: 1, memory: "1" }, /memory is "1"; expected a memory size/],
    [{ cores: 1, memory: "1g", memoryOverhead: "10%" }, /memoryOverhead is "10%"; expected a memory size/],
  ])("of %j is a fault", (size, message) => {
    expect(() => podDemand(size)).toThrow(message);
  });

  it("is what the settings and the template's resources say", () => {
    const size = { cores: 2, requestCores: "500m", memory: "2g" };
    expect(sizeSettings("executor", size)).toEqual({
      "spark.executor.cores": "2",
      "spark.executor.memory": "2g",
      "spark.executor.memoryOverhead": "820m",
      "spark.kubernetes.executor.request.cores": "500m",
      "spark.kubernetes.executor.limit.cores": "2",
    });
    expect(sizeResources(size)).toEqual({
      requests: { cpu: "500m", memory: "2868Mi" },
      limits: { cpu: "2", memory: "2868Mi" },
    });
  });
});

describe("the drivers' part of a quota", () => {
  it.each([
    [{ cpu: "10", memory: "40g", pods: 100, driversShare: 0.3 }, 3, 12, 30],
    [{ cpu: "10", memory: "40g", pods: 100 }, 3, 12, 30],
    [{ cpu: "10", memory: "40g", pods: 2, driversShare: 0.9 }, 9, 36, 1],
    [{ cpu: "10", memory: "40g", pods: 3, driversShare: 0.1 }, 1, 4, 1],
  ])("of %j is %d CPUs, %d GiB, %d pods", (quota, cpu, memory, pods) => {
    expect(driversQuota(quota)).toEqual({ cpu, memory: memory * 1024 * mebibyte, pods });
  });

  it("leaves a pod for executors however it is divided", () => {
    for (let pods = 2; pods < 30; pods++)
      for (const driversShare of [0.05, 0.5, 0.95]) {
        const part = driversQuota({ cpu: "1", memory: "1g", pods, driversShare }).pods;
        expect(part).toBeGreaterThanOrEqual(1);
        expect(part).toBeLessThan(pods);
      }
  });

  it("stands in a ResourceQuota as requests, memory limits and pods", () => {
    expect(quotaHard(wholeQuota({ cpu: "1.5", memory: "12g", pods: 18 }))).toEqual({
      "requests.cpu": "1500m",
      "requests.memory": "12Gi",
      "limits.memory": "12Gi",
      pods: "18",
    });
  });
});

describe("a quota", () => {
  const size: PodSize = { cores: 1, memory: "1g", memoryOverhead: "1g" };
  const faults = (cpu: string, memory: string, least = 1) =>
    quotaFaults({ cpu, memory, pods: 10, driversShare: 0.5 }, size, size, least).map((fault) => fault.message);

  it("that fits a driver and an executor has no fault", () => {
    expect(faults("2", "4g")).toEqual([]);
  });

  it("that fits no driver within the drivers' share is one, with what would be enough", () => {
    expect(faults("1.9", "4g")).toEqual([
      'quota.cpu is "1.9"; expected enough for a driver (1) within the drivers\' share of 50 % (950m).',
      'quota.cpu is "1.9"; expected enough for 1 executor (1) beside the drivers\' share of 50 %.',
    ]);
  });

  it("that fits too few of the executors that a job keeps is one", () => {
    expect(faults("6", "6g", 3)).toEqual([
      'quota.memory is "6g"; expected enough for 3 executors (6Gi) beside the drivers\' share of 50 %.',
    ]);
  });
});
