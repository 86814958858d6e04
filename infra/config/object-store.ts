import { z } from "zod";
import { nodeSelector, tolerations } from "./placement";
import { bucket, cidr, cpu, label, memory, secretName, serverUrl, storageSize, whole, words } from "./values";

/** What a bucket is for. The platform uses `lake`, `uploads` and `events`; jobs may have more. */
const bucketRoles = z.record(label(), bucket()).meta({
  description:
    "Bucket names by what they are for: lake (results), uploads (submitted files), events (Spark event logs).",
});

const minio = z.strictObject({
  kind: z.literal("minio").meta({ description: "MinIO in this cluster." }),
  nodePort: whole(30000, 32767)
    .optional()
    .meta({ description: "The port of every node under which machines outside reach it. Default: not reachable." }),
  externalEndpoint: serverUrl("http", "https").optional().meta({
    description: "Its URL for machines outside the cluster: a node and the nodePort. Needed to submit local files.",
  }),
  replicas: whole(1, 16)
    .refine((count) => count === 1 || count >= 4, { error: "1, or a whole number from 4 to 16" })
    .default(1)
    .meta({ description: "Servers: 1, or 4 to 16 that bear the loss of some (erasure coding). Default: 1." }),
  storage: z
    .strictObject({
      className: label().optional().meta({ description: "The StorageClass. Default: the cluster's default class." }),
      size: storageSize({ from: "1Gi", to: "64Ti" }).meta({ description: "The size of each server's volume." }),
    })
    .meta({ description: "Where objects are kept." }),
  resources: z
    .strictObject({
      cpu: cpu({ from: "0.05", to: "32" })
        .default("250m")
        .meta({ description: "CPUs set aside for each server. Default: 250m." }),
      memory: memory({ from: "256Mi", to: "256Gi" })
        .default("1Gi")
        .meta({ description: "Memory of each server, set aside and at most. Default: 1Gi." }),
    })
    .prefault({})
    .meta({ description: "CPU and memory of each server." }),
  nodeSelector,
  tolerations,
  buckets: bucketRoles,
});

const external = z.strictObject({
  kind: z.literal("external").meta({ description: "An S3 store outside this cluster." }),
  endpoint: serverUrl("http", "https").meta({ description: "Its URL." }),
  cidrs: z
    .array(cidr())
    .min(1)
    .meta({ description: "The store's addresses, which drivers and executors may connect to on the endpoint's port." }),
  region: words("a region").default("us-east-1").meta({ description: "The region to sign with. Default: us-east-1." }),
  pathStyle: z
    .boolean()
    .default(true)
    .meta({ description: "Whether the bucket stands in the path; false for AWS. Default: true." }),
  credentials: z
    .strictObject({
      spark: keyPair("drivers and executors"),
      submitter: keyPair("submitters, who write to the uploads bucket"),
    })
    .meta({ description: "The keys of each user, as entries of hamilton:secrets." }),
  buckets: bucketRoles,
});

function keyPair(who: string) {
  return z
    .strictObject({
      accessKey: secretName().meta({ description: "The entry of hamilton:secrets with the access key." }),
      secretKey: secretName().meta({ description: "The entry of hamilton:secrets with the secret key." }),
    })
    .meta({ description: `The keys of ${who}.` });
}

/** `hamilton:objectStore`: the S3 store, in the cluster or outside. */
export const objectStoreGroup = z
  .discriminatedUnion("kind", [minio, external])
  .meta({ description: "The S3 object store." });
