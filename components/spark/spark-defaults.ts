import { sizeSettings, type PodSize } from "./pod-size";
import { eventLogSettings, s3aSettings, type S3aReleases, type S3aStore } from "./s3a";
import { blockManagerPort, driverPort, driverWebPort, pythonBinary } from "./settings";
import {
  allocationSettings,
  credentialSettings,
  placeSettings,
  placeVariables,
  templateSettings,
  trustSettings,
  variableSettings,
  volumeSettings,
  type CredentialsSecret,
  type ExecutorBounds,
  type ExecutorPlace,
  type MountedVolume,
  type SparkRole,
} from "./shared-settings";

/** The master, the pod templates and, outside the cluster, the token: where a set of properties is used from. */
export interface SubmissionPlace {
  /** The API server's URL, port included: `https://10.88.0.1:6443`. */
  readonly server: string;
  /** The paths of the pod templates, for whoever submits. */
  readonly driverPodTemplate: string;
  readonly executorPodTemplate: string;
  /** The file with the submitter's token. @default the token of the submitting pod's own service account */
  readonly tokenFile?: string;
}

/** Everything that the properties of a job follow from, in plain values. */
export interface SparkDefaultsSource extends ExecutorPlace {
  readonly releases: S3aReleases;
  readonly driverAccount: string;
  readonly driver: PodSize;
  readonly executor: PodSize;
  readonly executors: ExecutorBounds;
  readonly volumes: readonly MountedVolume[];
  readonly store: S3aStore;
  /** The Secret with the keys of drivers and executors. */
  readonly credentials: CredentialsSecret;
  /** Further settings; they win over the platform's. @default none */
  readonly settings?: Readonly<Record<string, string>>;
}

/** In cluster mode Spark makes both kinds of pods. */
const bothRoles: readonly SparkRole[] = ["driver", "executor"];

/**
 * The settings that every job of the platform has. There is no secret in them, and neither `spark.driver.host` nor
 * `spark.driver.bindAddress`, which cluster mode refuses.
 *
 * @throws ValueFault if a size or a duration doesn't parse.
 */
export function sparkSettings(source: SparkDefaultsSource, place: SubmissionPlace): Record<string, string> {
  return {
    ...submissionSettings(place),
    ...placeSettings(source),
    "spark.kubernetes.authenticate.driver.serviceAccountName": source.driverAccount,
    ...sizeSettings("driver", source.driver),
    ...sizeSettings("executor", source.executor),
    ...allocationSettings(source.executors),
    ...networkSettings(),
    ...s3aSettings(source.store, source.releases),
    ...eventLogSettings(source.store.buckets),
    ...credentialSettings(source.credentials, bothRoles),
    ...volumeSettings(source.volumes, bothRoles),
    ...variableSettings(placeVariables(source.volumes, source.store.buckets), bothRoles),
    ...programSettings(),
    ...source.settings,
  };
}

/** Settings as the text of `spark-defaults.conf`: one a line, sorted, in the escapes of Java's property files. */
export function propertiesText(settings: Readonly<Record<string, string>>): string {
  const lines = Object.keys(settings)
    .sort()
    .map((key) => `${key}=${(settings[key] ?? "").replace(/\\/g, "\\\\").replace(/^ /, "\\ ")}\n`);
  return lines.join("");
}

function submissionSettings(place: SubmissionPlace): Record<string, string> {
  return {
    "spark.master": `k8s://${place.server}`,
    "spark.submit.deployMode": "cluster",
    ...templateSettings("driver", place.driverPodTemplate),
    ...templateSettings("executor", place.executorPodTemplate),
    ...(place.tokenFile === undefined
      ? {}
      : { "spark.kubernetes.authenticate.submission.oauthTokenFile": place.tokenFile }),
  };
}

function networkSettings(): Record<string, string> {
  return {
    "spark.driver.port": String(driverPort),
    "spark.driver.blockManager.port": String(blockManagerPort),
    "spark.blockManager.port": String(blockManagerPort),
    "spark.ui.port": String(driverWebPort),
    ...trustSettings(),
  };
}

function programSettings(): Record<string, string> {
  return {
    "spark.pyspark.python": pythonBinary,
    "spark.pyspark.driver.python": pythonBinary,
    // The image's file system is read-only, and uid 185 has no home to write to.
    "spark.jars.ivy": "/tmp/.ivy2",
    // A thread left running by the program would otherwise keep a finished driver, and its share of the quota, for ever.
    "spark.submit.callSystemExitOnMainExit": "true",
  };
}
