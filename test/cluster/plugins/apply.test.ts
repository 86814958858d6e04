import * as kubernetes from "@pulumi/kubernetes";
import type { PulumiFn } from "@pulumi/pulumi/automation";
import { describe, expect, it } from "vitest";
import { kubectl, provider, type TestStack, withStack } from "./stack";

type Data = Record<string, string>;

const configMap =
  (stack: TestStack, data: Data, name = "settings", flags: kubernetes.ProviderArgs = {}) =>
  () => {
    const metadata = { name, namespace: stack.namespace };
    return Promise.resolve({
      settings: new kubernetes.core.v1.ConfigMap("settings", { metadata, data }, { provider: provider(flags) }),
    });
  };

const deployment =
  (
    stack: TestStack,
    spec: { replicas?: number; app?: string; image?: string },
    flags: kubernetes.ProviderArgs = {},
  ): PulumiFn =>
  () => {
    const labels = { app: spec.app ?? "web" };
    const containers = [{ name: "web", image: spec.image ?? "localhost/none:1" }];
    const metadata = { name: "web", namespace: stack.namespace, annotations: { "pulumi.com/skipAwait": "true" } };
    const template = { metadata: { labels }, spec: { containers } };
    const replicas = spec.replicas ?? 0;
    const args = { metadata, spec: { replicas, selector: { matchLabels: labels }, template } };
    new kubernetes.apps.v1.Deployment("web", args, { provider: provider(flags) });
    return Promise.resolve();
  };

const data = (stack: TestStack, name = "settings") =>
  JSON.parse(kubectl("-n", stack.namespace, "get", "configmap", name, "-o", "jsonpath={.data}")) as Data;
const uid = (stack: TestStack, object: string) =>
  kubectl("-n", stack.namespace, "get", object, "-o", "jsonpath={.metadata.uid}");

