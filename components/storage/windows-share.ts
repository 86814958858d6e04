import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { NamespaceReference, SharedVolume } from "../core/contracts";
import { checked, ValueFault } from "../core/errors";
import { labelsOf } from "../core/labels";
import { hostName } from "../core/names";
import type { SmbDriver } from "./csi-driver-smb";
import { cifsMountOptions, type SmbVersion } from "./mount-options";
import { claimOf, mountedVolume, type MountedVolume, type MountedVolumeArgs } from "./mounted-volume";
import { staticClaim, staticVolumeName } from "./static-claim";
import { volumeHandle } from "./volume-handles";

/** The arguments of a {@link WindowsShare}. */
export interface WindowsShareArgs extends MountedVolumeArgs {
  /** The driver that mounts it. */
  readonly driver: SmbDriver;
  /** The file server's host name or address. Plain, since a change makes new volumes. */
  readonly server: string;
  /** The share's name on that server. */
  readonly share: string;
  /** A folder inside the share, which must exist, with "/" between parts. @default the whole share */
  readonly subDirectory?: string;
  /** The user that mounts the share. */
  readonly username: pulumi.Input<string>;
  /** That user's password; a secret. */
  readonly password: pulumi.Input<string>;
  /** The Windows domain of the user. @default none */
  readonly domain?: pulumi.Input<string>;
  /** Who owns every file as pods see it: the user and group that Spark runs as. */
  readonly identity: { readonly user: number; readonly group: number };
  /** The SMB dialect. @default 3.1.1 */
  readonly version?: SmbVersion;
  /** Whether the connection is encrypted. @default true */
  readonly encrypt?: boolean;
  /** @default the kernel's own, 1 second */
  readonly attributeCacheSeconds?: number;
  /** Further options of mount.cifs. @default none */
  readonly mountOptions?: readonly string[];
  /**
   * Whether claims of the share's StorageClass may make folders in the share. Whoever may create claims can then write
   * to the share, so it needs `readOnly: false`. @default false: the class makes nothing
   */
  readonly dynamicFolders?: boolean;
  /**
   * Change it together with the password. A node keeps the mounts that it has; a new version makes new volumes beside the
   * old ones, so that new pods mount with the new password while running ones drain. @default 1
   */
  readonly credentialsVersion?: string;
}

const componentName = "WindowsShare";

/**
 * A folder of a Windows file share, mounted by csi-driver-smb in the pods of several namespaces. The files are somebody
 * else's: nothing here ever deletes them, and the Kubernetes objects of the volumes are kept when they leave the stack
 * (remove them with kubectl once no pod uses them).
 *
 * @example
 * new WindowsShare("harp", {
 *   driver, server: "files.example.org", share: "harp", username: "reader", password, identity: { user: 185, group: 0 },
 *   mountPath: "/mnt/harp", mountIn: [spark],
 * }, { provider });
 */
export class WindowsShare extends pulumi.ComponentResource implements SharedVolume {
  readonly mountPath: string;
  readonly readOnly: boolean;
  /** The handles of its volumes, for `checkVolumeHandles` over all shares. */
  readonly volumeHandles: readonly string[];

  private readonly claims: ReadonlyMap<string, pulumi.Output<string>>;

  /** @throws ResourceError if an argument is faulty. */
  constructor(
    readonly name: string,
    args: WindowsShareArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super(
      "hamilton:storage:WindowsShare",
      name,
      { server: args.server, share: args.share, mountPath: args.mountPath },
      opts,
    );
    const { volume, mountOptions } = checked(this, componentName, name, () => checkArgs(name, args));
    this.mountPath = volume.mountPath;
    this.readOnly = volume.readOnly;

    const credentials = this.createCredentials(args);
    const className = this.createClass(args, credentials, mountOptions);
    const { server, share, subDirectory, credentialsVersion = "1", driver } = args;
    const identity = { server, share, subDirectory, credentialsVersion, mountOptions, size: volume.size };
    const handleOf = (suffix: string) => volumeHandle({ server, share, subDirectory, suffix });
    this.volumeHandles = volume.mountIn.map((namespace) =>
      handleOf(staticVolumeName({ volume: name, namespace, identity })),
    );
    this.claims = new Map(
      volume.mountIn.map((namespace) => [
        namespace.physicalName,
        staticClaim(
          name,
          {
            volume: name,
            namespace,
            readOnly: volume.readOnly,
            size: volume.size,
            storageClassName: className,
            mountOptions,
            identity,
            source: (volumeName) => ({
              csi: {
                driver: driver.ready,
                volumeHandle: handleOf(volumeName),
                readOnly: volume.readOnly,
                volumeAttributes: { source: this.source(args), ...(subDirectory ? { subDir: subDirectory } : {}) },
                nodeStageSecretRef: { name: credentials.metadata.name, namespace: credentials.metadata.namespace },
              },
            }),
          },
          { parent: this, retainOnDelete: true, protect: volume.protect },
        ),
      ]),
    );
    this.registerOutputs({ mountPath: this.mountPath });
  }

