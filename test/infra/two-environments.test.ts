import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { jobLabels } from "../../components/spark/pod-templates";
import { allows } from "../../kubernetes/access-rules";
import { describeManifest, type Manifest } from "../../kubernetes/manifest";
import { passes } from "../../kubernetes/network-rules";
import { renderEnvironment } from "../../review/environments";
import { manifestsOf } from "../../review/manifests";
import { changed, type Path } from "../support/stack-files";

/** The objects of dev with some values changed. */
async function rendered(...changes: readonly (readonly [Path, unknown])[]): Promise<readonly Manifest[]> {
  const folder = mkdtempSync(join(tmpdir(), "two-environments-"));
  writeFileSync(join(folder, "Pulumi.dev.yaml"), changed("dev", ...changes));
  return manifestsOf(await renderEnvironment("dev", { folder }));
}

const identity = (manifest: Manifest) => `${manifest.apiVersion} ${describeManifest(manifest)}`;

/** Every value under one of the names, at any depth. */
function valuesUnder(names: readonly string[], value: unknown): unknown[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, part]) => [
    ...(names.includes(key) ? [part as unknown] : []),
    ...valuesUnder(names, part),
  ]);
}

describe("two environments on one cluster", () => {
  let one: readonly Manifest[];
  let other: readonly Manifest[];

  beforeAll(async () => {
    one = await rendered([["namespaces", "prefix"], "one"]);
    // The driver is of the whole cluster, so the second environment uses that of the first.
    other = await rendered(
      [["namespaces", "prefix"], "other"],
      [["cluster", "smbDriver"], { install: false }],
      [["objectStore", "nodePort"], 30901],
      [["objectStore", "externalEndpoint"], "http://nodes.dev.example.com:30901"],
    );
  });

  it("share no object", () => {
    const taken = new Set(one.map(identity));
    expect(other.map(identity).filter((name) => taken.has(name))).toEqual([]);
    expect(other.length).toBeGreaterThan(40);
  });

  it("share nothing but the driver of Windows shares if both install it", async () => {
    const both = await rendered([["namespaces", "prefix"], "other"]);
    const taken = new Set(one.map(identity));
    expect(both.map(identity).filter((name) => taken.has(name))).toEqual([
      "storage.k8s.io/v1 CSIDriver smb.csi.k8s.io",
      "rbac.authorization.k8s.io/v1 ClusterRole csi-smb-controller",
      "rbac.authorization.k8s.io/v1 ClusterRoleBinding csi-smb-controller",
    ]);
  });

  it.each([["nodePort"], ["volumeHandle"], ["priorityClassName"], ["storageClassName"]])("share no %s", (name) => {
    // Classes of the cluster itself, its disks' and its own pods', are everybody's.
    const common = ["fast-ssd", "system-node-critical", "system-cluster-critical"];
    const ours = valuesUnder([name], one).filter((value) => !common.includes(value as string));
    expect(valuesUnder([name], other).filter((value) => ours.includes(value))).toEqual([]);
  });

  it("name their own namespaces in every policy and every binding, besides the cluster's DNS and its ingress controller", () => {
    for (const [prefix, objects] of [
      ["one-", one],
      ["other-", other],
    ] as const) {
      const peers = valuesUnder(
        ["from", "to"],
        objects.filter(({ kind }) => kind === "NetworkPolicy"),
      ).flat();
      expect(peers.length).toBeGreaterThan(10);
      for (const peer of peers as { namespaceSelector?: { matchLabels: Record<string, string> }; ipBlock?: object }[])
        if (peer.ipBlock === undefined)
          expect(peer.namespaceSelector?.matchLabels["kubernetes.io/metadata.name"]).toMatch(
            new RegExp(`^(${prefix}(ingress|spark|storage|smb|notebooks-harp|notebooks-risk)|kube-system|traefik)$`),
          );
      const subjects = valuesUnder(["subjects"], objects).flat() as { kind: string; namespace?: string }[];
      for (const { kind, namespace } of subjects)
        if (kind === "ServiceAccount") expect(namespace).toMatch(new RegExp(`^${prefix}`));
    }
  });

  it("let no job into the store of the other, and to its own", () => {
    const all = [...one, ...other];
    const job = { namespace: "one-spark", labels: { ...jobLabels, "spark-role": "driver" } };
    const storeOf = (prefix: string) => ({
      namespace: `${prefix}-storage`,
      labels: { "app.kubernetes.io/name": "minio", "app.kubernetes.io/instance": "store-minio" },
    });
    expect(passes(all, { from: job, to: storeOf("one"), port: 9000 })).toBe(true);
    expect(passes(all, { from: job, to: storeOf("other"), port: 9000 })).toBe(false);
  });

  it("give no account a right in a namespace of the other", () => {
    const all = [...one, ...other];
    const asker = (role: string) => ({ account: `spark-${role}`, namespace: "one-spark" });
    expect(allows(all, asker("driver"), { verb: "create", resource: "pods", namespace: "one-spark" })).toBe(true);
    for (const role of ["driver", "submitter", "executor"])
      for (const verb of ["get", "create", "delete"])
        for (const resource of ["pods", "secrets", "configmaps"])
          expect(allows(all, asker(role), { verb, resource, namespace: "other-spark" })).toBe(false);
  });
});
