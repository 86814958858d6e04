import { readFileSync } from "node:fs";
import * as kubernetes from "@pulumi/kubernetes";
import { secret } from "@pulumi/pulumi";
import type { PulumiFn } from "@pulumi/pulumi/automation";
import * as random from "@pulumi/random";
import { describe, expect, it } from "vitest";
import { foreignPlugins, kubeconfig, kubectl, provider, withStack } from "./stack";

describe("secrets", () => {
  it("stand in the state as ciphertext only, wherever the program puts them", () =>
    withStack(async (stack) => {
      const values = ["alpha-hunter", "beta-hunter", "gamma-hunter", "delta-hunter"];
      const program: PulumiFn = () => {
        const options = { provider: provider() };
        const named = (name: string) => ({ name, namespace: stack.namespace });
        const labels = { hidden: secret(values[1]!) };
        new kubernetes.core.v1.Secret("plain", { metadata: named("plain"), stringData: { key: values[0]! } }, options);
        new kubernetes.core.v1.ConfigMap(
          "map",
          { metadata: { ...named("map"), labels }, data: { key: secret(values[2]!) } },
          options,
        );
        const env = [
          { name: "A", value: "open" },
          { name: "B", value: secret(values[3]!) },
        ];
        const containers = [{ name: "main", image: "localhost/none:1", env }];
        const template = { metadata: { labels: { app: "a" } }, spec: { containers } };
        const spec = { replicas: 0, selector: { matchLabels: { app: "a" } }, template };
        new kubernetes.apps.v1.Deployment("pods", { metadata: named("pods"), spec }, options);
        return Promise.resolve();
      };
      expect((await stack.up(program)).failed).toBe(false);
      expect(kubectl("-n", stack.namespace, "get", "secret", "plain", "-o", "jsonpath={.data.key}")).toBe(
        btoa(values[0]!),
      );
      expect((await stack.up(program)).counts).toMatchObject({ same: 5 });
      await stack.refresh();
      for (const value of values) {
        expect(stack.stateFile).not.toContain(value);
        expect(stack.stateFile).not.toContain(btoa(value));
      }
    }));

  it("are left out of error messages", () =>
    withStack(async (stack) => {
      const program: PulumiFn = () => {
        const metadata = { name: "map", namespace: stack.namespace, labels: { bad: secret("not a label: hunter") } };
        new kubernetes.core.v1.ConfigMap("map", { metadata }, { provider: provider() });
        return Promise.resolve();
      };
      const run = await stack.up(program);
      expect(run.failed).toBe(true);
      expect(run.said).not.toContain("hunter");
    }));
});

describe("random", () => {
  it("makes values that stay until a keeper changes, a password as ciphertext only", () =>
    withStack(async (stack) => {
      const program =
        (keeper: string): PulumiFn =>
        () => {
          const keepers = { keeper };
          const args = { length: 24, special: true, overrideSpecial: "-_", minSpecial: 2, keepers };
          const password = new random.RandomPassword("password", args);
          const text = new random.RandomString("text", { length: 12, special: false, upper: false, keepers });
          const id = new random.RandomId("id", { byteLength: 4, prefix: "run-", keepers });
          const uuid = new random.RandomUuid("uuid", { keepers });
          return Promise.resolve({ password: password.result, text: text.result, hex: id.hex, uuid: uuid.result });
        };
      expect((await stack.preview(program("1"))).failed).toBe(false);
      const first = await stack.up(program("1"));
      expect(first.outputs.password).toMatch(/^[\w-]{24}$/);
      expect(first.outputs.text).toMatch(/^[a-z0-9]{12}$/);
      expect(first.outputs.hex).toMatch(/^run-[0-9a-f]{8}$/);
      expect(first.outputs.uuid).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
      expect(stack.stateFile).not.toContain(first.outputs.password);
      expect((await stack.refresh()).counts).toEqual({ same: 5 });
      expect((await stack.up(program("1"))).outputs).toEqual(first.outputs);
      const second = await stack.up(program("2"));
      expect(second.counts).toMatchObject({ replace: 4 });
      expect(second.outputs.password).not.toBe(first.outputs.password);
    }));

  it("gives a secret that a Kubernetes Secret can hold, previewed before it is known", () =>
    withStack(async (stack) => {
      const program: PulumiFn = () => {
        const password = new random.RandomPassword("password", { length: 16, special: false });
        const metadata = { name: "login", namespace: stack.namespace };
        new kubernetes.core.v1.Secret(
          "login",
          { metadata, stringData: { password: password.result } },
          { provider: provider() },
        );
        return Promise.resolve({ password: password.result });
      };
      expect((await stack.preview(program)).counts).toEqual({ create: 4 });
      const run = await stack.up(program);
      const held = kubectl("-n", stack.namespace, "get", "secret", "login", "-o", "jsonpath={.data.password}");
      expect(atob(held)).toBe(run.outputs.password);
      expect((await stack.preview(program)).counts).toEqual({ same: 4 });
    }));

  it.skipIf(foreignPlugins)("names the kinds it doesn't implement", () =>
    withStack(async (stack) => {
      const run = await stack.preview(() => {
        new random.RandomPet("pet");
        return Promise.resolve();
      });
      expect(run.said).toMatch(/random:index\/randomPet:RandomPet is not implemented by the offline plugin/);
    }),
  );
});

