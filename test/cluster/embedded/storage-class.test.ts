import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { applyObjects, coreApi, storageApi } from "../../../local/cluster/api-client";
import { clusterPaths } from "../../../local/cluster/paths";
import { storageClassName } from "../../../local/cluster/storage-class";
import { TestNamespace, until } from "./test-pods";

const namespace = new TestNamespace("storage");
const retaining = `${namespace.name}-retain`;

const claim = (name: string, storageClass?: string): Promise<void> =>
  namespace.apply({
    apiVersion: "v1",
    kind: "PersistentVolumeClaim",
    metadata: { name },
    spec: {
      storageClassName: storageClass,
      accessModes: ["ReadWriteOnce"],
      resources: { requests: { storage: "1Gi" } },
    },
  } as never);

const folderOf = (name: string): string | undefined =>
  readdirSync(clusterPaths.volumes())
    .filter((folder) => folder.endsWith(`_${namespace.name}_${name}`))
    .map((folder) => join(clusterPaths.volumes(), folder))[0];

/** Writes a word into a claim from a pod, and removes pod and claim. */
async function useAndRemove(name: string, storageClass?: string): Promise<string> {
  await claim(name, storageClass);
  await namespace.start({ name, claim: name, command: ["bash", "-c", "echo kept > /data/word; exec sleep infinity"] });
  const folder = folderOf(name) ?? "";
  await until("the word", () => Promise.resolve(existsSync(join(folder, "word"))), 10);
  expect(readFileSync(join(folder, "word"), "utf8")).toBe("kept\n");
  await coreApi().deleteNamespacedPod({ name, namespace: namespace.name, gracePeriodSeconds: 0 });
  await coreApi().deleteNamespacedPersistentVolumeClaim({ name, namespace: namespace.name });
  return folder;
}

beforeAll(async () => {
  await namespace.create();
  await applyObjects([
    {
      apiVersion: "storage.k8s.io/v1",
      kind: "StorageClass",
      metadata: { name: retaining },
      provisioner: "rancher.io/local-path",
      volumeBindingMode: "WaitForFirstConsumer",
      reclaimPolicy: "Retain",
    } as never,
  ]);
});

afterAll(async () => {
  await namespace.remove();
  await storageApi().deleteStorageClass({ name: retaining });
});

describe("the default StorageClass", () => {
  it("is local-path", async () => {
    const { items } = await storageApi().listStorageClass();
    const chosen = items.filter(
      (item) => item.metadata?.annotations?.["storageclass.kubernetes.io/is-default-class"] === "true",
    );
    expect(chosen.map((item) => item.metadata?.name)).toEqual([storageClassName]);
  });

  it("waits for a pod before it makes a volume", async () => {
    await claim("unused");
    await new Promise((resolve) => setTimeout(resolve, 3000));
    const { status } = await coreApi().readNamespacedPersistentVolumeClaim({
      name: "unused",
      namespace: namespace.name,
    });
    expect(status?.phase).toBe("Pending");
    expect(folderOf("unused")).toBeUndefined();
  });

  it("gives a pod a volume that it can write to, and removes it with its claim", async () => {
    const folder = await useAndRemove("scratch");
    await until("the folder's removal", () => Promise.resolve(!existsSync(folder)), 60);
  });
});

describe("a class that retains", () => {
  it("keeps what was written when the claim is deleted", async () => {
    const folder = await useAndRemove("ledger", retaining);
    const released = async (): Promise<string | undefined> =>
      (await coreApi().listPersistentVolume()).items.find(
        (volume) => volume.spec?.claimRef?.namespace === namespace.name && volume.spec.claimRef.name === "ledger",
      )?.metadata?.name;
    await until("the volume's release", async () => {
      const name = (await released()) ?? "";
      return (await coreApi().readPersistentVolume({ name })).status?.phase === "Released";
    });
    expect(readFileSync(join(folder, "word"), "utf8")).toBe("kept\n");
    await coreApi().deletePersistentVolume({ name: (await released()) ?? "" });
  });
});
