import type * as pulumi from "@pulumi/pulumi";
import type { SharedVolume } from "../core/contracts";
import { HostPathVolume, type HostPathVolumeArgs } from "./host-path-volume";
import { StorageClassVolume, type StorageClassVolumeArgs } from "./storage-class-volume";
import { WindowsShare, type WindowsShareArgs } from "./windows-share";

/** The arguments of a shared volume: its kind, and what that kind needs. */
export type SharedVolumeArgs =
  | ({ readonly kind: "windowsShare" } & WindowsShareArgs)
  | ({ readonly kind: "storageClass" } & StorageClassVolumeArgs)
  | ({ readonly kind: "hostPath" } & HostPathVolumeArgs);

/**
 * A shared volume of the kind that the stack file names.
 *
 * @throws ResourceError if an argument is faulty.
 */
export function sharedVolume(
  name: string,
  args: SharedVolumeArgs,
  opts?: pulumi.ComponentResourceOptions,
): WindowsShare | StorageClassVolume | HostPathVolume {
  switch (args.kind) {
    case "windowsShare":
      return new WindowsShare(name, args, opts) satisfies SharedVolume;
    case "storageClass":
      return new StorageClassVolume(name, args, opts) satisfies SharedVolume;
    case "hostPath":
      return new HostPathVolume(name, args, opts) satisfies SharedVolume;
  }
}
