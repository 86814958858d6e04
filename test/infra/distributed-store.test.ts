import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { describeManifest, type Manifest } from "../../kubernetes/manifest";
import { renderEnvironment } from "../../review/environments";
import { manifestsOf } from "../../review/manifests";
import { isManifest, type Recording } from "../../review/recording";
import { schemaFaults } from "../support/kubernetes-schema";

describe("prod with the store in the cluster", () => {
  let run: Recording;
  let objects: readonly Manifest[];

  beforeAll(async () => {
    run = await renderEnvironment("prod", { folder: join(__dirname, "distributed-store") });
    objects = manifestsOf(run);
  });

  it("consists of objects that Kubernetes' own schema accepts", () => {
    expect(
      objects.flatMap((object) => schemaFaults(object).map((fault) => `${describeManifest(object)}: ${fault}`)),
    ).toEqual([]);
  });

  it("runs four servers on the nodes for storage, apart from each other, and loses one at a time at most", () => {
    const servers = run.manifest("StatefulSet") as unknown as {
      spec: { replicas: number; selector: object; template: { spec: Record<string, unknown> } };
    };
    expect(servers.spec.replicas).toBe(4);
    expect(servers.spec.template.spec).toMatchObject({
      nodeSelector: { "node.example.com/pool": "storage" },
      tolerations: [{ key: "dedicated", operator: "Equal", value: "storage", effect: "NoSchedule" }],
      topologySpreadConstraints: [
        { topologyKey: "kubernetes.io/hostname" },
        { topologyKey: "topology.kubernetes.io/zone" },
      ],
    });
    expect(run.manifest("PodDisruptionBudget", "store-minio").spec).toEqual({
      maxUnavailable: 1,
      selector: servers.spec.selector,
    });
  });

  it("gives everything with several pods a disruption budget and a spread", () => {
    const several = objects.filter(
      ({ kind, spec }) => kind !== "Job" && ((spec as { replicas?: number })?.replicas ?? 1) > 1,
    );
    expect(several.map(({ kind }) => kind).sort()).toEqual(["Deployment", "StatefulSet"]);
    const budgets = objects.filter(({ kind }) => kind === "PodDisruptionBudget");
    for (const { spec, metadata } of several) {
      const { selector, template } = spec as {
        selector: object;
        template: { spec: { topologySpreadConstraints?: object[] } };
      };
      expect([metadata.name, template.spec.topologySpreadConstraints?.length]).toEqual([metadata.name, 2]);
      expect(
        budgets.some(
          (one) =>
            one.metadata.namespace === metadata.namespace &&
            JSON.stringify((one.spec as { selector: object }).selector) === JSON.stringify(selector),
        ),
      ).toBe(true);
    }
  });

  it("protects and keeps each server's disk and the namespace around them", () => {
    const held = run.resources.filter(
      (one) => isManifest(one) && (one.type.endsWith(":PersistentVolumeClaim") || one.name === "storage-namespace"),
    );
    expect(held.map(({ name }) => name).sort()).toEqual([
      "harp-spark-claim",
      "storage-namespace",
      ...[0, 1, 2, 3].map((server) => `store-minio-data-${server}-of-4`),
    ]);
    for (const { name, protect, retainOnDelete } of held)
      expect([name, protect, retainOnDelete]).toEqual([name, true, true]);
  });
});