describe("create", () => {
  it("refuses an object that exists, in the preview too, and leaves it as it was", () =>
    withStack(async (stack) => {
      kubectl("-n", stack.namespace, "create", "configmap", "settings", "--from-literal=owner=somebody");
      for (const run of [
        await stack.preview(configMap(stack, { owner: "us" })),
        await stack.up(configMap(stack, { owner: "us" })),
      ]) {
        expect(run.failed).toBe(true);
        expect(run.said).toContain(`${stack.namespace}/settings`);
        expect(run.said).toMatch(/already exists/);
        expect(run.said).toMatch(/import/);
      }
      expect(data(stack)).toEqual({ owner: "somebody" });
    }));

  it("takes an object that an earlier stack kept, if the provider is told to", () =>
    withStack(async (stack) => {
      const kept = (owner: string, flags: kubernetes.ProviderArgs) => () => {
        const metadata = { name: "settings", namespace: stack.namespace };
        const options = { provider: provider(flags), retainOnDelete: true };
        new kubernetes.core.v1.ConfigMap("settings", { metadata, data: { owner } }, options);
        return Promise.resolve();
      };
      await stack.up(kept("us", {}));
      const before = uid(stack, "configmap/settings");
      expect((await stack.destroy()).failed).toBe(false);
      expect((await stack.up(kept("us again", {}))).said).toMatch(/PULUMI_K8S_UPSERT_EXISTING_OBJECTS=true/);
      const taken = await stack.up(kept("us again", { upsertExistingObjects: true }));
      expect(taken.failed, taken.said).toBe(false);
      expect(uid(stack, "configmap/settings")).toBe(before);
      expect(data(stack)).toEqual({ owner: "us again" });
    }));

  it("fails the preview of an object that the API server would refuse", () =>
    withStack(async (stack) => {
      const program = () => {
        const metadata = { name: "broken", namespace: stack.namespace };
        new kubernetes.core.v1.Service(
          "broken",
          { metadata, spec: { ports: [{ port: 99999 }] } },
          { provider: provider() },
        );
        return Promise.resolve();
      };
      const run = await stack.preview(program);
      expect(run.failed).toBe(true);
      expect(run.said).toMatch(/spec\.ports\[0\]\.port/);
    }));

  it("previews an object in a namespace that the same update makes, and makes both", () =>
    withStack(async (stack) => {
      const program = () => {
        const cluster = provider();
        const name = `${stack.namespace}-inner`;
        const inner = new kubernetes.core.v1.Namespace("inner", { metadata: { name } }, { provider: cluster });
        const metadata = { name: "settings", namespace: inner.metadata.name };
        new kubernetes.core.v1.ConfigMap("settings", { metadata, data: { a: "1" } }, { provider: cluster });
        return Promise.resolve();
      };
      const preview = await stack.preview(program);
      expect(preview).toMatchObject({ failed: false, counts: { create: 4 } });
      expect((await stack.up(program)).failed).toBe(false);
      expect((await stack.preview(program)).counts).toEqual({ same: 4 });
    }));

  it("makes a custom resource in the same update as its definition", () =>
    withStack(async (stack) => {
      const group = `${stack.namespace}.hamilton.test`;
      const program = () => {
        const options = { provider: provider() };
        const names = { plural: "widgets", singular: "widget", kind: "Widget" };
        const openAPIV3Schema = { type: "object", "x-kubernetes-preserve-unknown-fields": true };
        const versions = [{ name: "v1", served: true, storage: true, schema: { openAPIV3Schema } }];
        const spec = { group, scope: "Namespaced", names, versions };
        const metadata = { name: `widgets.${group}` };
        const crd = new kubernetes.apiextensions.v1.CustomResourceDefinition("widgets", { metadata, spec }, options);
        const widget = {
          apiVersion: `${group}/v1`,
          kind: "Widget",
          metadata: { name: "one", namespace: stack.namespace },
        };
        new kubernetes.apiextensions.CustomResource(
          "one",
          { ...widget, spec: { size: 3 } },
          { ...options, dependsOn: crd },
        );
        return Promise.resolve();
      };
      expect((await stack.preview(program)).failed).toBe(false);
      expect(await stack.up(program)).toMatchObject({ failed: false, counts: { create: 4 } });
      expect((await stack.preview(program)).counts).toEqual({ same: 4 });
    }));

  it.runIf(process.env.HAMILTON_PLUGIN_DIRECTORY === undefined)(
    "asks for a name, and names what it doesn't implement",
    () =>
      withStack(async (stack) => {
        const options = () => ({ provider: provider() });
        const metadata = { namespace: stack.namespace };
        const nameless = await stack.preview(() => {
          new kubernetes.core.v1.ConfigMap("nameless", { metadata }, options());
          return Promise.resolve();
        });
        expect(nameless.said).toMatch(/metadata\.name.*must be given/);
        const patch = await stack.preview(() => {
          new kubernetes.core.v1.ConfigMapPatch("patch", { metadata: { ...metadata, name: "a" } }, options());
          return Promise.resolve();
        });
        expect(patch.said).toMatch(/kubernetes:core\/v1:ConfigMapPatch is not implemented by the offline plugin/);
        const release = await stack.preview(() => {
          new kubernetes.helm.v3.Release("release", { chart: "minio" }, options());
          return Promise.resolve();
        });
        expect(release.said).toMatch(/kubernetes:helm\.sh\/v3:Release is not implemented by the offline plugin/);
        const group = await stack.preview(() => {
          new kubernetes.yaml.v2.ConfigGroup("group", { yaml: "a: 1" }, options());
          return Promise.resolve();
        });
        expect(group.said).toMatch(/kubernetes:yaml\/v2:ConfigGroup is not implemented by the offline plugin/);
        const rendering = await stack.preview(() => {
          const rendering = new kubernetes.Provider("rendering", { renderYamlToDirectory: "out" });
          new kubernetes.core.v1.ConfigMap("a", { metadata: { ...metadata, name: "a" } }, { provider: rendering });
          return Promise.resolve();
        });
        expect(rendering.said).toMatch(/renderYamlToDirectory is not implemented/);
      }),
  );
});

