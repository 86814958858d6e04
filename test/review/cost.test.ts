import { describe, expect, it } from "vitest";
import { costOf } from "../../review/cost";
import { costFigures, figureText } from "../../review/cost-words";
import { object, store } from "./examples";

const gibibyte = 2 ** 30;
const asks = (cpu: string, memory: string, rest: object = {}) => ({
  resources: { requests: { cpu, memory } },
  ...rest,
});
const workload = (kind: string, spec: object, named = "storage/a") => object(`apps/v1 ${kind}`, named, { spec });
const deployment = (pod: object, replicas = 1) => workload("Deployment", { replicas, template: { spec: pod } });

describe("a pod asks for", () => {
  it.each([
    ["its containers together", { containers: [asks("500m", "1Gi"), asks("1", "1Gi")] }, 1.5, 2],
    [
      "its largest init container, if that is more",
      { initContainers: [asks("2", "512Mi"), asks("1", "3Gi")], containers: [asks("1", "1Gi")] },
      2,
      3,
    ],
    [
      "its sidecars beside its containers",
      { initContainers: [asks("1", "1Gi", { restartPolicy: "Always" })], containers: [asks("1", "1Gi")] },
      2,
      2,
    ],
    [
      "a sidecar beside the init container after it",
      {
        initContainers: [asks("1", "1Gi", { restartPolicy: "Always" }), asks("3", "1Gi")],
        containers: [asks("1", "2Gi")],
      },
      4,
      3,
    ],
    [
      "its limits where it has no requests",
      { containers: [{ resources: { limits: { cpu: "2", memory: "1Gi" } } }] },
      2,
      1,
    ],
    ["what its runtime adds", { overhead: { cpu: "250m" }, containers: [asks("1", "1Gi")] }, 1.25, 1],
  ])("%s", (_case, pod, cpu, memory) => {
    expect(costOf([deployment(pod)])).toMatchObject({ cpu, memory: memory * gibibyte });
  });

  it("the defaults of its namespace where it asks for nothing", () => {
    const limits = [{ type: "Container", default: { memory: "1Gi" }, defaultRequest: { cpu: "100m" } }];
    const range = object("v1 LimitRange", "storage/defaults", { spec: { limits } });
    expect(costOf([range, deployment({ containers: [{}] }, 3)])).toMatchObject({ memory: 3 * gibibyte });
    expect(costOf([range, deployment({ containers: [{}] }, 3)]).cpu).toBeCloseTo(0.3);
  });
});

describe("an environment asks for", () => {
  it("every replica's share, disks of StatefulSets included", () => {
    expect(costOf([store(4, "100Gi")])).toMatchObject({ cpu: 4, memory: 16 * gibibyte, storage: 400 * gibibyte });
  });

  it("a claim and the volume made for it once", () => {
    const claim = object("v1 PersistentVolumeClaim", "spark/harp", {
      spec: { volumeName: "harp", resources: { requests: { storage: "10Gi" } } },
    });
    const volume = object("v1 PersistentVolume", "harp", { spec: { capacity: { storage: "10Gi" } } });
    expect(costOf([claim, volume]).storage).toBe(10 * gibibyte);
    expect(costOf([volume]).storage).toBe(10 * gibibyte);
  });

  it("pods of DaemonSets and Jobs apart: nodes aren't known, and Jobs end", () => {
    const template = { template: { spec: { containers: [asks("1", "1Gi")] } } };
    const job = object("batch/v1 Job", "storage/setup", { spec: { parallelism: 2, ...template } });
    expect(costOf([workload("DaemonSet", template), job])).toMatchObject({
      ...{ cpu: 0, perNode: { cpu: 1, memory: gibibyte }, jobs: { cpu: 2, memory: 2 * gibibyte } },
    });
  });

  it("what its quotas let a namespace take at most; a quota for some pods is none of those", () => {
    const quota = (name: string, spec: object) => object("v1 ResourceQuota", `spark/${name}`, { spec });
    const all = [
      object("v1 ConfigMap", "spark/spark-settings", { data: { "driver-pod-template.yaml": "" } }),
      quota("all", { hard: { "requests.cpu": "400", "requests.memory": "1Ti", pods: "300" } }),
      quota("drivers", { hard: { "requests.cpu": "80" }, scopeSelector: {} }),
    ];
    expect(costOf(all).ceilings).toEqual([
      { namespace: "spark", spark: true, cpu: 400, memory: 1024 * gibibyte, pods: 300 },
    ]);
  });
});

describe("the figures", () => {
  it("show CPU, memory and storage always, the rest where it changes", () => {
    const quota = (cpu: string) =>
      object("v1 ResourceQuota", "spark/all", { spec: { hard: { "requests.cpu": cpu, pods: "300" } } });
    const figures = costFigures([store(1), quota("32")], [store(4), quota("48")]);
    expect(figures.map(figureText)).toEqual([
      "CPU 1 → 4",
      "memory 4Gi → 16Gi",
      "storage 100Gi → 400Gi",
      "CPU of spark at most 32 → 48",
    ]);
  });

  it("are in the units that people read", () => {
    const odd = deployment({ containers: [asks("350m", "1536Mi")] });
    expect(costFigures([odd], [odd]).map(figureText)).toEqual(["CPU 0.35", "memory 1.5Gi", "storage 0"]);
  });
});
