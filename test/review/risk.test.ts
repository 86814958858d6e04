import { describe, expect, it } from "vitest";
import { refusedChanges, reviewChanges, risks } from "../../review/risk";
import { change, environment, field, object, store } from "./examples";

const sets = (kind: string, named: string, spec: object) => object(`apps/v1 ${kind}`, named, { spec });
const template = field("spec.template.spec.containers[0].image", "a:1", "a:2");
const role = object("rbac.authorization.k8s.io/v1 Role", "spark/driver");
const policy = object("networking.k8s.io/v1 NetworkPolicy", "spark/dns");
const job = object("batch/v1 Job", "storage/setup", { spec: {} });
const settings = object("v1 ConfigMap", "spark/spark-settings");

describe("a change stands under", () => {
  it.each([
    ["refused", "a protected deletion", change(store(), undefined, [], true)],
    ["refused", "a protected replacement", change(store(), store(), [field("spec.serviceName", "a", "b", true)], true)],
    ["deletes", "a deletion", change(role, undefined)],
    ["leaves", "a deletion that keeps the object", change(store(), undefined, [], false, true)],
    ["refused", "a protected deletion that would keep the object", change(store(), undefined, [], true, true)],
    ["replaces", "a new object", change(store(), store(), [field("spec.serviceName", "a", "b", true)])],
    ["restarts", "a pod template", change(store(), store(), [template], true)],
    [
      "restarts",
      "a checksum",
      change(store(), store(), [field('spec.template.metadata.annotations["checksum/config"]', "1", "2")]),
    ],
    ["restarts", "a Job that runs again", change(job, job, [field("spec.template.spec.x", 1, 2, true)])],
    ["restarts", "Spark's settings", change(settings, settings, [field('data["spark-defaults.conf"]', "a", "b")])],
    [
      "restarts",
      "a notebook's Spark settings",
      change(settings, settings, [field('data["executor-pod-template.yaml"]', "a", "b")]),
    ],
    ["access", "a Role's rules", change(role, role, [field("rules[0].verbs[0]", "get", "list")])],
    ["network", "a policy", change(policy, policy, [field("spec.egress[0].ports[0].port", 1, 2)])],
    ["updates", "a Role's label", change(role, role, [field("metadata.labels.a", "1", "2")])],
    ["updates", "a number of pods", change(store(4), store(6), [field("spec.replicas", 4, 6)])],
    ["creates", "a new object of any kind", change(undefined, role)],
  ] as const)("%s: %s", (risk, _case, one) => {
    const reviewed = reviewChanges(environment([one]));
    expect(risks.filter((group) => reviewed[group].length > 0)).toEqual([risk]);
  });
});

it("names the reason of a refusal, and the command that lifts it", () => {
  const [refused] = refusedChanges(environment([change(store(), undefined, [], true)]));
  expect(refused?.refusal).toEqual({
    reason: "would be deleted, and holds the object store's disks",
    command:
      "pulumi state unprotect 'urn:pulumi:prod::hamilton::kubernetes:apps/v1:StatefulSet::store-minio' --stack prod",
  });
});

it("refuses nothing where a protected object is only updated", () => {
  expect(refusedChanges(environment([change(store(4), store(6), [field("spec.replicas", 4, 6)], true)]))).toEqual([]);
});

describe("another size of a home", () => {
  const home = object("v1 PersistentVolumeClaim", "notebooks-a/a-home", {
    labels: { "app.kubernetes.io/name": "jupyter", "app.kubernetes.io/instance": "a" },
    spec: {},
  });
  const resized = (before: string, after: string) =>
    reviewChanges(environment([change(home, home, [field("spec.resources.requests.storage", before, after)])]))
      .updates[0]?.data;

  it("is told to be refused by Kubernetes where it is smaller, in whatever unit", () => {
    expect(resized("20Gi", "10240Mi")).toBe("is the home of notebook a; Kubernetes refuses to make it smaller");
  });

  it("is an update like any other where it is larger", () => {
    expect(resized("900Mi", "1Gi")).toBe("is the home of notebook a");
  });
});

it("names the fields that force a new object", () => {
  const forced = field("spec.serviceName", "a", "b", true);
  const [one] = reviewChanges(environment([change(store(), store(), [field("spec.replicas", 1, 2), forced])])).replaces;
  expect(one?.forcedBy).toEqual([forced]);
});

describe("what happens to pods is told of", () => {
  it.each([
    ["Deployment", { replicas: 3 }, "restarts 3 pods, rolling: up to 25% new ones first, up to 25% away"],
    ["Deployment", { replicas: 2, strategy: { type: "Recreate" } }, "restarts 2 pods, all at once"],
    ["Deployment", { strategy: { type: "Recreate" } }, "restarts 1 pod: away while it restarts"],
    ["Deployment", { replicas: 0 }, "no pod runs"],
    ["StatefulSet", { replicas: 4 }, "restarts 4 pods, one after the other, the last one first"],
    ["StatefulSet", { replicas: 1 }, "restarts 1 pod: away while it restarts"],
    [
      "StatefulSet",
      { replicas: 2, updateStrategy: { type: "OnDelete" } },
      "2 pods keep running until somebody deletes them",
    ],
    ["DaemonSet", {}, "restarts the pod of every node, node by node"],
    [
      "DaemonSet",
      { updateStrategy: { rollingUpdate: { maxUnavailable: "10%" } } },
      "restarts the pod of every node, 10% nodes at a time",
    ],
  ])("a %s with %j", (kind, spec, said) => {
    const one = sets(kind, "storage/a", spec);
    expect(reviewChanges(environment([change(one, one, [template])])).restarts[0]?.pods).toBe(said);
  });

  it.each([
    [2, 5, "starts 3 pods more"],
    [5, 4, "stops 1 pod of 5"],
  ])("a scaling from %i to %i", (had, has, said) => {
    const one = change(store(had), store(has), [field("spec.replicas", had, has)]);
    expect(reviewChanges(environment([one])).updates[0]?.pods).toBe(said);
  });

  it("a workload that is replaced", () => {
    const one = change(store(4), store(4), [field("spec.serviceName", "a", "b", true)]);
    expect(reviewChanges(environment([one])).replaces[0]?.pods).toBe(
      "stops 4 pods with the old object, and starts those of the new one",
    );
  });
});
