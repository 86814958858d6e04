import { describe, expect, it } from "vitest";
import { notebookSizeFaults, type NotebookSizes } from "../../../components/jupyter/notebook-size";

const sizes: NotebookSizes = {
  resources: { cpu: "500m", memory: "4g" },
  driverMemory: "1g",
  executor: { cores: 1, memory: "1g" },
  executors: { max: 4 },
  quota: { cpu: "2", memory: "8g", pods: 5 },
};
const faults = (changes: Partial<NotebookSizes>) =>
  notebookSizeFaults({ ...sizes, ...changes }).map(({ fault }) => `${fault.field}: ${fault.expected}`);

describe("a notebook's sizes", () => {
  it("are fine where the pod and one executor fit the quota", () => {
    expect(faults({})).toEqual([]);
  });

  it("are fine to the last thousandth of a CPU", () => {
    const resources = { cpu: "100m", memory: "2g" };
    expect(
      faults({
        resources,
        executor: { cores: 1, requestCores: "200m", memory: "1g" },
        quota: { cpu: "300m", memory: "8g", pods: 2 },
      }),
    ).toEqual([]);
  });

  it("count the proxy of a login at the site's service as a part of the notebook's pod", () => {
    const tight = { cpu: "1.5", memory: "5530m", pods: 5 };
    expect(faults({ quota: tight, login: { kind: "token" } })).toEqual([]);
    expect(faults({ quota: tight, login: { kind: "oidc" } })).toEqual([
      "quota.cpu: enough for the notebook (520m) and 1 executor (1)",
      "quota.memory: enough for the notebook (4224Mi) and 1 executor (1434Mi)",
    ]);
  });

  it.each<[string, Partial<NotebookSizes>, string]>([
    [
      "a pod without room for a driver",
      { resources: { cpu: "1", memory: "1500m" } },
      "resources.memory: at least 1792Mi: a driver's heap (driverMemory) and 768Mi beside it for Python and the server",
    ],
    [
      "too few CPUs",
      { quota: { cpu: "1", memory: "8g", pods: 5 } },
      "quota.cpu: enough for the notebook (500m) and 1 executor (1)",
    ],
    [
      "too little memory for the executors that are kept",
      { executors: { min: 3, max: 4 }, quota: { cpu: "9", memory: "8g", pods: 5 } },
      "quota.memory: enough for the notebook (4Gi) and 3 executors (4302Mi)",
    ],
    [
      "too few pods",
      { quota: { cpu: "2", memory: "8g", pods: 1 } },
      "quota.pods: 2 or more: the notebook and 1 executor",
    ],
    [
      "more executors kept than allowed",
      { executors: { min: 2, max: 1 }, quota: { cpu: "9", memory: "20g", pods: 5 } },
      "executors.min: at most executors.max (1)",
    ],
    [
      "an executor that asks for more cores than it has",
      { executor: { cores: 1, requestCores: "2", memory: "1g" } },
      "executor.requestCores: at most cores (1)",
    ],
    ["memory in another notation", { driverMemory: "1G" }, 'driverMemory: a memory size such as "2g", "512m" or "2Gi"'],
    [
      "a scratch without a size",
      { resources: { cpu: "1", memory: "4g", scratch: "much" } },
      'resources.scratch: a size such as "512Mi" or "2Gi"',
    ],
  ])("are refused with %s", (_, changes, fault) => {
    expect(faults(changes)).toEqual([fault]);
  });

  it("are refused for everything at once", () => {
    expect(faults({ driverMemory: "8g", quota: { cpu: "1", memory: "2g", pods: 1 } })).toHaveLength(4);
  });
});
