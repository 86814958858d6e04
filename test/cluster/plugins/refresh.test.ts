import * as kubernetes from "@pulumi/kubernetes";
import type { PulumiFn } from "@pulumi/pulumi/automation";
import { describe, expect, it } from "vitest";
import { kubectl, provider, type TestStack, withStack } from "./stack";

const quota =
  (stack: TestStack): PulumiFn =>
  () => {
    const metadata = { name: "quota", namespace: stack.namespace, labels: { "app.kubernetes.io/name": "quota" } };
    const hard = { "requests.cpu": "0.001", "requests.memory": "1024Ki", pods: "5" };
    new kubernetes.core.v1.ResourceQuota("quota", { metadata, spec: { hard } }, { provider: provider() });
    return Promise.resolve();
  };

const imported =
  (stack: TestStack, hard: Record<string, string>, withImport = true): PulumiFn =>
  () => {
    const metadata = { name: "theirs", namespace: stack.namespace };
    const options = { provider: provider(), ...(withImport ? { import: `${stack.namespace}/theirs` } : {}) };
    new kubernetes.core.v1.ResourceQuota("theirs", { metadata, spec: { hard } }, options);
    return Promise.resolve();
  };

const spec = (stack: TestStack, name: string) =>
  JSON.parse(kubectl("-n", stack.namespace, "get", "resourcequota", name, "-o", "jsonpath={.spec}")) as {
    hard: object;
  };

describe("refresh", () => {
  it("finds nothing where nobody changed anything, however the program spells its quantities", () =>
    withStack(async (stack) => {
      await stack.up(quota(stack));
      kubectl("-n", stack.namespace, "create", "serviceaccount", "noise");
      const run = await stack.refresh();
      expect(run.counts).toEqual({ same: 3 });
      expect((await stack.preview(quota(stack))).counts).toEqual({ same: 3 });
    }));

  it("finds what somebody changed or took away, not what others added, and an up puts it right", () =>
    withStack(async (stack) => {
      await stack.up(quota(stack));
      const patch = { spec: { hard: { pods: "9", services: "2", "requests.memory": null } } };
      kubectl("-n", stack.namespace, "patch", "resourcequota", "quota", "--type=merge", "-p", JSON.stringify(patch));
      const run = await stack.refresh();
      expect(run.counts).toMatchObject({ update: 1 });
      expect(run.differences.quota?.map((each) => each.split(" ")[0]).sort()).toEqual(
        ["spec.hard.pods", 'spec.hard["requests.memory"]'].sort(),
      );
      const again: PulumiFn = () => {
        const metadata = { name: "quota", namespace: stack.namespace, labels: { "app.kubernetes.io/name": "quota" } };
        const hard = { "requests.cpu": "0.001", "requests.memory": "1024Ki", pods: "5" };
        const forced = { enablePatchForce: true };
        new kubernetes.core.v1.ResourceQuota("quota", { metadata, spec: { hard } }, { provider: provider(forced) });
        return Promise.resolve();
      };
      expect((await stack.up(again)).failed).toBe(false);
      expect(spec(stack, "quota").hard).toMatchObject({ "requests.cpu": "1m", "requests.memory": "1Mi", pods: "5" });
      expect((await stack.refresh()).counts).toEqual({ same: 3 });
    }));

  it("notices that an object is gone, and the next up makes it again", () =>
    withStack(async (stack) => {
      await stack.up(quota(stack));
      kubectl("-n", stack.namespace, "delete", "resourcequota", "quota");
      expect((await stack.refresh()).counts).toMatchObject({ delete: 1 });
      expect((await stack.up(quota(stack))).counts).toMatchObject({ create: 1 });
    }));
});

