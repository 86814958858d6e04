import { describe, expect, it } from "vitest";
import type { Values } from "../../kubernetes/json";
import { isAwaited, pending, podTroubles } from "../../kubernetes/readiness";

const around = { pods: [], slices: [], storageClass: {}, warnings: [] };
const of = (apiVersion: string, kind: string, rest: Values): Values => ({
  apiVersion,
  kind,
  metadata: { generation: 2 },
  ...rest,
});
const conditions = (type: string, status = "True", rest: Values = {}) => ({ conditions: [{ type, status, ...rest }] });
const deployment = (status: Values, spec: Values = {}) =>
  of("apps/v1", "Deployment", { spec: { replicas: 2, ...spec }, status });
const rolled = { observedGeneration: 2, replicas: 2, updatedReplicas: 2, availableReplicas: 2 };
const late = { volumeBindingMode: "WaitForFirstConsumer" };

describe("an object is ready", () => {
  it.each<[string, Values, Partial<typeof around>?]>([
    ["a Deployment whose pods are new and available", deployment(rolled)],
    ["a paused Deployment", deployment({ observedGeneration: 2 }, { paused: true })],
    ["a Deployment of no pods", deployment({ observedGeneration: 2 }, { replicas: 0 })],
    ["a DaemonSet without nodes", of("apps/v1", "DaemonSet", { status: { observedGeneration: 2 } })],
    ["a complete Job", of("batch/v1", "Job", { status: conditions("Complete") })],
    ["a suspended Job", of("batch/v1", "Job", { spec: { suspend: true } })],
    ["a Pod that is Ready", of("v1", "Pod", { status: { phase: "Running", ...conditions("Ready") } })],
    ["a Pod that has succeeded", of("v1", "Pod", { status: { phase: "Succeeded" } })],
    ["a bound claim", of("v1", "PersistentVolumeClaim", { status: { phase: "Bound" } })],
    [
      "a pending claim of a late class",
      of("v1", "PersistentVolumeClaim", { status: { phase: "Pending" } }),
      { storageClass: late },
    ],
    ["a Service without pods", of("v1", "Service", { spec: {} })],
    [
      "a Service with an endpoint",
      of("v1", "Service", {}),
      { pods: [{}], slices: [{ endpoints: [{ conditions: { ready: true } }] }] } as never,
    ],
    [
      "an Ingress with an address",
      of("networking.k8s.io/v1", "Ingress", { status: { loadBalancer: { ingress: [{ ip: "1" }] } } }),
    ],
    [
      "an established definition",
      of("apiextensions.k8s.io/v1", "CustomResourceDefinition", { status: conditions("Established") }),
    ],
  ])("%s", (_what, object, more = {}) => expect(pending(object, { ...around, ...more })).toBeUndefined());
});

describe("an object waits or has failed", () => {
  it.each<[string, Values, RegExp, Partial<typeof around>?]>([
    ["a Deployment not seen yet", deployment({ ...rolled, observedGeneration: 1 }), /not seen/],
    ["a Deployment with old pods left", deployment({ ...rolled, replicas: 3 }), /2 of 2 ready/],
    [
      "a Deployment that may make no pods",
      deployment({ observedGeneration: 2, ...conditions("ReplicaFailure", "True", { message: "quota" }) }),
      /0 of 2.*quota/,
    ],
    [
      "a Deployment past its deadline",
      deployment({
        observedGeneration: 2,
        ...conditions("Progressing", "False", { reason: "ProgressDeadlineExceeded" }),
      }),
      /^failed: ProgressDeadlineExceeded/,
    ],
    [
      "a failed Job",
      of("batch/v1", "Job", { status: conditions("Failed", "True", { reason: "BackoffLimitExceeded" }) }),
      /^failed: BackoffLimitExceeded/,
    ],
    ["a failed Pod", of("v1", "Pod", { status: { phase: "Failed", reason: "Evicted" } }), /^failed: Evicted/],
    [
      "a pending claim of an eager class",
      of("v1", "PersistentVolumeClaim", { spec: { storageClassName: "fast" }, status: { phase: "Pending" } }),
      /not bound$/,
      { storageClass: { metadata: { name: "fast" } } },
    ],
    [
      "a claim of a class that isn't there",
      of("v1", "PersistentVolumeClaim", { spec: { storageClassName: "slow" }, status: { phase: "Pending" } }),
      /not bound: there is no StorageClass slow, or none that may be read$/,
    ],
    [
      "a claim of no class, where none is the default",
      of("v1", "PersistentVolumeClaim", { spec: {}, status: { phase: "Pending" } }),
      /not bound: it names no StorageClass, and the cluster has no default one$/,
    ],
    [
      "a claim for a volume made by hand",
      of("v1", "PersistentVolumeClaim", { spec: { storageClassName: "" }, status: { phase: "Pending" } }),
      /not bound$/,
    ],
    ["a late claim before it is seen", of("v1", "PersistentVolumeClaim", {}), /not bound/, { storageClass: late }],
    ["a Service whose pods aren't ready", of("v1", "Service", {}), /none of its 1 pods/, { pods: [{}] as never }],
    ["a load balancer without address", of("v1", "Service", { spec: { type: "LoadBalancer" } }), /address/],
    ["an Ingress without address", of("networking.k8s.io/v1", "Ingress", {}), /skipAwait/],
  ])("%s", (_what, object, message, more = {}) => expect(pending(object, { ...around, ...more })).toMatch(message));
});

