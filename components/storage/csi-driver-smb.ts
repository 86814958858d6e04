import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { NamespaceReference } from "../core/contracts";
import { checked, ValueFault } from "../core/errors";
import { imageVersion } from "../core/images";
import { labelsOf, selectorLabels } from "../core/labels";
import type { PodPlacement } from "../core/pod-security";
import { evenSpread } from "../core/spread";
import {
  controllerPod,
  nodePod,
  smbDriverName,
  type SmbDriverImages,
  type SmbDriverPodArgs,
} from "./csi-driver-smb-pods";
import { controllerClusterRules, driverNamespaceRules } from "./csi-driver-smb-roles";

/** The arguments of a {@link CsiDriverSmb}. */
export interface CsiDriverSmbArgs {
  /**
   * The driver's namespace; the credentials of the shares stand there too, out of reach of the pods that mount them. It
   * must allow Pod Security's level `privileged` where the driver is installed.
   */
  readonly namespace: NamespaceReference;
  /**
   * Whether to install the driver. A cluster can have it once; set `false` where it is there already. Plain, since it
   * decides which objects exist. @default true
   */
  readonly install?: boolean;
  /** Needed if `install` is true. Plain, since the version labels follow from it. */
  readonly images?: SmbDriverImages;
  /** The root folder of kubelet on every node. @default /var/lib/kubelet, as everywhere but on k0s and MicroK8s */
  readonly kubeletDirectory?: string;
  /**
   * Controllers, one of them at work and the others ready to take over, each on a node of its own: they use the node's
   * ports. @default 1
   */
  readonly controllerReplicas?: number;
  /** Pull secrets and the like; the driver decides itself on which nodes it runs. @default none */
  readonly placement?: PodPlacement;
}

/** The driver as Windows shares see it. */
export interface SmbDriver {
  readonly driverName: string;
  /** Where the credentials of shares stand. */
  readonly namespace: NamespaceReference;
  /** The driver's name, known once it runs on the nodes. */
  readonly ready: pulumi.Output<string>;
}

const componentName = "CsiDriverSmb";

/**
 * csi-driver-smb, which mounts Windows shares, for Linux nodes: the driver's own pods on every node, a controller for
 * volumes of StorageClasses, and no more rights than these need. Secrets can be read in one namespace only, and pods
 * can't name a share of their own choosing (no ephemeral volumes).
 *
 * @example
 * const smb = new CsiDriverSmb("smb", { namespace: csi, images }, { provider });
 */
export class CsiDriverSmb extends pulumi.ComponentResource implements SmbDriver {
  readonly driverName = smbDriverName;
  readonly namespace: NamespaceReference;
  readonly ready: pulumi.Output<string>;

  /** @throws ResourceError if images are missing or kubelet's folder isn't absolute. */
  constructor(
    private readonly label: string,
    args: CsiDriverSmbArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("hamilton:storage:CsiDriverSmb", label, {}, opts);
    this.namespace = args.namespace;
    const pods = checked(this, componentName, label, () => podArgs(args));
    this.ready = pods === undefined ? pulumi.output(smbDriverName) : this.install(pods);
    this.registerOutputs({});
  }

