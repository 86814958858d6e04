import { describe, expect, it } from "vitest";
import { judgeCapacity, nodeFacts, type NodeFact } from "../../../environments/preflight/capacity";
import { judgeQuotas } from "../../../environments/preflight/quota";
import type { PodNeed } from "../../../environments/preflight/requirements";

const gibibyte = 2 ** 30;

const need = (changes: Partial<PodNeed> = {}): PodNeed => ({
  owner: "Spark executor",
  namespace: "spark",
  count: 1,
  cpu: 1,
  memory: 2 * gibibyte,
  nodeSelector: {},
  tolerations: [],
  ...changes,
});

const node = (changes: Partial<NodeFact> = {}): NodeFact => ({
  name: "one",
  labels: {},
  taints: [],
  allocatable: { cpu: 4, memory: 8 * gibibyte },
  free: { cpu: 4, memory: 8 * gibibyte },
  ...changes,
});

const full = { cpu: 0.5, memory: gibibyte };
const taint = { key: "dedicated", value: "spark", effect: "NoSchedule" };

describe("room on nodes", () => {
  it.each([
    ["a pod that fits", need(), [node()], "ok"],
    ["pods that fit on two nodes together", need({ count: 8 }), [node(), node({ name: "two" })], "ok"],
    ["a job that has to wait", need(), [node({ free: full })], "warn"],
    ["a workload that has no room now", need({ owner: "StatefulSet a/b" }), [node({ free: full })], "fail"],
    ["a pod larger than every node", need({ cpu: 8 }), [node()], "fail"],
    ["a label that no node has", need({ nodeSelector: { pool: "spark" } }), [node()], "fail"],
    ["a label that a node has", need({ nodeSelector: { pool: "spark" } }), [node({ labels: { pool: "spark" } })], "ok"],
    ["a taint", need(), [node({ taints: [taint] })], "fail"],
    ["a taint that it tolerates", need({ tolerations: [taint] }), [node({ taints: [taint] })], "ok"],
    [
      "a taint that asks for preference only",
      need(),
      [node({ taints: [{ ...taint, effect: "PreferNoSchedule" }] })],
      "ok",
    ],
    ["every taint tolerated", need({ tolerations: [{ operator: "Exists" }] }), [node({ taints: [taint] })], "ok"],
    ["no node at all", need(), [], "fail"],
  ])("for %s", (_, pod, nodes, verdict) => {
    expect(judgeCapacity([pod], nodes)).toMatchObject([{ verdict }]);
  });

  it("is shared by all pods: the second finds what the first leaves", () => {
    const rows = judgeCapacity([need({ cpu: 3 }), need({ owner: "Spark driver", cpu: 3 })], [node()]);
    expect(rows.map(({ verdict }) => verdict).sort()).toEqual(["fail", "ok"]);
  });

  it("names the labels that no node has, with the fix", () => {
    const [row] = judgeCapacity([need({ nodeSelector: { pool: "spark" } })], [node()]);
    expect(row).toMatchObject({
      found: "no node has the labels pool=spark",
      fix: "label a node so, or change nodeSelector in the stack file",
    });
  });

  it("is what nodes that are ready give, less what their pods ask for", () => {
    const ready = [{ type: "Ready", status: "True" }];
    const status = { conditions: ready, allocatable: { cpu: "3900m", memory: "8Gi" } };
    const nodes = [
      { metadata: { name: "one", labels: { pool: "a" } }, spec: {}, status },
      { metadata: { name: "cordoned" }, spec: { unschedulable: true }, status },
      {
        metadata: { name: "down" },
        spec: {},
        status: { ...status, conditions: [{ type: "Ready", status: "Unknown" }] },
      },
    ];
    const pod = {
      spec: { nodeName: "one", containers: [{ resources: { requests: { cpu: "900m", memory: "2Gi" } } }] },
    };
    expect(nodeFacts(nodes as never, [pod] as never)).toMatchObject([
      { name: "one", labels: { pool: "a" }, free: { cpu: 3, memory: 6 * gibibyte } },
    ]);
  });
});

describe("quotas", () => {
  const quota = (hard: Record<string, string>, used: Record<string, string> = {}, priorityClasses?: string[]) => ({
    namespace: "spark",
    name: "quota",
    hard,
    used,
    priorityClasses,
  });
  it.each([
    ["with enough free", [quota({ "requests.cpu": "2", pods: "5" }, { "requests.cpu": "500m" })], "ok"],
    ["that is used up for now", [quota({ "requests.cpu": "2" }, { "requests.cpu": "1500m" })], "warn"],
    ["that is too small even when empty", [quota({ "limits.memory": "1Gi" })], "fail"],
    ["for pods of another priority", [quota({ pods: "0" }, {}, ["spark-driver"])], "ok"],
    ["for pods of this priority", [quota({ pods: "0" }, {}, ["spark-executor"])], "fail"],
    ["of another namespace", [{ ...quota({ pods: "0" }), namespace: "storage" }], "ok"],
    ["that don't exist", [], "ok"],
  ])("%s", (_, quotas, verdict) => {
    expect(judgeQuotas([need({ priorityClass: "spark-executor" })], quotas)).toMatchObject([{ verdict }]);
  });
});