  claimIn(namespace: NamespaceReference): pulumi.Output<string> {
    return claimOf(this, componentName, this.name, this.claims, namespace);
  }

  private source({ server, share }: WindowsShareArgs): string {
    return `//${server}/${share}`;
  }

  private labels(): Record<string, string> {
    return labelsOf({ name: "shared-volume", instance: this.name });
  }

  private createCredentials(args: WindowsShareArgs): kubernetes.core.v1.Secret {
    const { driver, username, password, domain } = args;
    return new kubernetes.core.v1.Secret(
      `${this.name}-credentials`,
      {
        metadata: { name: `${this.name}-credentials`, namespace: driver.namespace.name, labels: this.labels() },
        stringData: { username, password: pulumi.secret(password), ...(domain === undefined ? {} : { domain }) },
      },
      { parent: this },
    );
  }

  /** The class that volumes and claims of the share carry; it makes volumes itself only if `dynamicFolders` is set. */
  private createClass(
    args: WindowsShareArgs,
    credentials: kubernetes.core.v1.Secret,
    mountOptions: readonly string[],
  ): pulumi.Output<string> {
    const { driver, dynamicFolders = false } = args;
    const { name, namespace } = credentials.metadata;
    const dynamic = {
      provisioner: driver.ready,
      parameters: {
        source: this.source(args),
        ...(args.subDirectory
          ? { subDir: `${args.subDirectory}/\${pvc.metadata.namespace}/\${pvc.metadata.name}` }
          : {}),
        onDelete: "retain",
        "csi.storage.k8s.io/provisioner-secret-name": name,
        "csi.storage.k8s.io/provisioner-secret-namespace": namespace,
        "csi.storage.k8s.io/node-stage-secret-name": name,
        "csi.storage.k8s.io/node-stage-secret-namespace": namespace,
      },
      mountOptions: [...mountOptions],
    };
    const storageClass = new kubernetes.storage.v1.StorageClass(
      `${this.name}-class`,
      {
        // StorageClasses have no namespace; the driver's makes the name differ from that of another stack's share.
        metadata: { name: `${driver.namespace.physicalName}-${this.name}`, labels: this.labels() },
        ...(dynamicFolders ? dynamic : { provisioner: "kubernetes.io/no-provisioner" }),
        reclaimPolicy: "Retain",
        volumeBindingMode: "Immediate",
      },
      {
        parent: this,
        replaceOnChanges: ["provisioner", "parameters", "reclaimPolicy", "volumeBindingMode"],
        deleteBeforeReplace: true,
      },
    );
    return storageClass.metadata.name;
  }
}

function checkArgs(name: string, args: WindowsShareArgs): { volume: MountedVolume; mountOptions: string[] } {
  const {
    server,
    share,
    subDirectory,
    dynamicFolders = false,
    identity,
    version,
    encrypt,
    attributeCacheSeconds,
  } = args;
  const volume = mountedVolume(name, args);
  hostName("server", server);
  if (!/^[^\s\\/:*?"<>|#]+$/.test(share))
    throw new ValueFault({ field: "share", got: share, expected: 'the share\'s name without slashes: "harp"' });
  if (subDirectory !== undefined && !/^[^\s\\/:#][^\\:#]*$/.test(subDirectory))
    throw new ValueFault({ field: "subDirectory", got: subDirectory, expected: 'a folder such as "drop/daily"' });
  if (subDirectory?.split("/").some((part) => part === ".." || part === ""))
    throw new ValueFault({
      field: "subDirectory",
      got: subDirectory,
      expected: 'a folder without ".." or empty parts',
    });
  if (dynamicFolders && volume.readOnly)
    throw new ValueFault({ field: "dynamicFolders", got: true, expected: "false, or readOnly: false beside it" });
  const { readOnly } = volume;
  const mountOptions = cifsMountOptions({
    ...{ ...identity, readOnly, version, encrypt, attributeCacheSeconds },
    extra: args.mountOptions,
  });
  return { volume, mountOptions };
}
