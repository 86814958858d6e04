import { beforeAll, describe, expect, it } from "vitest";
import type { Manifest } from "../../kubernetes/manifest";
import { manifestsOf } from "../../review/manifests";
import { containersOf, podsOf, sparkPropertiesOf, type PlatformPod } from "../../kubernetes/pods";
import { environments, renderedPlatforms } from "../support/platform";

describe.each(environments)("the pods of %s", (environment) => {
  let objects: readonly Manifest[];
  let pods: readonly PlatformPod[];
  const registry = { local: "localhost/", dev: "registry.example.com/harp/", prod: "registry.example.com/harp/" }[
    environment
  ];

  beforeAll(async () => {
    const run = (await renderedPlatforms()).get(environment);
    if (run === undefined) throw new Error(`${environment} was not rendered`);
    objects = manifestsOf(run);
    pods = podsOf(objects);
  });

  const named = (kind: string, namespace?: string) =>
    objects.filter((one) => one.kind === kind && one.metadata.namespace === namespace).map((one) => one.metadata.name);

  const levelOf = (namespace: string) => {
    const found = objects.find((one) => one.kind === "Namespace" && one.metadata.name === namespace);
    return found?.metadata.labels?.["pod-security.kubernetes.io/enforce"];
  };

  it("are of the workloads that the environment has", () => {
    const owners = pods.map(({ owner }) => owner.replace(/-[0-9a-f]{10}$/, ""));
    const store = (prefix: string) => [
      `Job ${prefix}storage/store-minio-setup`,
      `StatefulSet ${prefix}storage/store-minio`,
    ];
    const driver = (prefix: string) => [
      `DaemonSet ${prefix}smb/csi-smb-node`,
      `Deployment ${prefix}smb/csi-smb-controller`,
    ];
    const traefik = (prefix: string) => `Deployment ${prefix}ingress/traefik`;
    const notebooks = { local: ["harp"], dev: ["harp", "risk"], prod: ["analysts", "risk"] }[environment];
    const prefix = { local: "", dev: "dev-", prod: "harp-" }[environment];
    const expected = {
      local: [traefik(""), ...store("")],
      dev: [...driver("dev-"), ...store("dev-")],
      prod: [...driver("harp-"), traefik("harp-")],
    };
    expect([...owners].sort()).toEqual(
      [
        ...expected[environment],
        ...notebooks.map((name) => `StatefulSet ${prefix}notebooks-${name}/${name}`),
        ...notebooks.map((name) => `Spark executor in ${prefix}notebooks-${name}`),
        ...["Spark driver", "Spark executor"],
      ].sort(),
    );
  });

  it("run in restricted namespaces; only the driver of Windows shares has another", () => {
    for (const { owner, namespace } of pods) {
      const level = owner.includes("csi-smb-") ? "privileged" : "restricted";
      expect([owner, levelOf(namespace)]).toEqual([owner, level]);
    }
  });

  it("run as a fixed user with a root that can't be written where their namespace is restricted", () => {
    for (const pod of pods.filter(({ namespace }) => levelOf(namespace) === "restricted")) {
      expect(pod.spec.securityContext?.runAsUser).toBeGreaterThan(0);
      for (const { securityContext } of containersOf(pod)) expect(securityContext?.readOnlyRootFilesystem).toBe(true);
    }
  });

  it("come from the stack's registry", () => {
    for (const pod of pods) for (const { image } of containersOf(pod)) expect(image.startsWith(registry)).toBe(true);
  });

  it("name Secrets, ConfigMaps, claims, accounts and priorities that exist", () => {
    for (const { owner, namespace, spec } of pods) {
      const exists = (kind: string, name: string | undefined, where: string | undefined = namespace) => {
        if (name !== undefined)
          expect([owner, kind, named(kind, where)]).toEqual([owner, kind, expect.arrayContaining([name])]);
      };
      for (const { secret, configMap, persistentVolumeClaim } of spec.volumes ?? []) {
        exists("Secret", secret?.secretName);
        exists("ConfigMap", configMap?.name);
        exists("PersistentVolumeClaim", persistentVolumeClaim?.claimName);
      }
      for (const { env = [], envFrom = [] } of [...(spec.initContainers ?? []), ...spec.containers]) {
        for (const { valueFrom } of env) {
          exists("Secret", valueFrom?.secretKeyRef?.name);
          exists("ConfigMap", valueFrom?.configMapKeyRef?.name);
        }
        for (const { secretRef, configMapRef } of envFrom) {
          exists("Secret", secretRef?.name);
          exists("ConfigMap", configMapRef?.name);
        }
      }
      for (const { name } of spec.imagePullSecrets ?? []) exists("Secret", name);
      exists("ServiceAccount", spec.serviceAccountName);
      if (spec.priorityClassName !== undefined && !spec.priorityClassName.startsWith("system-"))
        expect(named("PriorityClass")).toContain(spec.priorityClassName);
    }
  });

  it("mount in Spark jobs the claims and read the Secrets that exist, by the settings of every job", () => {
    const properties = sparkPropertiesOf(objects);
    const namespace = properties["spark.kubernetes.namespace"];
    const values = (pattern: RegExp) =>
      Object.keys(properties)
        .filter((key) => pattern.test(key))
        .map((key) => properties[key] ?? "");
    const claims = values(/persistentVolumeClaim\..*\.options\.claimName$/);
    expect(claims).toHaveLength(2);
    for (const claim of claims) expect(named("PersistentVolumeClaim", namespace)).toContain(claim);
    const keys = values(/secretKeyRef\./);
    expect(keys).toHaveLength(4);
    for (const key of keys) {
      const [secret = "", entry = ""] = key.split(":");
      const found = objects.find(
        (one) => one.kind === "Secret" && one.metadata.namespace === namespace && one.metadata.name === secret,
      );
      expect(Object.keys(found?.stringData ?? {})).toContain(entry);
    }
  });

  it("are selected by the Services in front of them", () => {
    for (const service of objects.filter(({ kind }) => kind === "Service")) {
      const { type, selector } = service.spec as { type?: string; selector: Record<string, string> };
      if (type === "ExternalName") continue;
      const selected = pods.filter(
        ({ namespace, labels }) =>
          namespace === service.metadata.namespace &&
          Object.entries(selector).every(([key, value]) => labels[key] === value),
      );
      expect([service.metadata.name, selected.length]).toEqual([service.metadata.name, 1]);
    }
  });

  it("are led to by names for Services that exist, on ports that these have", () => {
    for (const { spec } of objects.filter(({ kind }) => kind === "Service")) {
      const { type, externalName, ports } = spec as { type?: string; externalName: string; ports: { port: number }[] };
      if (type !== "ExternalName") continue;
      const [name = "", namespace = "", ...domain] = externalName.split(".");
      expect(domain.join(".")).toBe("svc.cluster.local");
      const real = objects.find(
        (one) => one.kind === "Service" && one.metadata.name === name && one.metadata.namespace === namespace,
      );
      const offered = (real?.spec as { ports: { port: number }[] } | undefined)?.ports.map(({ port }) => port);
      expect(offered).toEqual(expect.arrayContaining(ports.map(({ port }) => port)));
    }
  });

  it("find their StatefulSets' Services, and their PersistentVolumes bound to the claims that exist", () => {
    for (const { metadata, spec } of objects.filter(({ kind }) => kind === "StatefulSet"))
      expect(named("Service", metadata.namespace)).toContain((spec as { serviceName: string }).serviceName);
    for (const { metadata, spec } of objects.filter(({ kind }) => kind === "PersistentVolume")) {
      const { claimRef, persistentVolumeReclaimPolicy } = spec as {
        claimRef: { namespace: string; name: string };
        persistentVolumeReclaimPolicy: string;
      };
      expect([metadata.name, persistentVolumeReclaimPolicy]).toEqual([metadata.name, "Retain"]);
      expect(named("PersistentVolumeClaim", claimRef.namespace)).toContain(claimRef.name);
    }
  });

  it("stand behind limits and, for jobs, quotas in every namespace", () => {
    for (const name of named("Namespace")) {
      expect(named("LimitRange", name)).toHaveLength(1);
      if (name.endsWith("spark"))
        expect(named("ResourceQuota", name).sort()).toEqual(["namespace-quota", "spark-drivers"]);
      if (name.includes("notebooks-"))
        expect(named("ResourceQuota", name).sort()).toEqual(["namespace-quota", "no-priority"]);
    }
  });
});