describe("import", () => {
  it("takes over an object as it is, spelt as the program likes, and manages it from then on", () =>
    withStack(async (stack) => {
      kubectl("-n", stack.namespace, "create", "quota", "theirs", "--hard=requests.cpu=1m,pods=5");
      const same = { "requests.cpu": "0.001", pods: "5" };
      expect(await stack.up(imported(stack, same))).toMatchObject({ failed: false, counts: { import: 1 } });
      expect((await stack.up(imported(stack, same, false))).failed).toBe(false);
      const changed = imported(stack, { "requests.cpu": "1m", pods: "5", services: "1" }, false);
      expect((await stack.up(changed)).failed).toBe(false);
      expect(spec(stack, "theirs").hard).toEqual({ "requests.cpu": "1m", pods: "5", services: "1" });
      expect((await stack.preview(changed)).counts).toEqual({ same: 3 });
    }));

  it("doesn't take a field from another manager on the way", () =>
    withStack(async (stack) => {
      kubectl("-n", stack.namespace, "create", "quota", "theirs", "--hard=pods=5");
      const run = await stack.up(imported(stack, { pods: "6" }));
      expect(run.failed).toBe(true);
      expect(run.said).toMatch(/kubectl-create|do not match the existing resource/);
      expect(spec(stack, "theirs").hard).toEqual({ pods: "5" });
    }));

  it("says that there is nothing to import", () =>
    withStack(async (stack) => {
      expect((await stack.up(imported(stack, { pods: "6" }))).said).toMatch(/does not exist/);
    }));
});

describe("get", () => {
  const get =
    (stack: TestStack, name: string): PulumiFn =>
    () => {
      const found = kubernetes.core.v1.ConfigMap.get("found", `${stack.namespace}/${name}`, { provider: provider() });
      return Promise.resolve({ owner: found.data.owner });
    };

  it("reads an object without owning it", () =>
    withStack(async (stack) => {
      kubectl("-n", stack.namespace, "create", "configmap", "theirs", "--from-literal=owner=somebody");
      const run = await stack.up(get(stack, "theirs"));
      expect(run.outputs).toEqual({ owner: "somebody" });
      await stack.destroy();
      expect(kubectl("-n", stack.namespace, "get", "configmap", "theirs", "-o", "name")).toBe("configmap/theirs");
    }));

  it("fails for an object that isn't there", () =>
    withStack(async (stack) => {
      expect(await stack.up(get(stack, "nobody"))).toMatchObject({ failed: true });
    }));
});

describe("delete", () => {
  it("takes an object that is already gone as deleted", () =>
    withStack(async (stack) => {
      await stack.up(quota(stack));
      kubectl("-n", stack.namespace, "delete", "resourcequota", "quota");
      expect((await stack.destroy()).failed).toBe(false);
    }));

  it("leaves a newer object of the same name alone, and says so", () =>
    withStack(async (stack) => {
      await stack.up(quota(stack));
      kubectl("-n", stack.namespace, "delete", "resourcequota", "quota");
      kubectl("-n", stack.namespace, "create", "quota", "quota", "--hard=pods=1");
      const run = await stack.destroy();
      expect(run.failed).toBe(false);
      expect(run.said).toMatch(/newer object/);
      expect(spec(stack, "quota").hard).toEqual({ pods: "1" });
    }));

  it("waits until the object is gone, and names the finalizers that hold it when time is up", () =>
    withStack(async (stack) => {
      const metadata = { name: "held", namespace: stack.namespace, finalizers: ["hamilton.test/hold"] };
      const held: PulumiFn = () => {
        const options = { provider: provider(), customTimeouts: { delete: "2s" } };
        new kubernetes.core.v1.ConfigMap("held", { metadata }, options);
        return Promise.resolve();
      };
      await stack.up(held);
      const run = await stack.destroy();
      kubectl(
        "-n",
        stack.namespace,
        "patch",
        "configmap",
        "held",
        "--type=merge",
        "-p",
        '{"metadata":{"finalizers":null}}',
      );
      expect(run.failed).toBe(true);
      expect(run.said).toContain("hamilton.test/hold");
      expect((await stack.state()).some((resource) => resource.urn.endsWith("::held"))).toBe(true);
    }));
});
