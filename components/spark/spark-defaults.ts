import type { SharedVolume, WorkloadCredentials } from "../core/contracts";
import { environmentName } from "../core/names";
import { seconds } from "../core/quantities";
import { sizeSettings, type PodSize } from "./pod-size";
import { eventLogSettings, s3aSettings, type S3aReleases, type S3aStore } from "./s3a";
import { blockManagerPort, driverPort, driverWebPort, pythonBinary, sparkContainer } from "./settings";

/** How many executors a job has, by dynamic allocation. */
export interface ExecutorBounds {
  /** Executors a job starts with and keeps. @default 0 */
  readonly min?: number;
  /** The most it gets. */
  readonly max: number;
  /** How long an idle executor is kept: `"1m"`. @default 1m */
  readonly idleTimeout?: string;
  /** How long an idle one is kept for the shuffle data it holds. Spark's own default is for ever. @default 30m */
  readonly shuffleTimeout?: string;
}

/** A volume with the claim through which the pods of the namespace mount it. */
export interface MountedVolume extends Pick<SharedVolume, "name" | "mountPath" | "readOnly"> {
  readonly claim: string;
}

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
export interface SparkDefaultsSource {
  readonly releases: S3aReleases;
  readonly namespace: string;
  readonly image: string;
  readonly imagePullSecrets: readonly string[];
  readonly driverAccount: string;
  readonly executorAccount: string;
  readonly driver: PodSize;
  readonly executor: PodSize;
  readonly executors: ExecutorBounds;
  readonly volumes: readonly MountedVolume[];
  readonly store: S3aStore;
  /** The Secret with the keys of drivers and executors. Only its name gets into the properties. */
  readonly credentials: { readonly secretName: string; readonly entries: WorkloadCredentials["entries"] };
  /** Further settings; they win over the platform's. @default none */
  readonly settings?: Readonly<Record<string, string>>;
}

/**
 * The settings that every job of the platform has. There is no secret in them, and neither `spark.driver.host` nor
 * `spark.driver.bindAddress`, which cluster mode refuses.
 *
 * @throws ValueFault if a size or a duration doesn't parse.
 */
export function sparkSettings(source: SparkDefaultsSource, place: SubmissionPlace): Record<string, string> {
  return {
    ...submissionSettings(place),
    ...kubernetesSettings(source),
    ...sizeSettings("driver", source.driver),
    ...sizeSettings("executor", source.executor),
    ...allocationSettings(source.executors),
    ...networkSettings(),
    ...s3aSettings(source.store, source.releases),
    ...eventLogSettings(source.store.buckets),
    ...credentialSettings(source.credentials),
    ...volumeSettings(source.volumes),
    ...environmentSettings(source),
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
    "spark.kubernetes.driver.podTemplateFile": place.driverPodTemplate,
    "spark.kubernetes.driver.podTemplateContainerName": sparkContainer,
    "spark.kubernetes.executor.podTemplateFile": place.executorPodTemplate,
    "spark.kubernetes.executor.podTemplateContainerName": sparkContainer,
    ...(place.tokenFile === undefined
      ? {}
      : { "spark.kubernetes.authenticate.submission.oauthTokenFile": place.tokenFile }),
  };
}

function kubernetesSettings(source: SparkDefaultsSource): Record<string, string> {
  return {
    "spark.kubernetes.namespace": source.namespace,
    "spark.kubernetes.container.image": source.image,
    ...(source.imagePullSecrets.length === 0
      ? {}
      : { "spark.kubernetes.container.image.pullSecrets": source.imagePullSecrets.join(",") }),
    "spark.kubernetes.authenticate.driver.serviceAccountName": source.driverAccount,
    // Without this one executors would run under the driver's account, and with its rights.
    "spark.kubernetes.authenticate.executor.serviceAccountName": source.executorAccount,
  };
}

function allocationSettings(executors: ExecutorBounds): Record<string, string> {
  const { min = 0, max, idleTimeout = "1m", shuffleTimeout = "30m" } = executors;
  return {
    "spark.dynamicAllocation.enabled": "true",
    // There is no outside shuffle service: executors with shuffle data in use are kept instead.
    "spark.dynamicAllocation.shuffleTracking.enabled": "true",
    "spark.dynamicAllocation.shuffleTracking.timeout": `${seconds("shuffleTimeout", shuffleTimeout)}s`,
    "spark.dynamicAllocation.executorIdleTimeout": `${seconds("idleTimeout", idleTimeout)}s`,
    "spark.dynamicAllocation.initialExecutors": String(min),
    "spark.dynamicAllocation.minExecutors": String(min),
    "spark.dynamicAllocation.maxExecutors": String(max),
  };
}

function networkSettings(): Record<string, string> {
  return {
    "spark.driver.port": String(driverPort),
    "spark.driver.blockManager.port": String(blockManagerPort),
    "spark.blockManager.port": String(blockManagerPort),
    "spark.ui.port": String(driverWebPort),
    // On Kubernetes the driver makes the shared secret itself, for each job, and hands it to its executors alone.
    "spark.authenticate": "true",
    "spark.network.crypto.enabled": "true",
  };
}

function credentialSettings({ secretName, entries }: SparkDefaultsSource["credentials"]): Record<string, string> {
  return Object.fromEntries(
    ["driver", "executor"].flatMap((role) =>
      Object.values(entries).map((entry) => [
        `spark.kubernetes.${role}.secretKeyRef.${entry}`,
        `${secretName}:${entry}`,
      ]),
    ),
  );
}

function volumeSettings(volumes: readonly MountedVolume[]): Record<string, string> {
  return Object.fromEntries(
    volumes.flatMap(({ name, mountPath, readOnly, claim }) =>
      ["driver", "executor"].flatMap((role) => {
        const volume = `spark.kubernetes.${role}.volumes.persistentVolumeClaim.${name}`;
        return [
          [`${volume}.options.claimName`, claim],
          [`${volume}.mount.path`, mountPath],
          [`${volume}.mount.readOnly`, String(readOnly)],
        ];
      }),
    ),
  );
}

/** The variables by which a job finds its volumes and buckets, in driver and executors alike. */
function environmentSettings({ volumes, store }: SparkDefaultsSource): Record<string, string> {
  const variables = [
    ...volumes.map(({ name, mountPath }) => [`HAMILTON_VOLUME_${environmentName(name)}`, mountPath] as const),
    ...store.buckets.map(({ role, url }) => [`HAMILTON_BUCKET_${environmentName(role)}`, url] as const),
  ];
  return Object.fromEntries(
    variables.flatMap(([name, value]) => [
      [`spark.kubernetes.driverEnv.${name}`, value],
      [`spark.executorEnv.${name}`, value],
    ]),
  );
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
