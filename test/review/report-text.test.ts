import { stripVTControlCharacters } from "node:util";
import { expect, it } from "vitest";
import { reportText } from "../../review/report-text";
import { change, environment, field, object, store } from "./examples";

const role = object("rbac.authorization.k8s.io/v1 Role", "spark/driver", { rules: [] });
const image = field("spec.template.spec.containers[0].image", "minio:1", "minio:2");
const all = environment([
  change(store(4), store(6), [field("spec.replicas", 4, 6), field("spec.serviceName", "a", "b", true)], true),
  change(object("v1 Service", "storage/old"), undefined),
  change(object("v1 Secret", "storage/keys"), object("v1 Secret", "storage/keys"), [
    field("stringData.key", "<secret>", "<secret>"),
  ]),
  change(role, role, [field("rules[0].verbs[0]", "get", "list")]),
  change(undefined, object("v1 Service", "storage/new")),
]);

it("starts with the counts, and tells the most dangerous first", () => {
  expect(reportText([all])).toBe(`prod: 1 refused; 1 deleted, 1 replaced, 2 updated, 1 created
  requested: CPU 4 → 6, memory 16Gi → 24Gi, storage 400Gi → 600Gi

  Refused
    ± StatefulSet storage/store-minio
      would be replaced by a new one, and holds the object store's disks
      to do it deliberately: back up first (docs/operations.md), then
        pulumi state unprotect 'urn:pulumi:prod::hamilton::kubernetes:apps/v1:StatefulSet::store-minio' --stack prod
      pods: stops 4 pods with the old object, and starts those of the new one
      spec.replicas: 4 → 6
      spec.serviceName: a → b (needs a new object)

  Deletes
    - Service storage/old

  Access
    nobody gains or loses a right
    ~ Role spark/driver
      rules[0].verbs[0]: get → list

  Other updates
    ~ Secret storage/keys
      stringData.key: secret changes

  Creates
    + Service storage/new
`);
});

it("counts in the engine's words, whichever group a change stands in", () => {
  const [job, next] = [object("batch/v1 Job", "storage/setup-1"), object("batch/v1 Job", "storage/setup-2")];
  const again = change(job, next, [field("metadata.name", "setup-1", "setup-2", true)]);
  const deployment = object("apps/v1 Deployment", "storage/console", { spec: { replicas: 1 } });
  const text = reportText([environment([again, change(deployment, deployment, [image])])]);
  expect(text).toMatch(/^prod: 1 replaced, 1 updated; 2 restart pods\n/);
});

it("tells what stays on the cluster apart from what is deleted there", () => {
  const kept = change(store(), undefined, [], false, true);
  const others = ["spark/a", "storage/a"].map((named) => object("v1 ConfigMap", named));
  expect(reportText([environment([kept, change(role, undefined)], { others })]))
    .toContain(`prod: 2 deleted (1 of them kept on the cluster)
  requested: CPU 4 → 0, memory 16Gi → 0, storage 400Gi → 0

  Deletes
    - Role spark/driver

  Leaves the stack
    - StatefulSet storage/store-minio
      data: holds the object store's disks
      leaves the stack; the object and its data stay on the cluster
`);
});

it("says of an unchanged environment that nothing changes, and no more", () => {
  expect(reportText([environment([], { name: "dev", others: [store()] }), environment([], { name: "local" })])).toBe(
    "dev: nothing changes\n\nlocal: nothing changes\n",
  );
});

it("marks what bears data, and tells of it first", () => {
  const text = reportText([environment([change(role, undefined), change(store(), undefined)])]);
  expect(text).toContain("- StatefulSet storage/store-minio\n      data: holds the object store's disks\n");
  expect(text.indexOf("StatefulSet")).toBeLessThan(text.indexOf("Role"));
});

it("tells of a change that many objects have in common once", () => {
  const version = field('metadata.labels["app.kubernetes.io/version"]', "1", "2");
  const services = Array.from({ length: 40 }, (_, index) => object("v1 Service", `storage/s${index}`));
  const own = field("spec.type", "NodePort", "ClusterIP");
  const changes = services.map((one, index) => change(one, one, index === 3 ? [version, own] : [version]));
  expect(reportText([environment(changes)])).toContain(`  Other updates
    ~ 40 objects: Service storage/s0, Service storage/s1, Service storage/s2, Service storage/s3, Service storage/s4, Service storage/s5, Service storage/s6 and 33 more
      metadata.labels["app.kubernetes.io/version"]: 1 → 2
    ~ Service storage/s3
      spec.type: NodePort → ClusterIP
`);
});

it("keeps the name of a workload whose pods restart, even where its fields are told of once for many", () => {
  const changes = ["a", "b", "c"].map((name) => {
    const one = object("apps/v1 Deployment", `storage/${name}`, { spec: { replicas: 1 } });
    return change(one, one, [image]);
  });
  expect(reportText([environment(changes)]).match(/pods: restarts 1 pod/g)).toHaveLength(3);
});

it("names both objects where a new one has another name", () => {
  const [old, now] = [object("batch/v1 Job", "storage/setup-1"), object("batch/v1 Job", "storage/setup-2")];
  const text = reportText([environment([change(old, now, [field("metadata.name", "setup-1", "setup-2", true)])])]);
  expect(text).toContain("± Job storage/setup-1 → Job storage/setup-2\n      pods: the Job runs again, from the start");
});

it("is the same text in colour", () => {
  const coloured = reportText([all], { colour: true });
  expect(coloured).toContain("\u001b[");
  expect(stripVTControlCharacters(coloured)).toBe(reportText([all]));
});
