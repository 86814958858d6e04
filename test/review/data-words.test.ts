import { describe, expect, it } from "vitest";
import { dataHeldBy } from "../../review/data-words";
import { object, store } from "./examples";

const share = object("v1 PersistentVolume", "harp", {
  spec: { csi: { volumeAttributes: { source: "//files.example.com/harp" } } },
});
const single = object("apps/v1 StatefulSet", "storage/store-minio", {
  labels: { "app.kubernetes.io/name": "minio" },
  spec: { template: { spec: { volumes: [{ name: "data", persistentVolumeClaim: { claimName: "store-data" } }] } } },
});
const claim = (named: string, spec = {}) => object("v1 PersistentVolumeClaim", named, { spec });

describe("data hangs on", () => {
  it.each([
    ["a volume on a share", share, "stands for the share //files.example.com/harp"],
    [
      "a volume on a node's folder",
      object("v1 PersistentVolume", "lake", { spec: { hostPath: { path: "/srv/lake" } } }),
      "stands for the folder /srv/lake of the nodes",
    ],
    [
      "a claim on such a volume",
      claim("spark/harp", { volumeName: "harp" }),
      "is the claim on the share //files.example.com/harp",
    ],
    ["a claim that the store works on", claim("storage/store-data"), "holds the object store's disk"],
    [
      "the home of a notebook",
      object("v1 PersistentVolumeClaim", "notebooks-a/a-home", {
        labels: { "app.kubernetes.io/name": "jupyter", "app.kubernetes.io/instance": "a" },
        spec: {},
      }),
      "is the home of notebook a",
    ],
    [
      "the server of a notebook",
      object("apps/v1 StatefulSet", "notebooks-a/a", {
        labels: { "app.kubernetes.io/name": "jupyter", "app.kubernetes.io/instance": "a" },
        spec: { template: { spec: { volumes: [{ persistentVolumeClaim: { claimName: "a-home" } }] } } },
      }),
      "works in the home of notebook a, claim a-home",
    ],
    ["a claim of nobody known", claim("spark/scratch"), "holds the data of a volume"],
    ["a StatefulSet with disks", store(), "holds the object store's disks"],
    ["a StatefulSet on one claim", single, "works on the object store's disk, claim store-data"],
    [
      "the namespace that holds them",
      object("v1 Namespace", "storage"),
      "holds StatefulSet storage/store-minio and 1 more with data",
    ],
    [
      "the store's Secret",
      object("v1 Secret", "storage/store-root", { labels: { "app.kubernetes.io/name": "object-store" } }),
      "holds the object store's keys",
    ],
  ])("%s", (_case, manifest, said) => {
    const all = [share, single, claim("storage/store-data")];
    expect(dataHeldBy({ type: `kubernetes:x:${manifest.kind}`, manifest }, all)).toBe(said);
  });

  it.each([
    ["random:index/randomPassword:RandomPassword", /password/],
    ["aws:s3/bucket:Bucket", /bucket/],
    ["aws:s3/bucketV2:BucketV2", /bucket/],
    ["minio:index/s3Bucket:S3Bucket", /bucket/],
  ])("%s", (type, said) => {
    expect(dataHeldBy({ type }, [])).toMatch(said);
  });
});

describe("no data hangs on", () => {
  it.each([
    object("v1 Namespace", "empty"),
    object("apps/v1 Deployment", "storage/console", { spec: {} }),
    object("apps/v1 StatefulSet", "other/cache", { spec: { template: { spec: {} } } }),
    object("v1 Secret", "spark/image-pull"),
    object("v1 ConfigMap", "storage/settings"),
  ])("$kind $metadata.name", (manifest) => {
    expect(dataHeldBy({ type: `kubernetes:x:${manifest.kind}`, manifest }, [store()])).toBeUndefined();
  });
});
