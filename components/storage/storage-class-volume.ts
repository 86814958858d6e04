import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { NamespaceReference, SharedVolume } from "../core/contracts";
import { checked, ValueFault } from "../core/errors";
import { labelsOf } from "../core/labels";
import { dnsLabel } from "../core/names";
import { claimOf, mountedVolume, type MountedVolume, type MountedVolumeArgs } from "./mounted-volume";

/** How many nodes may mount a volume, and whether to write. */
export type VolumeAccessMode = "ReadWriteMany" | "ReadOnlyMany" | "ReadWriteOnce";

/** The arguments of a {@link StorageClassVolume}. */
export interface StorageClassVolumeArgs extends MountedVolumeArgs {
  /** The StorageClass: NFS, GlusterFS, Cinder, whatever the cluster has. Plain, since a claim can't change its class. */
  readonly className: string;
  /**
   * What the claim asks the class for. Most classes can't make a volume that is read-only from the start; pods still
   * mount it read-only if `readOnly` is set. @default ReadWriteMany
   */
  readonly accessMode?: VolumeAccessMode;
  /**
   * Existing PersistentVolumes by the role of the namespace that mounts them. A class makes a volume of its own for every
   * claim, so that several namespaces see the same files only through volumes made for that. @default the class makes one
   */
  readonly existingVolumes?: Readonly<Record<string, string>>;
}

const componentName = "StorageClassVolume";

/**
 * A shared volume from any StorageClass. The claim is kept when it is taken out of the stack: many classes delete the
 * files with the claim.
 *
 * @example
 * new StorageClassVolume("harp", { className: "nfs", mountPath: "/mnt/harp", mountIn: [spark] }, { provider });
 */
export class StorageClassVolume extends pulumi.ComponentResource implements SharedVolume {
  readonly mountPath: string;
  readonly readOnly: boolean;
  private readonly claims: ReadonlyMap<string, pulumi.Output<string>>;

  /** @throws ResourceError if an argument is faulty, or if several namespaces would get a volume of their own each. */
  constructor(
    readonly name: string,
    args: StorageClassVolumeArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("hamilton:storage:StorageClassVolume", name, { className: args.className, mountPath: args.mountPath }, opts);
    const volume = checked(this, componentName, name, () => validVolume(name, args));
    this.mountPath = volume.mountPath;
    this.readOnly = volume.readOnly;
    this.claims = new Map(
      volume.mountIn.map((namespace) => [namespace.physicalName, this.createClaim(args, volume, namespace)]),
    );
    this.registerOutputs({ mountPath: this.mountPath });
  }

  claimIn(namespace: NamespaceReference): pulumi.Output<string> {
    return claimOf(this, componentName, this.name, this.claims, namespace);
  }

  private createClaim(args: StorageClassVolumeArgs, volume: MountedVolume, namespace: NamespaceReference) {
    const { className, accessMode = "ReadWriteMany", existingVolumes = {} } = args;
    const volumeName = existingVolumes[namespace.role];
    const claim = new kubernetes.core.v1.PersistentVolumeClaim(
      `${this.name}-${namespace.role}-claim`,
      {
        metadata: {
          name: this.name,
          namespace: namespace.name,
          labels: labelsOf({ name: "shared-volume", instance: this.name }),
        },
        spec: {
          accessModes: [accessMode],
          resources: { requests: { storage: volume.size } },
          storageClassName: className,
          ...(volumeName === undefined ? {} : { volumeName }),
        },
      },
      { parent: this, retainOnDelete: true, protect: volume.protect },
    );
    return claim.metadata.name;
  }
}

function validVolume(name: string, args: StorageClassVolumeArgs): MountedVolume {
  const { className, accessMode = "ReadWriteMany", existingVolumes } = args;
  const volume = mountedVolume(name, args);
  dnsLabel("className", className);
  if (accessMode === "ReadOnlyMany" && !volume.readOnly)
    throw new ValueFault({ field: "accessMode", got: accessMode, expected: "ReadWriteMany, since readOnly is false" });
  const roles = volume.mountIn.map((namespace) => namespace.role);
  const missing = roles.filter((role) => existingVolumes?.[role] === undefined);
  if (roles.length > 1 && missing.length > 0)
    throw new ValueFault({
      field: "existingVolumes",
      got: existingVolumes,
      expected: `an existing PersistentVolume for ${missing.join(", ")}: each claim would get files of its own`,
    });
  return volume;
}
