import { describe, expect, it } from "vitest";
import { CsiDriverSmb } from "../../../components/storage/csi-driver-smb";
import { controllerClusterRules, driverNamespaceRules } from "../../../components/storage/csi-driver-smb-roles";
import { record, valueOf, type Plain } from "../../../review/recording";
import { namespaceReference } from "../../support/namespaces";

const namespace = namespaceReference("csi", "dev");
const images = {
  plugin: "registry.k8s.io/sig-storage/smbplugin:v1.20.3",
  provisioner: "registry.k8s.io/sig-storage/csi-provisioner:v6.3.0",
  resizer: "registry.k8s.io/sig-storage/csi-resizer:v2.2.0",
  livenessProbe: "registry.k8s.io/sig-storage/livenessprobe:v2.19.0",
  nodeDriverRegistrar: "registry.k8s.io/sig-storage/csi-node-driver-registrar:v2.17.0",
};
const install = () =>
  record(() => new CsiDriverSmb("smb", { namespace, images, kubeletDirectory: "/var/lib/k0s/kubelet" }));
type Container = Plain & { name: string; args: string[]; securityContext: Plain; volumeMounts: Plain[] };
const containersOf = (manifest: Plain) =>
  (manifest.spec as { template: { spec: { containers: Container[] } } }).template.spec.containers;

describe("CsiDriverSmb", () => {
  it("may read secrets in its own namespace only", async () => {
    expect(controllerClusterRules.flatMap((rule) => rule.resources)).not.toContain("secrets");
    expect(driverNamespaceRules[0]).toEqual({ apiGroups: [""], resources: ["secrets"], verbs: ["get"] });
    const run = await install();
    expect(run.manifest("Role").metadata).toMatchObject({ namespace: "dev-csi" });
    for (const kind of ["RoleBinding", "ClusterRoleBinding"])
      expect(run.manifest(kind).subjects).toEqual([
        { kind: "ServiceAccount", name: "csi-smb-controller", namespace: "dev-csi" },
      ]);
  });

  it("lets nobody mount a share by naming it in a pod", async () => {
    const run = await install();
    expect(run.manifest("CSIDriver").spec).toEqual({
      attachRequired: false,
      podInfoOnMount: true,
      volumeLifecycleModes: ["Persistent"],
    });
    expect(run.one("CSIDriver")).toMatchObject({ replaceOnChanges: ["spec"], deleteBeforeReplace: true });
  });

  it("runs privileged only where it mounts, and only on Linux", async () => {
    const run = await install();
    for (const kind of ["Deployment", "DaemonSet"]) {
      const manifest = run.manifest(kind);
      expect(JSON.stringify(manifest)).toContain('"nodeSelector":{"kubernetes.io/os":"linux"}');
      for (const { name, securityContext } of containersOf(manifest))
        expect(securityContext.privileged ?? false).toBe(name === "smb");
    }
    expect(run.all("DaemonSet")).toHaveLength(1);
  });

  it("registers under the cluster's own kubelet folder and shows its mounts to the node", async () => {
    const containers = containersOf((await install()).manifest("DaemonSet"));
    const registrar = containers.find(({ name }) => name === "node-driver-registrar");
    expect(registrar?.args).toContain(
      "--kubelet-registration-path=/var/lib/k0s/kubelet/plugins/smb.csi.k8s.io/csi.sock",
    );
    const plugin = containers.find(({ name }) => name === "smb");
    expect(plugin?.volumeMounts).toContainEqual({
      name: "mountpoint-dir",
      mountPath: "/var/lib/k0s/kubelet/",
      mountPropagation: "Bidirectional",
    });
  });

  it("keeps several controllers on nodes of their own and lets one go at a time", async () => {
    const run = await record(() => new CsiDriverSmb("smb", { namespace, images, controllerReplicas: 2 }));
    expect(run.manifest("Deployment").spec).toMatchObject({
      replicas: 2,
      strategy: { rollingUpdate: { maxSurge: 0, maxUnavailable: 1 } },
      template: {
        spec: {
          topologySpreadConstraints: [
            { topologyKey: "kubernetes.io/hostname", whenUnsatisfiable: "DoNotSchedule" },
            {},
          ],
        },
      },
    });
    const { selector, maxUnavailable } = run.manifest("PodDisruptionBudget").spec as Plain;
    expect(maxUnavailable).toBe(1);
    expect(selector).toEqual((run.manifest("Deployment").spec as Plain).selector);
    expect((await install()).all("PodDisruptionBudget")).toEqual([]);
  });

  it("elects its leader in its own namespace", async () => {
    const containers = containersOf((await install()).manifest("Deployment"));
    for (const name of ["csi-provisioner", "csi-resizer"])
      expect(containers.find((each) => each.name === name)?.args).toContain("--leader-election-namespace=dev-csi");
  });

  it("makes nothing where the cluster has the driver, and still tells where credentials go", async () => {
    const run = await record(() => new CsiDriverSmb("smb", { namespace, install: false }));
    expect(run.resources.filter((each) => each.custom)).toEqual([]);
    expect(run.result.namespace).toBe(namespace);
    expect(await valueOf(run.result.ready)).toBe("smb.csi.k8s.io");
  });

  it.each([
    [{ namespace }, 'CsiDriverSmb "smb": images is nothing; expected the driver\'s images, or install: false'],
    [{ namespace, images, kubeletDirectory: "var/lib" }, 'kubeletDirectory is "var/lib"; expected an absolute path'],
    [{ namespace, images, controllerReplicas: 0 }, "controllerReplicas is 0; expected 1 or more"],
  ])("refuses missing images, relative folders and no controller", async (args, sentence) => {
    await expect(record(() => new CsiDriverSmb("smb", args))).rejects.toThrow(sentence);
  });
});
