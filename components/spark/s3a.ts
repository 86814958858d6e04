import { gte } from "semver";
import type { Bucket } from "../core/contracts";

/** An object store as S3A needs to know it, in plain values. */
export interface S3aStore {
  /** The URL inside the cluster. */
  readonly endpoint: string;
  /** The URL outside it. */
  readonly externalEndpoint: string;
  readonly region: string;
  readonly pathStyle: boolean;
  readonly buckets: readonly Bucket[];
}

/** The Spark and Hadoop releases that decide which settings there are. */
export interface S3aReleases {
  readonly spark: string;
  readonly hadoop: string;
}

/**
 * The role of the bucket that files of a submitting machine go through. It is reached by the outside URL from inside as
 * well, so that one set of settings serves both.
 */
export const uploadsRole = "uploads";

/** The role of the bucket that event logs go to, where there is one. */
export const eventsRole = "events";

/** The role of the bucket that results go to. */
export const lakeRole = "lake";

/** The settings of Hadoop's S3A client and of the magic committer, without any key. */
export function s3aSettings(store: S3aStore, releases: S3aReleases): Record<string, string> {
  return { ...clientSettings(store, releases), ...uploadSettings(store), ...committerSettings(releases) };
}

function clientSettings(store: S3aStore, { hadoop }: S3aReleases): Record<string, string> {
  return {
    "spark.hadoop.fs.s3a.endpoint": store.endpoint,
    // Any fixed region keeps the client from asking AWS which one it is.
    "spark.hadoop.fs.s3a.endpoint.region": store.region,
    "spark.hadoop.fs.s3a.path.style.access": String(store.pathStyle),
    "spark.hadoop.fs.s3a.connection.ssl.enabled": String(encrypted(store.endpoint)),
    "spark.hadoop.fs.s3a.connection.maximum": "200",
    "spark.hadoop.fs.s3a.aws.credentials.provider":
      "software.amazon.awssdk.auth.credentials.EnvironmentVariableCredentialsProvider",
    // Later releases may default to the analytics stream, which is made for AWS.
    ...(gte(hadoop, "3.4.2") ? { "spark.hadoop.fs.s3a.input.stream.type": "classic" } : {}),
    // MinIO and AWS take conditional writes (If-None-Match), which these releases use on create.
    ...(gte(hadoop, "3.4.2") ? { "spark.hadoop.fs.s3a.create.conditional.enabled": "true" } : {}),
  };
}

/** The uploads bucket's own URL, where it differs from the others'. */
function uploadSettings(store: S3aStore): Record<string, string> {
  const uploads = store.buckets.find((bucket) => bucket.role === uploadsRole);
  if (uploads === undefined) return {};
  const own = `spark.hadoop.fs.s3a.bucket.${uploads.name}`;
  return {
    "spark.kubernetes.file.upload.path": `${uploads.url}/`,
    ...(store.externalEndpoint === store.endpoint
      ? {}
      : {
          [`${own}.endpoint`]: store.externalEndpoint,
          [`${own}.connection.ssl.enabled`]: String(encrypted(store.externalEndpoint)),
        }),
  };
}

/**
 * The magic committer: tasks upload to their final place, the job makes it all visible at once. Spark turns it on by
 * itself since 4.1, but only silently and where spark-hadoop-cloud is found; spelt out, a missing jar is an error.
 */
function committerSettings({ spark }: S3aReleases): Record<string, string> {
  return {
    "spark.hadoop.fs.s3a.committer.name": "magic",
    ...(gte(spark, "4.1.0") ? {} : { "spark.hadoop.fs.s3a.committer.magic.enabled": "true" }),
    "spark.hadoop.mapreduce.outputcommitter.factory.scheme.s3a": "org.apache.hadoop.fs.s3a.commit.S3ACommitterFactory",
    "spark.sql.parquet.output.committer.class": "org.apache.spark.internal.io.cloud.BindingParquetOutputCommitter",
    "spark.sql.sources.commitProtocolClass": "org.apache.spark.internal.io.cloud.PathOutputCommitProtocol",
  };
}

/** Event logs, in their bucket's root: unlike a folder, a root is there before the first log. Off without that bucket. */
export function eventLogSettings(buckets: readonly Bucket[]): Record<string, string> {
  const events = buckets.find((bucket) => bucket.role === eventsRole);
  return events === undefined
    ? { "spark.eventLog.enabled": "false" }
    : { "spark.eventLog.enabled": "true", "spark.eventLog.dir": `${events.url}/` };
}

function encrypted(url: string): boolean {
  return url.startsWith("https://");
}
