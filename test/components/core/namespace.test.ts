import { describe, expect, it } from "vitest";
import { PlatformNamespace } from "../../../components/core/namespace";
import { isManifest, isSecret, record, valueOf } from "../../../review/recording";

describe("PlatformNamespace", () => {
  it("enforces, warns of and audits Pod Security's level restricted", async () => {
    const run = await record(() => new PlatformNamespace("spark", { podSecurityVersion: "v1.34" }));
    expect(run.manifest("Namespace").metadata).toMatchObject({
      name: "spark",
      labels: {
        "pod-security.kubernetes.io/enforce": "restricted",
        "pod-security.kubernetes.io/enforce-version": "v1.34",
        "pod-security.kubernetes.io/warn": "restricted",
        "pod-security.kubernetes.io/audit": "restricted",
      },
    });
  });

  it("can't be talked out of its Pod Security level by extra labels", async () => {
    const labels = { "pod-security.kubernetes.io/enforce": "privileged", team: "harp" };
    const run = await record(() => new PlatformNamespace("spark", { labels }));
    expect(run.manifest("Namespace").metadata).toMatchObject({
      labels: { "pod-security.kubernetes.io/enforce": "restricted", team: "harp" },
    });
  });

  it("puts the stack's prefix before its name, in every object", async () => {
    const run = await record(() => new PlatformNamespace("spark", { prefix: "dev", quota: { pods: "9" } }));
    expect(run.result.physicalName).toBe("dev-spark");
    expect(run.manifest("Namespace").metadata).toMatchObject({ name: "dev-spark" });
    for (const each of run.resources.filter((r) => isManifest(r) && !r.type.endsWith(":Namespace")))
      expect(run.manifest(each.type, each.name).metadata).toMatchObject({ namespace: "dev-spark" });
  });

  it("denies all traffic and opens DNS only", async () => {
    const run = await record(() => new PlatformNamespace("spark", { dns: { dnsCidrs: ["10.88.0.1/32"] } }));
    expect(run.manifest("NetworkPolicy", "default-deny").spec).toEqual({
      podSelector: {},
      policyTypes: ["Ingress", "Egress"],
    });
    const dns = run.manifest("NetworkPolicy", "dns-egress").spec as { egress: object[] };
    expect(dns.egress).toEqual([
      {
        to: [
          {
            namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "kube-system" } },
            podSelector: { matchLabels: { "k8s-app": "kube-dns" } },
          },
          { ipBlock: { cidr: "10.88.0.1/32" } },
        ],
        ports: [
          { port: 53, protocol: "UDP" },
          { port: 53, protocol: "TCP" },
        ],
      },
    ]);
    expect(run.all("NetworkPolicy")).toHaveLength(2);
  });

  it("limits what containers get and may ask", async () => {
    const limits = { default: { memory: "1Gi" }, max: { cpu: "8", memory: "32Gi" } };
    const run = await record(() => new PlatformNamespace("spark", { quota: { pods: "100" }, limits }));
    expect(run.manifest("ResourceQuota").spec).toEqual({ hard: { pods: "100" } });
    expect(run.manifest("LimitRange").spec).toEqual({
      limits: [{ type: "Container", defaultRequest: { cpu: "100m", memory: "256Mi" }, ...limits }],
    });
  });

  it("gives its name away only after its rules stand", async () => {
    const { result } = await record(() => new PlatformNamespace("spark"));
    const dependencies = await (
      result.name as unknown as { allResources(): Promise<Set<{ urn: unknown }>> }
    ).allResources();
    expect(dependencies.size).toBe(4);
    expect(await valueOf(result.name)).toBe("spark");
  });

  it("knows its name in a preview", async () => {
    const { result } = await record(() => new PlatformNamespace("spark"), { preview: true });
    expect(await valueOf(result.name)).toBe("spark");
  });

  it("makes a pull secret whose content stays secret", async () => {
    const registryCredentials = { registry: "mirror.lan", username: "u", password: "word" };
    const run = await record(() => new PlatformNamespace("spark", { registryCredentials }));
    expect(isSecret(run.one("Secret").inputs.stringData)).toBe(true);
    const { stringData, type } = run.manifest("Secret") as { stringData: Record<string, string>; type: string };
    expect(type).toBe("kubernetes.io/dockerconfigjson");
    expect(JSON.parse(stringData[".dockerconfigjson"] ?? "")).toEqual({
      auths: { "mirror.lan": { username: "u", password: "word", auth: "dTp3b3Jk" } },
    });
    expect(await valueOf(run.result.imagePullSecrets[0]!)).toBe("image-pull");
  });

  it("protects all of its objects if it is protected, and parents them", async () => {
    const run = await record(() => new PlatformNamespace("spark", {}, { protect: true }));
    for (const each of run.resources.filter(isManifest)) {
      expect(each).toMatchObject({ protect: true });
      expect(each.parent).toContain("hamilton:core:Namespace::spark");
    }
  });

  it.each([
    [{ prefix: "Dev" }, 'PlatformNamespace "spark": prefix is "Dev"; expected a DNS label'],
    [{ limits: { default: { memory: "2g" } } }, 'limits.default.memory is "2g"; expected a size'],
    [{ limits: { max: { cpu: "many" } } }, 'limits.max.cpu is "many"; expected CPUs'],
  ])("refuses %j", async (args, sentence) => {
    await expect(record(() => new PlatformNamespace("spark", args))).rejects.toThrow(sentence);
  });
});