  private install(pods: InstallArgs): pulumi.Output<string> {
    const { controllerReplicas: replicas, ...common } = pods;
    const version = imageVersion(common.images.plugin);
    const labels = (part: string) => labelsOf({ ...this.source(part), component: part, version });
    const driver = new kubernetes.storage.v1.CSIDriver(
      `${this.label}-driver`,
      {
        metadata: { name: smbDriverName, labels: labels("driver") },
        // Persistent only: with Ephemeral, whoever may create pods could mount any share with any Secret of theirs.
        spec: { attachRequired: false, podInfoOnMount: true, volumeLifecycleModes: ["Persistent"] },
      },
      { parent: this, replaceOnChanges: ["spec"], deleteBeforeReplace: true },
    );
    const controller = this.createServiceAccount("controller", labels("controller"));
    const rights = this.grantController(controller, labels("controller"));
    new kubernetes.apps.v1.Deployment(
      `${this.label}-controller`,
      {
        metadata: { name: "csi-smb-controller", namespace: this.namespace.name, labels: labels("controller") },
        spec: {
          replicas,
          // A new pod finds its ports only where an old one has left.
          strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: 0, maxUnavailable: 1 } },
          selector: { matchLabels: selectorLabels(this.source("controller")) },
          template: {
            metadata: { labels: labels("controller") },
            spec: {
              ...controllerPod({ ...common, serviceAccountName: controller.metadata.name }),
              ...(replicas > 1
                ? { topologySpreadConstraints: evenSpread(selectorLabels(this.source("controller"))) }
                : {}),
            },
          },
        },
      },
      { parent: this, dependsOn: rights },
    );
    if (replicas > 1) this.limitDisruption(labels("controller"));
    const node = this.createServiceAccount("node", labels("node"));
    const nodes = new kubernetes.apps.v1.DaemonSet(
      `${this.label}-node`,
      {
        metadata: { name: "csi-smb-node", namespace: this.namespace.name, labels: labels("node") },
        spec: {
          updateStrategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 1 } },
          selector: { matchLabels: selectorLabels(this.source("node")) },
          template: {
            metadata: { labels: labels("node") },
            spec: nodePod({ ...common, serviceAccountName: node.metadata.name }),
          },
        },
      },
      { parent: this },
    );
    return pulumi.all([driver.metadata.name, nodes.metadata.name]).apply(([name]) => name);
  }

  private source(part: string) {
    return { name: `csi-driver-smb-${part}`, instance: this.label };
  }

  private limitDisruption(labels: Record<string, string>): void {
    new kubernetes.policy.v1.PodDisruptionBudget(
      `${this.label}-controller-disruption`,
      {
        metadata: { name: "csi-smb-controller", namespace: this.namespace.name, labels },
        spec: { maxUnavailable: 1, selector: { matchLabels: selectorLabels(this.source("controller")) } },
      },
      { parent: this },
    );
  }

  private createServiceAccount(part: string, labels: Record<string, string>): kubernetes.core.v1.ServiceAccount {
    return new kubernetes.core.v1.ServiceAccount(
      `${this.label}-${part}-account`,
      { metadata: { name: `csi-smb-${part}`, namespace: this.namespace.name, labels } },
      { parent: this },
    );
  }

  private grantController(
    account: kubernetes.core.v1.ServiceAccount,
    labels: Record<string, string>,
  ): pulumi.Resource[] {
    const { metadata } = account;
    const subjects = [{ kind: "ServiceAccount", name: metadata.name, namespace: metadata.namespace }];
    const roleRef = (kind: string, name: pulumi.Output<string>) => ({
      apiGroup: "rbac.authorization.k8s.io",
      kind,
      name,
    });
    const ownName = { name: "csi-smb-controller", labels };
    const inNamespace = { ...ownName, namespace: this.namespace.name };
    const name = `${this.label}-controller`;
    const options = { parent: this };
    const clusterRole = new kubernetes.rbac.v1.ClusterRole(
      `${name}-cluster-role`,
      { metadata: ownName, rules: [...controllerClusterRules] },
      options,
    );
    const role = new kubernetes.rbac.v1.Role(
      `${name}-role`,
      { metadata: inNamespace, rules: [...driverNamespaceRules] },
      options,
    );
    return [
      new kubernetes.rbac.v1.ClusterRoleBinding(
        `${name}-cluster-binding`,
        { metadata: ownName, roleRef: roleRef("ClusterRole", clusterRole.metadata.name), subjects },
        options,
      ),
      new kubernetes.rbac.v1.RoleBinding(
        `${name}-binding`,
        { metadata: inNamespace, roleRef: roleRef("Role", role.metadata.name), subjects },
        options,
      ),
    ];
  }
}

/** What the pods need but their service account, and how many controllers there are. */
type InstallArgs = Omit<SmbDriverPodArgs, "serviceAccountName"> & { readonly controllerReplicas: number };

/** What the installation needs, or nothing if the driver isn't to be installed. */
function podArgs(args: CsiDriverSmbArgs): InstallArgs | undefined {
  const { install = true, images, kubeletDirectory = "/var/lib/kubelet", namespace, placement } = args;
  const { controllerReplicas = 1 } = args;
  if (!Number.isInteger(controllerReplicas) || controllerReplicas < 1)
    throw new ValueFault({ field: "controllerReplicas", got: controllerReplicas, expected: "1 or more" });
  if (!/^(\/[^/]+)+$/.test(kubeletDirectory))
    throw new ValueFault({ field: "kubeletDirectory", got: kubeletDirectory, expected: "an absolute path" });
  if (!install) return undefined;
  if (images === undefined)
    throw new ValueFault({ field: "images", got: undefined, expected: "the driver's images, or install: false" });
  return { images, namespace: namespace.physicalName, kubeletDirectory, placement, controllerReplicas };
}