describe("providers", () => {
  it("keep their own settings: content or path of a kubeconfig, secret or plain, and a namespace each", () =>
    withStack(async (stack) => {
      kubectl("create", "namespace", `${stack.namespace}-b`);
      const content = readFileSync(kubeconfig, "utf8");
      const program: PulumiFn = () => {
        const byContent = provider({ kubeconfig: secret(content), namespace: stack.namespace }, "content");
        const byPath = provider({ kubeconfig, namespace: `${stack.namespace}-b` }, "path");
        new kubernetes.core.v1.ConfigMap(
          "one",
          { metadata: { name: "here" }, data: { by: "content" } },
          { provider: byContent },
        );
        new kubernetes.core.v1.ConfigMap(
          "two",
          { metadata: { name: "here" }, data: { by: "path" } },
          { provider: byPath },
        );
        return Promise.resolve();
      };
      try {
        expect((await stack.up(program)).failed).toBe(false);
        const by = (namespace: string) =>
          kubectl("-n", namespace, "get", "configmap", "here", "-o", "jsonpath={.data.by}");
        expect([by(stack.namespace), by(`${stack.namespace}-b`)]).toEqual(["content", "path"]);
        expect(stack.stateFile).not.toContain("client-key-data");
        expect((await stack.preview(program)).counts).toEqual({ same: 5 });
      } finally {
        await stack.destroy();
        kubectl("delete", "namespace", `${stack.namespace}-b`, "--wait=false");
      }
    }));

  it("name a kubeconfig, a context or a server that isn't there", () =>
    withStack(async (stack) => {
      const program =
        (settings: kubernetes.ProviderArgs): PulumiFn =>
        () => {
          const metadata = { name: "a", namespace: stack.namespace };
          new kubernetes.core.v1.ConfigMap("a", { metadata }, { provider: provider(settings) });
          return Promise.resolve();
        };
      expect((await stack.preview(program({ kubeconfig: "/nowhere/kubeconfig" }))).said).toMatch(
        /\/nowhere\/kubeconfig/,
      );
      expect((await stack.preview(program({ context: "elsewhere" }))).said).toMatch(/elsewhere/);
      const closed = readFileSync(kubeconfig, "utf8")
        .replace(/server: .*?(["}\n])/, 'server: "https://127.0.0.1:9"$1')
        .replace('""', '"');
      expect((await stack.preview(program({ kubeconfig: closed }))).said).toMatch(/127\.0\.0\.1:9/);
    }));
});

describe.skipIf(foreignPlugins)("a stack of the official plugin", () => {
  it("is refused with the reason by preview, refresh and destroy", () =>
    withStack(async (stack) => {
      const program: PulumiFn = () => {
        new kubernetes.core.v1.ConfigMap(
          "a",
          { metadata: { name: "a", namespace: stack.namespace } },
          { provider: provider() },
        );
        return Promise.resolve();
      };
      await stack.up(program);
      const ours = await stack.state();
      await stack.rewrite((resource) => {
        if (!resource.urn.endsWith("::a")) return resource;
        const outputs = { ...resource.outputs };
        delete outputs.__hamiltonOffline;
        return { ...resource, outputs: { ...outputs, __inputs: resource.inputs, __initialApiVersion: "v1" } };
      });
      for (const run of [await stack.preview(program), await stack.refresh(), await stack.destroy()])
        expect(run).toMatchObject({
          failed: true,
          said: expect.stringMatching(/last updated with the official/) as string,
        });
      await stack.rewrite((resource) => ours.find(({ urn }) => urn === resource.urn)!);
    }));
});
