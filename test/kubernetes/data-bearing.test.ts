import { describe, expect, it } from "vitest";
import { dataAccess, dataBearer } from "../../kubernetes/data-bearing";
import type { Manifest } from "../../kubernetes/manifest";

const object = (kind: string, name: string, namespace?: string, spec: object = {}, labels = {}): Manifest => ({
  ...{ apiVersion: "v1", kind, metadata: { name, namespace, labels }, spec },
});
const bearer = (manifest: Manifest, all: readonly Manifest[] = []) =>
  dataBearer({ type: `kubernetes:core/v1:${manifest.kind}`, manifest }, all);
const onClaim = { template: { spec: { volumes: [{ persistentVolumeClaim: { claimName: "data" } }] } } };
const credentials = { "app.kubernetes.io/component": "credentials" };

describe("data is gone with", () => {
  it.each([
    ["a volume", object("PersistentVolume", "harp"), "volume"],
    ["a claim", object("PersistentVolumeClaim", "harp", "spark"), "claim"],
    ["a StatefulSet with claims of its own", object("StatefulSet", "s", "n", { volumeClaimTemplates: [{}] }), "disks"],
    ["no StatefulSet on a claim made elsewhere", object("StatefulSet", "s", "n", onClaim), undefined],
    ["no Deployment", object("Deployment", "d", "n"), undefined],
    ["no Namespace by itself", object("Namespace", "n"), undefined],
    ["no Secret", object("Secret", "s", "n", {}, credentials), undefined],
  ])("%s", (_, manifest, expected) => {
    expect(bearer(manifest)).toBe(expected);
  });

  it.each([
    ["random:index/randomPassword:RandomPassword", "password"],
    ["aws:s3/bucketV2:BucketV2", "bucket"],
    ["aws:s3/bucketPolicy:BucketPolicy", undefined],
  ])("%s: %s", (type, expected) => {
    expect(dataBearer({ type }, [])).toBe(expected);
  });

  it("the Namespace that holds any of it, and no other", () => {
    const objects = [object("PersistentVolumeClaim", "harp", "spark"), object("Deployment", "d", "web")];
    expect(bearer(object("Namespace", "spark"), objects)).toBe("namespace");
    expect(bearer(object("Namespace", "web"), objects)).toBeUndefined();
    expect(bearer(object("Pod", "spark"), objects)).toBeUndefined();
  });
});

describe("data is worked on through", () => {
  it.each([
    ["a StatefulSet on a claim made elsewhere", object("StatefulSet", "s", "n", onClaim), "workload"],
    ["a Secret with credentials of a store", object("Secret", "s", "n", {}, credentials), "keys"],
    ["no StatefulSet without a claim", object("StatefulSet", "s", "n"), undefined],
    ["no other Secret", object("Secret", "s", "n"), undefined],
  ])("%s", (_, manifest, expected) => {
    expect(dataAccess(manifest)).toBe(expected);
  });
});