describe("update", () => {
  it("changes only what changed, in place, and removes what the program leaves out", () =>
    withStack(async (stack) => {
      await stack.up(configMap(stack, { kept: "1", changed: "1", dropped: "1" }));
      const before = uid(stack, "configmap/settings");
      const wanted = configMap(stack, { kept: "1", changed: "2", added: "1" });
      const preview = await stack.preview(wanted);
      expect(preview.counts).toMatchObject({ update: 1, same: 2 });
      expect(preview.differences.settings?.sort()).toEqual([
        "data.added add",
        "data.changed update",
        "data.dropped delete",
      ]);
      expect(data(stack)).toEqual({ kept: "1", changed: "1", dropped: "1" });
      expect((await stack.up(wanted)).failed).toBe(false);
      expect(data(stack)).toEqual({ kept: "1", changed: "2", added: "1" });
      expect(uid(stack, "configmap/settings")).toBe(before);
      expect((await stack.up(wanted)).counts).toEqual({ same: 3 });
    }));

  it("leaves labels of others alone", () =>
    withStack(async (stack) => {
      await stack.up(configMap(stack, { a: "1" }));
      kubectl("-n", stack.namespace, "annotate", "configmap", "settings", "by=hand");
      await stack.up(configMap(stack, { a: "2" }));
      expect(
        kubectl("-n", stack.namespace, "get", "configmap", "settings", "-o", "jsonpath={.metadata.annotations.by}"),
      ).toBe("hand");
    }));

  it("refuses a field that another manager holds, naming both, unless it may force", () =>
    withStack(async (stack) => {
      await stack.up(deployment(stack, { replicas: 0 }));
      kubectl("-n", stack.namespace, "scale", "deployment", "web", "--replicas=3");
      // A refresh shows the change by hand; the program then wants its own value back.
      await stack.refresh();
      const conflict = await stack.up(deployment(stack, { replicas: 0 }));
      expect(conflict.failed).toBe(true);
      expect(conflict.said).toMatch(/\.spec\.replicas/);
      expect(conflict.said).toMatch(/kubectl/);
      expect(conflict.said).toMatch(/patchForce/i);
      expect((await stack.up(deployment(stack, { replicas: 0 }, { enablePatchForce: true }))).failed).toBe(false);
      expect(kubectl("-n", stack.namespace, "get", "deployment", "web", "-o", "jsonpath={.spec.replicas}")).toBe("0");
    }));

  it("leaves a field to its manager where the program ignores its changes", () =>
    withStack(async (stack) => {
      const ignoring =
        (image: string): PulumiFn =>
        () => {
          const labels = { app: "web" };
          const annotations = { "pulumi.com/skipAwait": "true" };
          const metadata = { name: "web", namespace: stack.namespace, annotations };
          const template = { metadata: { labels }, spec: { containers: [{ name: "web", image }] } };
          const spec = { replicas: 0, selector: { matchLabels: labels }, template };
          const options = { provider: provider(), ignoreChanges: ["spec.replicas"] };
          new kubernetes.apps.v1.Deployment("web", { metadata, spec }, options);
          return Promise.resolve();
        };
      const field = (path: string) =>
        kubectl("-n", stack.namespace, "get", "deployment", "web", "-o", `jsonpath={${path}}`);
      await stack.up(ignoring("localhost/none:1"));
      kubectl("-n", stack.namespace, "scale", "deployment", "web", "--replicas=3");
      expect((await stack.up(ignoring("localhost/none:2"))).failed).toBe(false);
      expect(field(".spec.replicas")).toBe("3");
      expect(field(".spec.template.spec.containers[0].image")).toBe("localhost/none:2");
    }));

  it("makes an object again that somebody removed, where there is something to change", () =>
    withStack(async (stack) => {
      await stack.up(configMap(stack, { a: "1" }));
      kubectl("-n", stack.namespace, "delete", "configmap", "settings");
      expect((await stack.up(configMap(stack, { a: "2" }))).failed).toBe(false);
      expect(data(stack)).toEqual({ a: "2" });
      expect((await stack.refresh()).counts).toEqual({ same: 3 });
    }));

  it("replaces an object whose name changes, new before old", () =>
    withStack(async (stack) => {
      await stack.up(configMap(stack, { a: "1" }, "m1"));
      const preview = await stack.preview(configMap(stack, { a: "1" }, "m2"));
      expect(preview.counts).toMatchObject({ replace: 1 });
      expect(preview.differences.settings).toContain("metadata.name update-replace");
      const run = await stack.up(configMap(stack, { a: "1" }, "m2"));
      expect(run.steps.filter((step) => /create|delete/.test(step))).toEqual([
        "create-replacement settings",
        "delete-replaced settings",
      ]);
      expect(kubectl("-n", stack.namespace, "get", "configmap", "m1", "--ignore-not-found")).toBe("");
    }));

  it("replaces an object whose immutable field changes, old before new, and previews it", () =>
    withStack(async (stack) => {
      const made = await stack.up(deployment(stack, { app: "web" }));
      expect(made.failed, made.said).toBe(false);
      const before = uid(stack, "deployment/web");
      const preview = await stack.preview(deployment(stack, { app: "other" }));
      expect(preview).toMatchObject({ failed: false, counts: { replace: 1 } });
      expect(preview.differences.web).toContain("spec.selector.matchLabels.app update-replace");
      const run = await stack.up(deployment(stack, { app: "other" }));
      expect(run.failed, run.said).toBe(false);
      const [first, second] = ["delete-replaced web", "create-replacement web"].map((step) => run.steps.indexOf(step));
      expect(first).toBeLessThan(second!);
      expect(uid(stack, "deployment/web")).not.toBe(before);
    }));

  it("replaces a changed ConfigMap unless the provider calls ConfigMaps mutable", () =>
    withStack(async (stack) => {
      const flags = { enableConfigMapMutable: false };
      await stack.up(configMap(stack, { a: "1" }, "settings", flags));
      expect((await stack.preview(configMap(stack, { a: "2" }, "settings", flags))).counts).toMatchObject({
        replace: 1,
      });
      const mutable = configMap(stack, { a: "2" }, "settings", { enableConfigMapMutable: true });
      expect((await stack.preview(mutable)).counts).not.toHaveProperty("replace");
    }));

  it("never takes back an object whose pending delete a broken-off update left behind", () =>
    withStack(async (stack) => {
      const failing = (name: string, broken: boolean) => async () => {
        const { settings } = await configMap(stack, { a: "1" }, name)();
        if (!broken) return;
        const metadata = { name: "broken", namespace: stack.namespace };
        const other = provider({}, "other");
        new kubernetes.core.v1.Service(
          "broken",
          { metadata, spec: { ports: [{ port: 99999 }] } },
          { provider: other, dependsOn: settings },
        );
      };
      await stack.up(failing("m1", false));
      expect((await stack.up(failing("m2", true))).failed).toBe(true);
      const pending = (await stack.state()).filter((resource) => resource.delete);
      expect(pending.length).toBe(1);
      // m1 awaits its deletion: going back to that name is refused as long as the old m1 stands …
      expect((await stack.up(failing("m1", false))).said).toMatch(/already exists/);
      // … and when it stands no more, the pending delete doesn't take the new one with it.
      kubectl("-n", stack.namespace, "delete", "configmap", "m1");
      expect((await stack.up(failing("m1", false))).failed).toBe(false);
      expect(data(stack, "m1")).toEqual({ a: "1" });
      expect((await stack.state()).filter((resource) => resource.delete)).toEqual([]);
    }));
});