describe("waiting", () => {
  it("is for the kinds with a rule, and left out by annotation", () => {
    expect(isAwaited(of("apps/v1", "Deployment", {}))).toBe(true);
    expect(isAwaited(of("v1", "ConfigMap", {}))).toBe(false);
    expect(isAwaited(of("example.org/v1", "Deployment", {}))).toBe(false);
    expect(isAwaited(of("v1", "Pod", { metadata: { annotations: { "pulumi.com/skipAwait": "true" } } }))).toBe(false);
  });
});

describe("the troubles of a pod", () => {
  const pod = (status: Values): Values => ({ metadata: { name: "p" }, status });
  it.each<[string, Values, string[]]>([
    [
      "none while it is being made",
      pod({ containerStatuses: [{ name: "c", state: { waiting: { reason: "ContainerCreating" } } }] }),
      [],
    ],
    [
      "not schedulable",
      pod(conditions("PodScheduled", "False", { reason: "Unschedulable", message: "0/1 nodes" })),
      ["pod p: Unschedulable: 0/1 nodes"],
    ],
    [
      "an image not to be had, in an init container",
      pod({ initContainerStatuses: [{ name: "c", state: { waiting: { reason: "ErrImagePull", message: "no" } } }] }),
      ["pod p: container c: ErrImagePull: no"],
    ],
    [
      "a crash with its last words",
      pod({
        containerStatuses: [
          {
            name: "c",
            state: { waiting: { reason: "CrashLoopBackOff" } },
            lastState: { terminated: { exitCode: 3, reason: "Error", message: "no password\n" } },
          },
        ],
      }),
      ["pod p: container c: CrashLoopBackOff", "pod p: container c: exited with 3 (Error: no password)"],
    ],
    ["none after success", pod({ containerStatuses: [{ name: "c", state: { terminated: { exitCode: 0 } } }] }), []],
  ])("%s", (_what, object, troubles) => expect(podTroubles(object, [])).toEqual(troubles));

  const mount = (uid: string, message: string): Values => ({
    ...{ type: "Warning", reason: "FailedMount", message },
    involvedObject: { kind: "Pod", uid },
  });
  const waiting: Values = {
    metadata: { name: "p", uid: "1" },
    status: {
      phase: "Pending",
      containerStatuses: [{ name: "c", state: { waiting: { reason: "ContainerCreating" } } }],
    },
  };

  it("are the last warning about it where it tells nothing itself, as of a share that is away", () => {
    const warnings = [mount("1", "first"), mount("1", "host is down"), mount("2", "of another")];
    expect(podTroubles(waiting, warnings)).toEqual(["pod p: FailedMount: host is down"]);
  });

  it("are no warnings of the past once it runs", () => {
    const running: Values = { ...waiting, status: { phase: "Running" } };
    expect(podTroubles(running, [mount("1", "host is down")])).toEqual([]);
  });
});
