import { describe, expect, it } from "vitest";
import type { Values } from "../../kubernetes/json";
import { needsReplacement } from "../../kubernetes/immutable-fields";

const object = (apiVersion: string, kind: string, rest: Values = {}): Values => ({ apiVersion, kind, ...rest });
const replaces = (before: Values, path: (string | number)[], mutable: string[] = [], after = before) =>
  needsReplacement({ path, kind: "update" }, before, after, mutable);

describe("a change needs a new object", () => {
  it.each([
    ["v1", "Service", ["metadata", "name"]],
    ["v1", "Service", ["metadata", "namespace"]],
    ["v1", "Service", ["spec", "clusterIP"]],
    ["apps/v1", "Deployment", ["spec", "selector", "matchLabels", "app"]],
    ["apps/v1", "Deployment", ["spec"]],
    ["apps/v1", "StatefulSet", ["spec", "volumeClaimTemplates", 0, "spec", "resources", "requests", "storage"]],
    ["apps/v1", "StatefulSet", ["spec", "serviceName"]],
    ["batch/v1", "Job", ["spec", "template", "spec", "containers", 0, "image"]],
    ["v1", "Pod", ["spec", "containers", 0, "command", 0]],
    ["v1", "PersistentVolumeClaim", ["spec", "storageClassName"]],
    ["v1", "PersistentVolume", ["spec", "csi", "volumeHandle"]],
    ["storage.k8s.io/v1", "StorageClass", ["reclaimPolicy"]],
    ["storage.k8s.io/v1", "StorageClass", ["volumeBindingMode"]],
    ["storage.k8s.io/v1", "CSIDriver", ["spec", "podInfoOnMount"]],
    ["rbac.authorization.k8s.io/v1", "RoleBinding", ["roleRef", "name"]],
    ["v1", "ConfigMap", ["data", "key"]],
    ["v1", "Secret", ["data"]],
    ["v1", "Secret", ["type"]],
  ])("%s %s %j", (apiVersion, kind, path) => expect(replaces(object(apiVersion, kind), path)).toBe(true));

  it("where another kind or group is asked for", () => {
    const before = object("extensions/v1", "Ingress");
    expect(replaces(before, ["apiVersion"], [], object("networking.k8s.io/v1", "Ingress"))).toBe(true);
    expect(replaces(before, ["kind"], [], object("extensions/v1", "Other"))).toBe(true);
  });

  it("where the old ConfigMap calls itself immutable, even if the provider calls them mutable", () => {
    expect(replaces(object("v1", "ConfigMap", { immutable: true }), ["data", "a"], ["/ConfigMap"])).toBe(true);
    expect(replaces(object("v1", "ConfigMap", { immutable: true }), ["immutable"], ["/ConfigMap"])).toBe(true);
  });
});

describe("a change is made in place", () => {
  it.each([
    ["apps/v1", "Deployment", ["spec", "replicas"]],
    ["apps/v1", "Deployment", ["spec", "template", "spec", "containers", 0, "image"]],
    ["apps/v1", "StatefulSet", ["spec", "template", "metadata", "labels", "a"]],
    ["v1", "Pod", ["spec", "containers", 0, "image"]],
    ["v1", "PersistentVolumeClaim", ["spec", "resources", "requests", "storage"]],
    ["v1", "Service", ["spec", "ports", 0, "port"]],
    ["v1", "Service", ["metadata", "labels", "name"]],
    ["storage.k8s.io/v1", "StorageClass", ["allowVolumeExpansion"]],
    ["example.org/v1", "Service", ["spec", "clusterIP"]],
    ["example.org/v1", "Secret", ["data", "a"]],
  ])("%s %s %j", (apiVersion, kind, path) => expect(replaces(object(apiVersion, kind), path)).toBe(false));

  it("for a kind that the provider calls mutable, and only for that one", () => {
    expect(replaces(object("v1", "Secret"), ["data", "a"], ["/Secret"])).toBe(false);
    expect(replaces(object("v1", "Secret"), ["data", "a"], ["/ConfigMap"])).toBe(true);
  });

  it("for another version of the same group", () => {
    const before = object("autoscaling/v1", "HorizontalPodAutoscaler");
    expect(replaces(before, ["apiVersion"], [], object("autoscaling/v2", "HorizontalPodAutoscaler"))).toBe(false);
  });
});
