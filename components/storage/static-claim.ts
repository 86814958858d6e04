import * as kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { shortChecksum } from "../core/checksum";
import type { NamespaceReference } from "../core/contracts";
import { labelsOf } from "../core/labels";
import { dnsLabel } from "../core/names";

/** A volume that exists already, for the pods of one namespace. */
export interface StaticClaimArgs {
  /** The shared volume's name. */
  readonly volume: string;
  readonly namespace: NamespaceReference;
  readonly readOnly: boolean;
  /** A Kubernetes quantity. */
  readonly size: string;
  /** The StorageClass of both objects. @default none, so that no class takes the claim */
  readonly storageClassName?: pulumi.Input<string>;
  /** Where the files are, given the PersistentVolume's name. */
  readonly source: (volumeName: string) => Pick<VolumeSpec, "csi" | "hostPath" | "nodeAffinity">;
  /** @default none */
  readonly mountOptions?: readonly string[];
  /** Plain values, on any change of which a new volume and a new claim take the place of the old ones. */
  readonly identity: unknown;
}

type VolumeSpec = kubernetes.types.input.core.v1.PersistentVolumeSpec;

/** The name of the PersistentVolume of one namespace: unique in the cluster, and new whenever its identity changes. */
export function staticVolumeName(args: Pick<StaticClaimArgs, "volume" | "namespace" | "identity">): string {
  return `${args.namespace.physicalName}-${args.volume}-${shortChecksum(args.identity)}`;
}

/**
 * A PersistentVolume and the claim bound to it. The source of a volume can't be changed, and pods keep the mount that
 * they started with; so a changed source makes both objects anew under new names, beside the old ones: running pods
 * drain on the old, new pods take the new.
 *
 * @returns the claim's name, known once it is bound.
 */
export function staticClaim(
  prefix: string,
  args: StaticClaimArgs,
  opts: pulumi.CustomResourceOptions,
): pulumi.Output<string> {
  const { namespace, storageClassName = "" } = args;
  const volumeName = staticVolumeName(args);
  const claimName = dnsLabel("name", `${args.volume}-${shortChecksum(args.identity)}`);
  const labels = labelsOf({ name: "shared-volume", instance: args.volume });
  const accessModes = [args.readOnly ? "ReadOnlyMany" : "ReadWriteMany"];
  const volume = new kubernetes.core.v1.PersistentVolume(
    `${prefix}-${namespace.role}-volume`,
    {
      metadata: { name: volumeName, labels },
      spec: {
        ...args.source(volumeName),
        accessModes,
        capacity: { storage: args.size },
        // Nobody else's claim may take the volume, whatever it asks for.
        claimRef: { apiVersion: "v1", kind: "PersistentVolumeClaim", namespace: namespace.name, name: claimName },
        persistentVolumeReclaimPolicy: "Retain",
        storageClassName,
        ...(args.mountOptions === undefined ? {} : { mountOptions: [...args.mountOptions] }),
      },
    },
    opts,
  );
  const claim = new kubernetes.core.v1.PersistentVolumeClaim(
    `${prefix}-${namespace.role}-claim`,
    {
      metadata: { name: claimName, namespace: namespace.name, labels },
      spec: {
        accessModes,
        resources: { requests: { storage: args.size } },
        storageClassName,
        volumeName: volume.metadata.name,
      },
    },
    opts,
  );
  return claim.metadata.name;
}
