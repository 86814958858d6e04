import type { types } from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";

type PodSpec = types.input.core.v1.PodSpec;
type Container = types.input.core.v1.Container;

/** The user that the processes of a pod run as; never root. */
export interface PodIdentity {
  /** The user id, above 0. */
  readonly user: number;
  /** The primary group id; 0 is allowed, for images whose files belong to the root group. */
  readonly group: number;
  /** The group that mounted volumes are given to, where their file system can. @default none */
  readonly fileSystemGroup?: number;
}

/** Where pods of a workload run and how they get their images: the same settings for every workload. */
export interface PodPlacement {
  /** @default any node */
  readonly nodeSelector?: pulumi.Input<Record<string, pulumi.Input<string>>>;
  /** @default none */
  readonly tolerations?: pulumi.Input<pulumi.Input<types.input.core.v1.Toleration>[]>;
  /** @default Kubernetes' own default class */
  readonly priorityClassName?: pulumi.Input<string>;
  /** Names of Secrets with registry credentials, in the pod's namespace. @default none */
  readonly imagePullSecrets?: readonly pulumi.Input<string>[];
  /** How pods spread over nodes and zones. @default the scheduler's own */
  readonly topologySpreadConstraints?: pulumi.Input<pulumi.Input<types.input.core.v1.TopologySpreadConstraint>[]>;
  /** Extra labels of the pods. @default none */
  readonly labels?: Readonly<Record<string, string>>;
  /** Extra annotations of the pods. @default none */
  readonly annotations?: Readonly<Record<string, string>>;
}

/** CPU, memory and local disk of a container. */
export interface ContainerResources {
  /** What the scheduler sets aside: `{ cpu: "100m", memory: "512Mi" }`. */
  readonly requests: Readonly<{ cpu: string; memory: string }>;
  /** The most it may use; without `cpu` it may use what is idle. @default memory equal to the request */
  readonly limits?: Readonly<{ cpu?: string; memory: string }>;
  /**
   * Whether the node's own disk is at its disposal without a limit, for scratch whose size only the work knows.
   * @default false, {@link nodeDisk}
   */
  readonly unlimitedNodeDisk?: boolean;
  /** The most of the node's disk, where {@link nodeDisk} isn't enough: `"4Gi"`. @default 1Gi */
  readonly nodeDiskLimit?: string;
}

/**
 * What a container may put on its node's disk: logs, of which kubelet keeps 50 MiB at most, and small files in an
 * emptyDir. The limit is there so that a leak ends one pod, not the node.
 */
export const nodeDisk = {
  requests: { "ephemeral-storage": "64Mi" },
  limits: { "ephemeral-storage": "1Gi" },
} as const;

/** A container before the secure defaults: everything but its security settings, with resources spelt out. */
export interface SecureContainerArgs extends Omit<
  Container,
  "securityContext" | "resources" | "terminationMessagePolicy"
> {
  readonly resources: ContainerResources;
  /** Whether the process may write to the image's own file system. Prefer an emptyDir. @default false */
  readonly writableRoot?: boolean;
}

/** A pod before the secure defaults. */
export interface SecurePodArgs extends Omit<
  PodSpec,
  "securityContext" | "automountServiceAccountToken" | "containers" | "initContainers" | "imagePullSecrets"
> {
  readonly identity: PodIdentity;
  readonly containers: readonly SecureContainerArgs[];
  readonly initContainers?: readonly SecureContainerArgs[];
  readonly placement?: PodPlacement;
  /** Whether the pod gets the token of its service account. @default false */
  readonly apiAccess?: boolean;
}

/** The security settings of every container: what Pod Security's level `restricted` asks, and a read-only root. */
export function containerSecurity(writableRoot = false): types.input.core.v1.SecurityContext & object {
  return {
    allowPrivilegeEscalation: false,
    capabilities: { drop: ["ALL"] },
    readOnlyRootFilesystem: !writableRoot,
    runAsNonRoot: true,
    seccompProfile: { type: "RuntimeDefault" },
  };
}

/** The security settings of every pod: a fixed user that isn't root and the runtime's default system-call filter. */
export function podSecurity(identity: PodIdentity): types.input.core.v1.PodSecurityContext & object {
  return {
    runAsNonRoot: true,
    runAsUser: identity.user,
    runAsGroup: identity.group,
    ...(identity.fileSystemGroup === undefined
      ? {}
      : { fsGroup: identity.fileSystemGroup, fsGroupChangePolicy: "OnRootMismatch" }),
    seccompProfile: { type: "RuntimeDefault" },
  };
}

/** A container with the secure defaults; its last log lines become the reason that Pulumi and Kubernetes show if it fails. */
export function secureContainer(args: SecureContainerArgs): Container {
  const { resources, writableRoot, ...container } = args;
  return {
    ...container,
    resources: containerResources(resources),
    securityContext: containerSecurity(writableRoot),
    terminationMessagePolicy: "FallbackToLogsOnError",
  };
}

/** Requests and limits as Kubernetes takes them; the memory limit is the request unless given. */
export function containerResources(resources: ContainerResources): types.input.core.v1.ResourceRequirements & object {
  const { requests, limits = { memory: requests.memory }, unlimitedNodeDisk = false, nodeDiskLimit } = resources;
  if (unlimitedNodeDisk) return { requests: { ...requests }, limits: { ...limits } };
  const most = nodeDiskLimit === undefined ? nodeDisk.limits : { "ephemeral-storage": nodeDiskLimit };
  return { requests: { ...requests, ...nodeDisk.requests }, limits: { ...limits, ...most } };
}

/**
 * A pod's `spec` that passes Pod Security's level `restricted`, whatever is in it. All workloads get theirs here, so
 * that placement, pull secrets and security stand in one place. The result is plain data if `args` is.
 */
export function securePod(args: SecurePodArgs): PodSpec {
  const { identity, containers, initContainers, placement = {}, apiAccess = false, ...pod } = args;
  return {
    ...pod,
    ...placementOf(placement),
    automountServiceAccountToken: apiAccess,
    // Variables for every Service of the namespace clash with programs that read their settings from MINIO_… or SPARK_….
    enableServiceLinks: pod.enableServiceLinks ?? false,
    securityContext: podSecurity(identity),
    ...(initContainers === undefined ? {} : { initContainers: initContainers.map(secureContainer) }),
    containers: containers.map(secureContainer),
  };
}

/** The parts of a pod's `spec` that a {@link PodPlacement} sets; labels and annotations belong into the metadata. */
export function placementOf(placement: PodPlacement): Partial<PodSpec> {
  const { nodeSelector, tolerations, priorityClassName, imagePullSecrets, topologySpreadConstraints } = placement;
  return {
    ...(nodeSelector === undefined ? {} : { nodeSelector }),
    ...(tolerations === undefined ? {} : { tolerations }),
    ...(priorityClassName === undefined ? {} : { priorityClassName }),
    ...(topologySpreadConstraints === undefined ? {} : { topologySpreadConstraints }),
    ...(imagePullSecrets === undefined || imagePullSecrets.length === 0
      ? {}
      : { imagePullSecrets: imagePullSecrets.map((name) => ({ name })) }),
  };
}
