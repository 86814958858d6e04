import { expect, it } from "vitest";
import { staleValues } from "../../review/stale-values";
import { change, environment, field, object } from "./examples";

const secret = object("v1 Secret", "storage/keys", { data: { key: "[secret]" } });
const changed = change(secret, secret, [field("data.key", "[secret 1]", "[secret 2]")]);
const deployment = (spec: object, container: object) =>
  object("apps/v1 Deployment", "storage/console", {
    spec: { template: { spec: { ...spec, containers: [{ name: "console", image: "a", ...container }] } } },
  });
const volumes = { volumes: [{ name: "keys", secret: { secretName: "keys" } }] };
const kept = "those of Deployment storage/console keep the old value until they restart";
const followed = "picked up within a minute by those of Deployment storage/console";
const variable = (key: string, name = "keys") => ({
  env: [{ name: "KEY", valueFrom: { secretKeyRef: { name, key } } }],
});

it.each([
  ["a variable", deployment({}, variable("key")), kept],
  ["a variable of another key", deployment({}, variable("other")), undefined],
  ["a variable of another Secret", deployment({}, variable("key", "other")), undefined],
  ["all of it as variables", deployment({}, { envFrom: [{ secretRef: { name: "keys" } }] }), kept],
  ["a volume", deployment(volumes, { volumeMounts: [{ name: "keys" }] }), followed],
  ["a file by subPath", deployment(volumes, { volumeMounts: [{ name: "keys", subPath: "key" }] }), kept],
  [
    "a projected volume",
    deployment(
      { volumes: [{ name: "all", projected: { sources: [{ secret: { name: "keys" } }] } }] },
      { volumeMounts: [{ name: "all" }] },
    ),
    followed,
  ],
])("a changed Secret that pods have as %s", (_, workload, said) => {
  expect(staleValues(changed, environment([changed], { others: [workload] }))).toBe(said);
});

it("says nothing of pods that restart along with the change", () => {
  const workload = deployment({}, variable("key"));
  const restart = change(workload, workload, [
    field('spec.template.metadata.annotations["checksum/config"]', "1", "2"),
  ]);
  expect(staleValues(changed, environment([changed, restart]))).toBeUndefined();
});

it("says nothing where labels alone change", () => {
  const labelled = change(secret, secret, [field("metadata.labels.a", "1", "2")]);
  expect(staleValues(labelled, environment([labelled], { others: [deployment({}, variable("key"))] }))).toBeUndefined();
});
