import * as pulumi from "@pulumi/pulumi";
import type { NamespaceReference, SharedVolume } from "../core/contracts";
import { checked, ValueFault } from "../core/errors";
import { claimOf, mountedVolume, type MountedVolumeArgs } from "./mounted-volume";
import { staticClaim } from "./static-claim";

/** The arguments of a {@link HostPathVolume}. */
export interface HostPathVolumeArgs extends MountedVolumeArgs {
  /** The folder on the node, absolute. It must exist. Plain, since a change makes new objects. */
  readonly path: string;
  /** The node that has the folder, by its `kubernetes.io/hostname`. @default every node is taken to have it */
  readonly node?: string;
}

const componentName = "HostPathVolume";

/**
 * A folder of the node as a shared volume, for clusters of one node: a FUSE mount, a disk. Pods mount it through a
 * claim, which Pod Security's level `restricted` allows, where it forbids host paths in pods.
 *
 * If the folder is itself a mount, it must stand before the pods start: a pod keeps what was mounted when it started.
 *
 * @example
 * new HostPathVolume("harp", { path: "/srv/harp", mountPath: "/mnt/harp", mountIn: [spark] }, { provider });
 */
export class HostPathVolume extends pulumi.ComponentResource implements SharedVolume {
  readonly mountPath: string;
  readonly readOnly: boolean;
  private readonly claims: ReadonlyMap<string, pulumi.Output<string>>;

  /** @throws ResourceError if an argument is faulty. */
  constructor(
    readonly name: string,
    args: HostPathVolumeArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("hamilton:storage:HostPathVolume", name, { path: args.path, mountPath: args.mountPath }, opts);
    const volume = checked(this, componentName, name, () => {
      if (!/^(\/[^/]+)+$/.test(args.path) || args.path.split("/").includes(".."))
        throw new ValueFault({ field: "path", got: args.path, expected: 'an absolute path such as "/srv/harp"' });
      return mountedVolume(name, args);
    });
    this.mountPath = volume.mountPath;
    this.readOnly = volume.readOnly;
    const { size, readOnly } = volume;
    this.claims = new Map(
      volume.mountIn.map((namespace) => [
        namespace.physicalName,
        staticClaim(
          name,
          {
            volume: name,
            namespace,
            readOnly,
            size,
            identity: { path: args.path, node: args.node, readOnly, size },
            // Directory, not DirectoryOrCreate: a missing mount must be an error, not an empty folder full of nothing.
            source: () => ({ hostPath: { path: args.path, type: "Directory" }, ...onNode(args.node) }),
          },
          { parent: this, protect: volume.protect },
        ),
      ]),
    );
    this.registerOutputs({ mountPath: this.mountPath });
  }

  claimIn(namespace: NamespaceReference): pulumi.Output<string> {
    return claimOf(this, componentName, this.name, this.claims, namespace);
  }
}

function onNode(node: string | undefined) {
  if (node === undefined) return {};
  const here = { key: "kubernetes.io/hostname", operator: "In", values: [node] };
  return { nodeAffinity: { required: { nodeSelectorTerms: [{ matchExpressions: [here] }] } } };
}
