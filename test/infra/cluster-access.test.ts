import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { clusterAddress, findClusterAccess } from "../../infra/cluster-access";

const kubeconfig = (cluster: object) =>
  stringify({
    clusters: [{ name: "c", cluster }],
    contexts: [
      { name: "one", context: { cluster: "c" } },
      { name: "lost", context: { cluster: "gone" } },
    ],
  });
const nothing = (path: string): Buffer => {
  throw new Error(`read ${path}`);
};

describe("the address of a cluster", () => {
  it("comes from the context's cluster, with its certificates", () => {
    const text = kubeconfig({ server: "https://10.0.0.1:6443", "certificate-authority-data": "Y2E=" });
    expect(clusterAddress(text, { context: "one" }, nothing)).toEqual({
      server: "https://10.0.0.1:6443",
      certificateAuthorityData: "Y2E=",
    });
  });

  it("has the certificates of the file that a kubeconfig names", () => {
    const text = kubeconfig({ server: "https://10.0.0.1:6443", "certificate-authority": "ca.crt" });
    const read = (path: string) => Buffer.from(`PEM of ${path}`);
    expect(clusterAddress(text, { context: "one" }, read).certificateAuthorityData).toBe(
      Buffer.from("PEM of ca.crt").toString("base64"),
    );
  });

  it("names its port, which Spark asks for", () => {
    const text = kubeconfig({ server: "https://kubernetes.example.com/" });
    expect(clusterAddress(text, { context: "one" }, nothing)).toEqual({ server: "https://kubernetes.example.com:443" });
  });

  it("is the outside one where the stack file gives one", () => {
    const text = kubeconfig({ server: "https://10.0.0.1:6443" });
    const selection = { context: "one", outsideAddress: "https://out.example.com:8443" };
    expect(clusterAddress(text, selection, nothing).server).toBe("https://out.example.com:8443");
  });

  it.each([
    ["an unknown context", kubeconfig({ server: "https://a:1" }), "two", /has no context "two".*it has lost, one\./],
    ["a context without a cluster", kubeconfig({ server: "https://a:1" }), "lost", /"lost" leads to no cluster/],
    ["a cluster without an address", kubeconfig({}), "one", /"one" leads to no cluster with a server address/],
    ["text that is no YAML", "a: [", "one", /the kubeconfig is no YAML/],
    ["an empty text", "", "one", /the kubeconfig is empty/],
  ])("of %s is an error that says so", (_, text, context, message) => {
    expect(() => clusterAddress(text, { context }, nothing)).toThrow(message);
  });
});

describe("the kubeconfig", () => {
  const folder = mkdtempSync(join(tmpdir(), "hamilton-kubeconfig-"));
  const file = join(folder, "config");
  writeFileSync(file, kubeconfig({ server: "https://10.0.0.1:6443" }));

  it("is the first file of KUBECONFIG that exists", () => {
    const KUBECONFIG = [join(folder, "missing"), file].join(delimiter);
    expect(findClusterAccess({ context: "one" }, { KUBECONFIG }).kubeconfig).toBe(file);
  });

  it("is the stack file's, if that names one", () => {
    expect(findClusterAccess({ context: "one", kubeconfig: file }, {}).kubeconfig).toBe(file);
  });

  it("that isn't there is an error that names the places", () => {
    const missing = join(folder, "missing");
    expect(() => findClusterAccess({ context: "one" }, { KUBECONFIG: missing })).toThrow(
      `There is no kubeconfig at ${missing}: set KUBECONFIG, or hamilton:cluster.kubeconfig.`,
    );
  });
});
