import * as pulumi from "@pulumi/pulumi";
import { describe, expect, it } from "vitest";
import { sharedVolume } from "../../../components/storage/shared-volume";
import type { SmbDriver } from "../../../components/storage/csi-driver-smb";
import { checkVolumeHandles, volumeHandle } from "../../../components/storage/volume-handles";
import type { WindowsShareArgs } from "../../../components/storage/windows-share";
import { isSecret, record, valueOf, type Plain } from "../../../review/recording";
import { namespaceReference } from "../../support/namespaces";

const spark = namespaceReference("spark", "dev");
const notebooks = namespaceReference("notebooks", "dev");
const driver: SmbDriver = {
  driverName: "smb.csi.k8s.io",
  namespace: namespaceReference("csi", "dev"),
  ready: pulumi.output("smb.csi.k8s.io"),
};
const mounting = { mountPath: "/mnt/harp", mountIn: [spark, notebooks] };
const share: WindowsShareArgs & { kind: "windowsShare" } = {
  kind: "windowsShare",
  ...mounting,
  driver,
  server: "FILES.example.org",
  share: "harp",
  subDirectory: "drop/daily",
  username: "reader",
  password: "hush-hush",
  identity: { user: 185, group: 0 },
};
const folder = { kind: "hostPath", ...mounting, path: "/srv/harp" } as const;
const claimed = { kind: "storageClass", ...mounting, mountIn: [spark], className: "nfs" } as const;

const nameOf = (manifest: Plain) => (manifest.metadata as { name: string }).name;

