import { z } from "zod";
import { absolutePath, host, label, secretName, storageSize, words } from "./values";

const mountPath = absolutePath().meta({ description: "Where every pod mounts the volume: /mnt/harp." });

const readOnly = z.boolean().default(true).meta({ description: "Whether pods may only read it. Default: true." });

const size = (fallback: string) =>
  storageSize({ from: "1Mi", to: "1024Ti" })
    .default(fallback)
    .meta({
      description: `The size the claim asks for. Storage that knows no sizes ignores it. Default: ${fallback}.`,
    });

/** A folder of a Windows file share, mounted by csi-driver-smb. */
const windowsShare = z.strictObject({
  kind: z.literal("windowsShare").meta({ description: "A Windows file share, mounted by csi-driver-smb." }),
  server: host().meta({ description: "The file server's host name or address." }),
  share: z
    .string({ error: "a share's name" })
    .regex(/^[^\s\\/:*?"<>|#]+$/, { error: 'a share\'s name such as "harp", without slashes' })
    .meta({ description: "The share's name on that server." }),
  subDirectory: z
    .string({ error: "a folder" })
    .regex(/^[^\\/\s][^\\]*[^\\/\s]$/, {
      error: 'a folder inside the share such as "drop/daily", with "/" between parts',
    })
    .optional()
    .meta({ description: "A folder inside the share, which must exist. Default: the whole share." }),
  domain: words("a Windows domain").optional().meta({ description: "The Windows domain of the user. Default: none." }),
  username: words("a user name").meta({ description: "The user that mounts the share." }),
  password: secretName().meta({ description: "The entry of hamilton:secrets with that user's password." }),
  version: z.enum(["3.0", "3.0.2", "3.1.1"]).default("3.1.1").meta({ description: "The SMB dialect. Default: 3.1.1." }),
  encrypt: z
    .boolean()
    .default(true)
    .meta({ description: "Whether the connection is encrypted (SMB sealing). Default: true." }),
  credentialsVersion: words("a version")
    .default("1")
    .meta({ description: "Change it with the password: new pods then mount anew. Default: 1." }),
  mountPath,
  readOnly,
  size: size("100Gi"),
});

/** A folder of the cluster's one node. */
const hostPath = z.strictObject({
  kind: z.literal("hostPath").meta({ description: "A folder of the node; for one-node clusters." }),
  path: absolutePath().meta({ description: "The folder on the node." }),
  mountPath,
  readOnly,
  size: size("100Gi"),
});

/** A volume that any StorageClass of the cluster provides. */
const storageClass = z.strictObject({
  kind: z.literal("storageClass").meta({ description: "A volume of any StorageClass: NFS, GlusterFS, Cinder, …" }),
  className: label().meta({ description: "The StorageClass." }),
  accessMode: z
    .enum(["ReadWriteMany", "ReadOnlyMany", "ReadWriteOnce"])
    .default("ReadWriteMany")
    .meta({ description: "How many nodes may mount it. Default: ReadWriteMany." }),
  existingVolumes: z.record(label(), words("the name of a PersistentVolume")).default({}).meta({
    description:
      "PersistentVolumes by the namespaces that mount them, without the prefix (spark, notebooks-harp). A class makes every claim a volume of its own, so several namespaces see the same files only through these. Default: the class makes one.",
  }),
  mountPath,
  readOnly,
  size: size("100Gi"),
});

/** `hamilton:volumes`: file trees that pods mount, by name. */
export const volumesGroup = z
  .record(label(), z.discriminatedUnion("kind", [windowsShare, hostPath, storageClass]))
  .meta({ description: "File trees that drivers, executors and notebooks mount, by name." });
