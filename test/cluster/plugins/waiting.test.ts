import * as kubernetes from "@pulumi/kubernetes";
import type { CustomResourceOptions } from "@pulumi/pulumi";
import type { PulumiFn } from "@pulumi/pulumi/automation";
import { describe, expect, it } from "vitest";
import { kubectl, provider, type TestStack, withStack } from "./stack";

type Seconds = { create?: string; update?: string };

const claim =
  (stack: TestStack, storageClassName: string, options: CustomResourceOptions = {}, annotations = {}): PulumiFn =>
  () => {
    const metadata = { name: "claim", namespace: stack.namespace, annotations };
    const spec = { storageClassName, accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Mi" } } };
    new kubernetes.core.v1.PersistentVolumeClaim("claim", { metadata, spec }, { provider: provider(), ...options });
    return Promise.resolve();
  };

const unschedulable =
  (stack: TestStack, kind: "Deployment" | "Job" | "StatefulSet", customTimeouts: Seconds): PulumiFn =>
  () => {
    const options = { provider: provider(), customTimeouts };
    const labels = { app: "stuck" };
    const metadata = { name: "stuck", namespace: stack.namespace };
    const containers = [{ name: "main", image: "localhost/none:1", imagePullPolicy: "Never" }];
    const nodeSelector = { "hamilton.test/nowhere": "true" };
    const template = { metadata: { labels }, spec: { containers, nodeSelector } };
    const selector = { matchLabels: labels };
    if (kind === "Deployment")
      new kubernetes.apps.v1.Deployment("stuck", { metadata, spec: { selector, template } }, options);
    if (kind === "StatefulSet")
      new kubernetes.apps.v1.StatefulSet(
        "stuck",
        { metadata, spec: { serviceName: "stuck", selector, template } },
        options,
      );
    const forever = { ...template, spec: { ...template.spec, restartPolicy: "Never" } };
    if (kind === "Job") new kubernetes.batch.v1.Job("stuck", { metadata, spec: { template: forever } }, options);
    return Promise.resolve();
  };

const stateOf = async (stack: TestStack, name: string) =>
  (await stack.state()).find((resource) => resource.urn.endsWith(`::${name}`));

describe("waiting", () => {
  it.each(["Deployment", "StatefulSet", "Job"] as const)(
    "for a %s ends with the pod's reason when time is up, keeps the object in the state and takes up the wait again",
    (kind) =>
      withStack(async (stack) => {
        const run = await stack.up(unschedulable(stack, kind, { create: "4s", update: "3s" }));
        expect(run.failed).toBe(true);
        expect(run.said).toMatch(/Unschedulable|not done after 4 s/);
        expect(run.said).toMatch(/waiting: /);
        const kept = await stateOf(stack, "stuck");
        expect(kept?.outputs).toHaveProperty("metadata.uid");
        expect(kept?.initErrors?.join()).toMatch(/not done after 4 s/);
        expect((await stack.preview(unschedulable(stack, kind, { create: "4s", update: "3s" }))).counts).toMatchObject({
          update: 1,
        });
      }),
  );

  it("for a Job fails at once when the Job has failed", () =>
    withStack(async (stack) => {
      const job: PulumiFn = () => {
        const metadata = { name: "late", namespace: stack.namespace };
        const containers = [{ name: "main", image: "localhost/none:1" }];
        const template = {
          spec: { containers, restartPolicy: "Never", nodeSelector: { "hamilton.test/nowhere": "true" } },
        };
        new kubernetes.batch.v1.Job(
          "late",
          { metadata, spec: { activeDeadlineSeconds: 2, template } },
          { provider: provider() },
        );
        return Promise.resolve();
      };
      const run = await stack.up(job);
      expect(run.failed).toBe(true);
      expect((await stateOf(stack, "late"))?.initErrors?.join()).toMatch(/DeadlineExceeded/);
    }));

  it("for a claim of a class that binds late doesn't wait, for any other it does", () =>
    withStack(async (stack) => {
      const className = `${stack.namespace}-late`;
      const late: PulumiFn = async () => {
        const args = { provisioner: "hamilton.test/none", volumeBindingMode: "WaitForFirstConsumer" };
        const cluster = provider({}, "classes");
        const made = new kubernetes.storage.v1.StorageClass(
          "late",
          { metadata: { name: className }, ...args },
          { provider: cluster },
        );
        await claim(stack, className, { dependsOn: made })();
      };
      expect((await stack.up(late)).failed).toBe(false);
      const never = claim(stack, "none-such", { customTimeouts: { create: "2s" }, replaceOnChanges: [] });
      const run = await stack.up(never);
      expect(run.failed).toBe(true);
      expect(run.said).toMatch(/not bound: there is no StorageClass none-such/);
    }));

  it("is left out by annotation, and cut short by annotation", () =>
    withStack(async (stack) => {
      const started = Date.now();
      const skipped = claim(stack, "none-such", {}, { "pulumi.com/skipAwait": "true" });
      expect((await stack.up(skipped)).failed).toBe(false);
      await stack.destroy();
      const hasty = claim(stack, "none-such", {}, { "pulumi.com/timeoutSeconds": "2" });
      expect((await stack.up(hasty)).said).toMatch(/not done after 2 s/);
      expect(Date.now() - started).toBeLessThan(60_000);
    }));

  it("stops when the user cancels, with the object in the state and the next run usable", () =>
    withStack(async (stack) => {
      const cancelling = new AbortController();
      const long = unschedulable(stack, "Deployment", { create: "10m", update: "2s" });
      const started = Date.now();
      const updating = stack.up(long, cancelling.signal);
      while (!kubectl("-n", stack.namespace, "get", "deployments", "-o", "name"))
        await new Promise((done) => setTimeout(done, 200));
      cancelling.abort();
      expect((await updating).failed).toBe(true);
      expect(Date.now() - started).toBeLessThan(60_000);
      expect((await stateOf(stack, "stuck"))?.outputs).toHaveProperty("metadata.uid");
      expect((await stack.preview(long)).failed).toBe(false);
    }));

  it("for a Service without pods doesn't wait", () =>
    withStack(async (stack) => {
      const service: PulumiFn = () => {
        const metadata = { name: "web", namespace: stack.namespace };
        const spec = { selector: { app: "nobody" }, ports: [{ port: 80 }] };
        new kubernetes.core.v1.Service("web", { metadata, spec }, { provider: provider() });
        return Promise.resolve();
      };
      const run = await stack.up(service);
      expect(run.failed).toBe(false);
      expect((await stack.preview(service)).counts).toEqual({ same: 3 });
      expect((await stack.refresh()).counts).toEqual({ same: 3 });
    }));
});