describe("a Windows share", () => {
  it("gets a volume and a claim bound to each other in each namespace that mounts it", async () => {
    const run = await record(() => sharedVolume("harp", share));
    const volumes = run.all("PersistentVolume").map((each) => run.manifest(each.type, each.name));
    const claims = run.all("PersistentVolumeClaim").map((each) => run.manifest(each.type, each.name));
    expect(claims.map((claim) => (claim.metadata as Plain).namespace)).toEqual(["dev-spark", "dev-notebooks"]);
    claims.forEach((claim, index) => {
      const volume = volumes[index]!;
      expect(claim.spec).toMatchObject({
        volumeName: nameOf(volume),
        storageClassName: "dev-csi-harp",
        accessModes: ["ReadOnlyMany"],
      });
      expect(volume.spec).toMatchObject({
        storageClassName: "dev-csi-harp",
        claimRef: { namespace: (claim.metadata as Plain).namespace, name: nameOf(claim) },
      });
    });
    expect(await valueOf(run.result.claimIn(notebooks))).toBe(nameOf(claims[1]!));
  });

  it("is mounted read-only as Spark's user, from its folder, with credentials that pods can't reach", async () => {
    const run = await record(() => sharedVolume("harp", share));
    const volume = run.manifest("PersistentVolume", "harp-spark-volume");
    expect(volume.spec).toMatchObject({
      persistentVolumeReclaimPolicy: "Retain",
      csi: {
        driver: "smb.csi.k8s.io",
        readOnly: true,
        volumeAttributes: { source: "//FILES.example.org/harp", subDir: "drop/daily" },
        nodeStageSecretRef: { name: "harp-credentials", namespace: "dev-csi" },
      },
    });
    expect((volume.spec as { mountOptions: string[] }).mountOptions).toEqual(
      expect.arrayContaining(["ro", "uid=185", "gid=0", "noserverino", "seal", "vers=3.1.1", "noexec"]),
    );
    expect(isSecret(run.one("Secret").inputs.stringData)).toBe(true);
    expect(run.manifest("Secret").stringData).toEqual({ username: "reader", password: "hush-hush" });
  });

  it("is writable only where that is asked for", async () => {
    const run = await record(() => sharedVolume("harp", { ...share, readOnly: false }));
    expect(run.result.readOnly).toBe(false);
    expect(run.manifest("PersistentVolume", "harp-spark-volume").spec).toMatchObject({
      accessModes: ["ReadWriteMany"],
      csi: { readOnly: false },
    });
  });

  it("keeps the objects of its volumes when they leave the stack", async () => {
    const run = await record(() => sharedVolume("harp", share));
    for (const each of [...run.all("PersistentVolume"), ...run.all("PersistentVolumeClaim")])
      expect(each).toMatchObject({ retainOnDelete: true });
  });

  it("has a class that makes no volumes unless asked, and that is replaced where Kubernetes can't change it", async () => {
    const run = await record(() => sharedVolume("harp", share));
    expect(run.manifest("StorageClass")).toMatchObject({
      provisioner: "kubernetes.io/no-provisioner",
      reclaimPolicy: "Retain",
    });
    expect(run.one("StorageClass")).toMatchObject({
      deleteBeforeReplace: true,
      replaceOnChanges: ["provisioner", "parameters", "reclaimPolicy", "volumeBindingMode"],
    });
    const dynamic = await record(() => sharedVolume("harp", { ...share, readOnly: false, dynamicFolders: true }));
    expect(dynamic.manifest("StorageClass")).toMatchObject({
      provisioner: "smb.csi.k8s.io",
      reclaimPolicy: "Retain",
      parameters: {
        source: "//FILES.example.org/harp",
        subDir: "drop/daily/${pvc.metadata.namespace}/${pvc.metadata.name}",
        onDelete: "retain",
      },
    });
  });

  it.each<[string, Partial<WindowsShareArgs>]>([
    ["credentials of a new version", { credentialsVersion: "2" }],
    ["another server", { server: "other.example.org" }],
    ["another folder", { subDirectory: "drop/hourly" }],
    ["other mount options", { mountOptions: ["nobrl"] }],
  ])("makes new volumes beside the old ones for %s", async (_what, change) => {
    const before = await record(() => sharedVolume("harp", share));
    const after = await record(() => sharedVolume("harp", { ...share, ...change }));
    const names = (run: typeof before) =>
      [...run.all("PersistentVolume"), ...run.all("PersistentVolumeClaim")].map((each) => nameOf(each.inputs));
    for (const name of names(after)) expect(names(before)).not.toContain(name);
  });

  it("has a volume handle of its own in each namespace", async () => {
    const run = await record(() => sharedVolume("harp", share));
    const handles = run
      .all("PersistentVolume")
      .map((each) => (each.inputs.spec as { csi: { volumeHandle: string } }).csi.volumeHandle);
    expect(new Set(handles).size).toBe(2);
    expect((run.result as { volumeHandles?: string[] }).volumeHandles).toEqual(handles);
    for (const handle of handles)
      expect(handle).toMatch(/^files\.example\.org\/harp#drop\/daily#dev-(spark|notebooks)-harp-/);
  });

  it.each<[string, Partial<WindowsShareArgs>]>([
    ['WindowsShare "harp": server is "//files/harp"; expected a host name', { server: "//files/harp" }],
    ['share is "harp/drop"', { share: "harp/drop" }],
    ['subDirectory is "../other"', { subDirectory: "../other" }],
    ['subDirectory is "/drop"', { subDirectory: "/drop" }],
    ["expected SMB 3", { version: "2.1" as "3.0" }],
    ["mountOptions[0]", { mountOptions: ["serverino"] }],
    ["expected false, or readOnly: false beside it", { dynamicFolders: true }],
    ['mountPath is "mnt/harp"; expected an absolute path', { mountPath: "mnt/harp" }],
    ["mountPath", { mountPath: "/mnt/../etc" }],
    ["expected at least one namespace", { mountIn: [] }],
    ['mountIn is "dev-spark"; expected each namespace once', { mountIn: [spark, spark] }],
    ['size is "10g"', { size: "10g" }],
    ["identity.user is 0", { identity: { user: 0, group: 0 } }],
  ])("refuses with: %s", async (sentence, change) => {
    await expect(record(() => sharedVolume("harp", { ...share, ...change }))).rejects.toThrow(sentence);
  });
});

describe("volume handles", () => {
  it("take the server's name without regard to case, as Windows does", () => {
    const source = { server: "FILES", share: "harp", suffix: "a" };
    expect(volumeHandle(source)).toBe("files/harp##a");
  });

  it("that two shares have in common are refused", () => {
    const handle = volumeHandle({ server: "files", share: "harp", suffix: "a" });
    expect(() =>
      checkVolumeHandles([
        { name: "one", volumeHandles: [handle] },
        { name: "two", volumeHandles: [handle] },
      ]),
    ).toThrow('volumes.two.volumeHandle is "files/harp##a"; expected a handle of its own; "one" has it');
  });
});

describe("a folder of the node", () => {
  it("is bound to its claim without any class, and must exist", async () => {
    const run = await record(() => sharedVolume("harp", folder));
    const volume = run.manifest("PersistentVolume", "harp-spark-volume");
    expect(volume.spec).toMatchObject({
      storageClassName: "",
      hostPath: { path: "/srv/harp", type: "Directory" },
      persistentVolumeReclaimPolicy: "Retain",
    });
    expect(run.manifest("PersistentVolumeClaim", "harp-spark-claim").spec).toMatchObject({
      storageClassName: "",
      volumeName: nameOf(volume),
    });
  });

  it("is looked for on one node if that is named", async () => {
    const run = await record(() => sharedVolume("harp", { ...folder, node: "worker-1" }));
    expect(JSON.stringify(run.manifest("PersistentVolume", "harp-spark-volume"))).toContain(
      '{"key":"kubernetes.io/hostname","operator":"In","values":["worker-1"]}',
    );
  });

  it.each(["srv/harp", "/srv/../etc", "/"])("refuses the path %s", async (path) => {
    await expect(record(() => sharedVolume("harp", { ...folder, path }))).rejects.toThrow(`path is "${path}"`);
  });
});

describe("a volume of a StorageClass", () => {
  it("is claimed from the class by name, and the claim is kept when it leaves the stack", async () => {
    const run = await record(() => sharedVolume("harp", claimed));
    expect(run.manifest("PersistentVolumeClaim")).toMatchObject({
      metadata: { name: "harp", namespace: "dev-spark" },
      spec: { storageClassName: "nfs", accessModes: ["ReadWriteMany"], resources: { requests: { storage: "100Gi" } } },
    });
    expect(run.one("PersistentVolumeClaim").retainOnDelete).toBe(true);
    expect(run.result.readOnly).toBe(true);
  });

  it("refuses several namespaces, each of which would get files of its own, unless the volumes are there", async () => {
    const several = { ...claimed, mountIn: [spark, notebooks] };
    await expect(record(() => sharedVolume("harp", several))).rejects.toThrow(
      "expected an existing PersistentVolume for spark, notebooks: each claim would get files of its own",
    );
    const existingVolumes = { spark: "harp-a", notebooks: "harp-b" };
    const run = await record(() => sharedVolume("harp", { ...several, existingVolumes }));
    expect(run.manifest("PersistentVolumeClaim", "harp-notebooks-claim").spec).toMatchObject({ volumeName: "harp-b" });
  });

  it("refuses to write to a read-only claim", async () => {
    const contradiction = { ...claimed, readOnly: false, accessMode: "ReadOnlyMany" } as const;
    await expect(record(() => sharedVolume("harp", contradiction))).rejects.toThrow("expected ReadWriteMany");
  });
});

describe.each([share, folder, claimed])("any shared volume: $kind", (args) => {
  it("says so if a namespace doesn't mount it", async () => {
    const { result } = await record(() => sharedVolume("harp", args));
    expect(() => result.claimIn(namespaceReference("workflows", "dev"))).toThrow(
      'expected "dev-workflows" among them, since pods there mount the volume',
    );
  });

  it("knows its claims in a preview, and parents every object", async () => {
    const run = await record(() => sharedVolume("harp", args), { preview: true });
    expect(await valueOf(run.result.claimIn(spark))).toMatch(/^harp/);
    for (const each of run.resources.filter((r) => r.custom))
      expect(each.parent).toMatch(/hamilton:storage:\w+::harp$/);
  });
});
