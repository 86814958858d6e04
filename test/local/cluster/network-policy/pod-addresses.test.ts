import type { V1Pod } from "@kubernetes/client-node";
import { describe, expect, it } from "vitest";
import { podsWithAddress } from "../../../../local/cluster/network-policy/pod-addresses";

function pod(name: string, more: Partial<V1Pod> & { address?: string; phase?: string; age?: number } = {}): V1Pod {
  const { address, phase = "Running", age = 0, ...rest } = more;
  const creationTimestamp = new Date(Date.UTC(2026, 0, 1) - age * 1000);
  return {
    metadata: { namespace: "spark", name, uid: `uid-${name}`, creationTimestamp, labels: { app: name } },
    spec: { containers: [{ name: "main" }] },
    status: { phase, podIP: address },
    ...rest,
  };
}

const namesAndAddresses = (pods: V1Pod[], announced: Parameters<typeof podsWithAddress>[1] = []): string[] =>
  podsWithAddress(pods, announced).map((entry) => `${entry.name} ${entry.address}`);

describe("the pods that hold an address", () => {
  it("are those whose status shows one", () => {
    expect(namesAndAddresses([pod("a", { address: "10.89.0.2" }), pod("pending")])).toEqual(["a 10.89.0.2"]);
  });

  it("do not include pods on the host's network", () => {
    const spec = { hostNetwork: true, containers: [{ name: "main" }] };
    expect(namesAndAddresses([pod("a", { address: "10.88.0.2", spec })])).toEqual([]);
  });

  it.each(["Succeeded", "Failed"])(
    "do not include a pod that has %s, whose address may be another's by now",
    (phase) => {
      expect(namesAndAddresses([pod("done", { address: "10.89.0.2", phase })])).toEqual([]);
    },
  );

  it("include a pod whose address was announced before its status shows it", () => {
    const announced = [{ namespace: "spark", name: "a", uid: "uid-a", address: "10.89.0.9" }];
    expect(namesAndAddresses([pod("a", { phase: "Pending" })], announced)).toEqual(["a 10.89.0.9"]);
  });

  it("give an address that two claim to the younger pod", () => {
    const pods = [pod("young", { address: "10.89.0.2", age: 5 }), pod("old", { address: "10.89.0.2", age: 60 })];
    expect(namesAndAddresses(pods)).toEqual(["young 10.89.0.2"]);
    expect(namesAndAddresses(pods.reverse())).toEqual(["young 10.89.0.2"]);
  });

  it("give an address that two claim to the one it was announced for", () => {
    const pods = [pod("old", { age: 60 }), pod("young", { address: "10.89.0.2" })];
    const announced = [{ namespace: "spark", name: "old", uid: "uid-old", address: "10.89.0.2" }];
    expect(namesAndAddresses(pods, announced)).toEqual(["old 10.89.0.2"]);
  });

  it("tell their named ports, those of sidecars included and those of ordinary init containers not", () => {
    const port = (name: string, containerPort: number): { name: string; containerPort: number } => ({
      name,
      containerPort,
    });
    const spec = {
      containers: [{ name: "main", ports: [port("http", 8080), { containerPort: 9000 }] }],
      initContainers: [
        { name: "sidecar", restartPolicy: "Always", ports: [port("metrics", 9100)] },
        { name: "setup", ports: [port("setup", 1)] },
      ],
    };
    expect(podsWithAddress([pod("a", { address: "10.89.0.2", spec })], [])[0]?.namedPorts).toEqual([
      { name: "http", protocol: "TCP", port: 8080 },
      { name: "metrics", protocol: "TCP", port: 9100 },
    ]);
  });
});
