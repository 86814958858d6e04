import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Document } from "yaml";
import { setConfig } from "../../support/stack-edit";
import { kubernetesObject } from "../support/commands";
import { OwnStack } from "../support/own-stack";
import { readObject, writeObject } from "../support/stored-data";

const store = "hamilton:objectStore";
const volumes = "hamilton:volumes";

/** Sets a value of the stack file; `undefined` takes the key away. */
const set =
  (value: unknown, ...path: readonly string[]) =>
  (document: Document) =>
    setConfig(document, path, value);

/** Another name for a volume. */
const renamed = (from: string, to: string) => (document: Document) => {
  set(document.getIn(["config", volumes, from]), volumes, to)(document);
  set(undefined, volumes, from)(document);
};

/** An environment protected as prod is, with a bucket store, a share's volume and a volume of a StorageClass. */
describe("an environment that protects its data", () => {
  const stack = new OwnStack("safety", 30907);
  let digest: string;

  beforeAll(async () => {
    await stack.create((document) => {
      set(true, "hamilton:cluster", "protectData")(document);
      // The volume of a share stands without the driver as long as no pod mounts it.
      set({ install: false }, "hamilton:cluster", "smbDriver")(document);
      const share = { server: "files.example.com", share: "harp", username: "reader", password: "harp-password" };
      set({ kind: "windowsShare", mountPath: "/mnt/harp", ...share }, volumes, "harp")(document);
      const disk = { className: "local-path", accessMode: "ReadWriteOnce", size: "1Gi" };
      set({ kind: "storageClass", mountPath: "/mnt/lab", ...disk }, volumes, "lab")(document);
    });
    await stack.setSecret("harp-password", "of-nobody");
    await stack.up();
    digest = await writeObject(stack, "lake/kept.bin", 3_000_000);
  });

  afterAll(async () => {
    await stack.pulumi("state", "unprotect", "--all", "--yes", "--stack", stack.name);
    await stack.remove();
  });

  it.each<[string, (document: Document) => void, (document: Document) => void, RegExp]>([
    [
      "another class for the buckets' disk",
      set("faster", store, "storage", "className"),
      set("local-path", store, "storage", "className"),
      /unable to replace resource "urn:[^"]+::store-minio-data"\s+as it is currently marked for protection/,
    ],
    [
      "a smaller disk for the buckets",
      set("5Gi", store, "storage", "size"),
      set("10Gi", store, "storage", "size"),
      /store-minio-data.*field can not be less than status\.capacity/,
    ],
    [
      "a larger disk where the class can't grow",
      set("20Gi", store, "storage", "size"),
      set("10Gi", store, "storage", "size"),
      /store-minio-data.*the storageclass that provisions the pvc must support resize/,
    ],
    [
      "another number of servers",
      set(4, store, "replicas"),
      set(undefined, store, "replicas"),
      /"urn:[^"]+::store-minio-(servers|data)" cannot be deleted\s+because it is protected/,
    ],
    [
      "another size of a share's volume",
      set("10Gi", volumes, "harp", "size"),
      set(undefined, volumes, "harp", "size"),
      /unable to replace resource "urn:[^"]+::harp-spark-volume"\s+as it is currently marked for protection/,
    ],
    [
      "another name of a volume",
      renamed("harp", "files"),
      renamed("files", "harp"),
      /"urn:[^"]+::harp-spark-(claim|volume)" cannot be deleted\s+because it is protected/,
    ],
    [
      "a volume taken out",
      renamed("lab", "harp-lab"),
      renamed("harp-lab", "lab"),
      /"urn:[^"]+::lab-spark-claim" cannot be deleted\s+because it is protected/,
    ],
    [
      "another prefix",
      set("safer", "hamilton:namespaces", "prefix"),
      set("safety", "hamilton:namespaces", "prefix"),
      // Whichever of the namespaces and claims the engine comes to first.
      /unable to replace resource "urn:[^"]+::(spark|storage)-[^"]+"\s+(as part of replacing "[^"]+"\s+)?as it is currently marked for protection/,
    ],
  ])("refuses %s in the preview", async (_, change, back, reason) => {
    stack.edit(change);
    try {
      const preview = await stack.pulumi("preview", "--non-interactive", "--color", "never", "--stack", stack.name);
      expect(preview.exitCode, preview.all).not.toBe(0);
      expect(preview.all).toMatch(reason);
    } finally {
      stack.edit(back);
    }
  });

  it("refuses its own destruction, in the preview", async () => {
    const preview = await stack.pulumi("destroy", "--preview-only", "--non-interactive", "--stack", stack.name);
    expect(preview.exitCode, preview.all).not.toBe(0);
    expect(preview.all).toMatch(/cannot be deleted\s+because it is protected/);
    expect(await readObject(stack, "lake/kept.bin")).toBe(digest);
  });

  it("keeps its data through a destruction that is meant, for the next update to take back", async () => {
    stack.edit(set(false, "hamilton:cluster", "protectData"));
    await stack.up();
    const destroyed = await stack.destroy();
    expect(destroyed.exitCode, destroyed.all).toBe(0);
    const claim = await kubernetesObject<{ status: { phase: string } }>(
      ...["-n", `${stack.name}-storage`, "pvc", "store-minio-data"],
    );
    expect(claim.status.phase).toBe("Bound");
    const up = ["up", "--yes", "--skip-preview", "--non-interactive", "--stack", stack.name];
    const refused = await stack.pulumi(...up);
    expect(refused.all).toMatch(/Namespace safety-storage already exists in the cluster/);
    stack.env.PULUMI_K8S_UPSERT_EXISTING_OBJECTS = "true";
    try {
      await stack.must(...up);
    } finally {
      delete stack.env.PULUMI_K8S_UPSERT_EXISTING_OBJECTS;
    }
    expect(await readObject(stack, "lake/kept.bin")).toBe(digest);
    await stack.up();
    expect(await stack.must("preview", "--expect-no-changes", "--non-interactive", "--stack", stack.name)).toBeTruthy();
  });
});
