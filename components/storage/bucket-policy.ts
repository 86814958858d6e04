import type { BucketAccess } from "../core/contracts";

/** A statement of an IAM policy. */
interface Statement {
  readonly Effect: "Allow";
  readonly Action: readonly string[];
  readonly Resource: readonly string[];
}

/** An IAM policy document, as every S3 engine understands it. */
export interface BucketPolicy {
  readonly Version: "2012-10-17";
  readonly Statement: readonly Statement[];
}

const actions: Readonly<Record<BucketAccess, { bucket: readonly string[]; objects: readonly string[] }>> = {
  read: { bucket: ["s3:GetBucketLocation", "s3:ListBucket"], objects: ["s3:GetObject"] },
  // A writer lists, since S3A looks before it writes, and aborts its own uploads; it neither reads nor deletes objects.
  write: {
    bucket: ["s3:GetBucketLocation", "s3:ListBucket", "s3:ListBucketMultipartUploads"],
    objects: ["s3:AbortMultipartUpload", "s3:ListMultipartUploadParts", "s3:PutObject"],
  },
  readWrite: {
    bucket: ["s3:GetBucketLocation", "s3:ListBucket", "s3:ListBucketMultipartUploads"],
    objects: [
      "s3:AbortMultipartUpload",
      "s3:DeleteObject",
      "s3:GetObject",
      "s3:ListMultipartUploadParts",
      "s3:PutObject",
    ],
  },
};

/**
 * The policy of a user who has been granted access to some buckets, and to nothing else: no other bucket, no list of
 * buckets, no administration. Statements are sorted by bucket, so the text changes only with the grants.
 *
 * @param grants Access by the bucket's real name.
 */
export function bucketPolicy(grants: Readonly<Record<string, BucketAccess>>): BucketPolicy {
  const names = Object.keys(grants).sort();
  return {
    Version: "2012-10-17",
    Statement: names.flatMap((name) => {
      const { bucket, objects } = actions[grants[name] as BucketAccess];
      return [
        { Effect: "Allow", Action: bucket, Resource: [`arn:aws:s3:::${name}`] },
        { Effect: "Allow", Action: objects, Resource: [`arn:aws:s3:::${name}/*`] },
      ] as const;
    }),
  };
}
