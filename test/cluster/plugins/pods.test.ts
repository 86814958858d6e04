import * as kubernetes from "@pulumi/kubernetes";
import type { PulumiFn } from "@pulumi/pulumi/automation";
import { describe, expect, it } from "vitest";
import { kubectl, provider, type TestStack, withStack } from "./stack";

/** An image that the node has: the one its pods' sandboxes are made of. */
const pause = () => {
  const images = JSON.parse(kubectl("get", "nodes", "-o", "jsonpath={.items[0].status.images}")) as {
    names: string[];
  }[];
  const found = images.flatMap(({ names }) => names).find((name) => /pause:/.test(name));
  if (!found) throw new Error("the node has no pause image");
  return found;
};

const securityContext = {
  allowPrivilegeEscalation: false,
  runAsNonRoot: true,
  runAsUser: 1000,
  capabilities: { drop: ["ALL"] },
  seccompProfile: { type: "RuntimeDefault" },
};

const web =
  (stack: TestStack, container: { image: string; command?: string[] }, create = "60s"): PulumiFn =>
  () => {
    const options = { provider: provider(), customTimeouts: { create, update: create } };
    const metadata = { name: "web", namespace: stack.namespace };
    const labels = { app: "web" };
    const resources = { requests: { cpu: "1m", memory: "1Mi" } };
    const containers = [{ name: "main", imagePullPolicy: "IfNotPresent", securityContext, resources, ...container }];
    const template = { metadata: { labels }, spec: { containers } };
    const selector = { matchLabels: labels };
    const deployment = new kubernetes.apps.v1.Deployment("web", { metadata, spec: { selector, template } }, options);
    const ports = [{ port: 80 }];
    new kubernetes.core.v1.Service(
      "web",
      { metadata, spec: { selector: labels, ports } },
      { ...options, dependsOn: deployment },
    );
    return Promise.resolve({ ready: deployment.status.readyReplicas });
  };

describe("waiting for real pods", () => {
  it("ends when the Deployment's pod runs and its Service has an endpoint", () =>
    withStack(async (stack) => {
      const run = await stack.up(web(stack, { image: pause() }));
      expect(run).toMatchObject({ failed: false, outputs: { ready: 1 } });
      expect(run.said).toMatch(/waiting: 0 of 1 ready/);
      expect((await stack.preview(web(stack, { image: pause() }))).counts).toEqual({ same: 4 });
      expect((await stack.refresh()).counts).toEqual({ same: 4 });
    }));

  it("tells that an image can't be had", () =>
    withStack(async (stack) => {
      const run = await stack.up(web(stack, { image: "localhost/none-such:1" }, "15s"));
      expect(run.failed).toBe(true);
      expect(run.said).toMatch(/container main: (ErrImagePull|ImagePullBackOff)/);
    }));

  it("tells why a container ends", () =>
    withStack(async (stack) => {
      const run = await stack.up(web(stack, { image: pause(), command: ["/none-such"] }, "15s"));
      expect(run.failed).toBe(true);
      expect(run.said).toMatch(/container main: .*none-such/s);
    }));
});
