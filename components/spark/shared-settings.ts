import type { SharedVolume, WorkloadCredentials } from "../core/contracts";
import { environmentName } from "../core/names";
import { seconds } from "../core/quantities";
import type { S3aStore } from "./s3a";
import { sparkContainer } from "./settings";

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

/** The Secret with the keys of a workload. Only its name gets into properties. */
export interface CredentialsSecret {
  readonly secretName: string;
  readonly entries: WorkloadCredentials["entries"];
}

/** Where Spark makes executors: in cluster mode and in client mode alike. */
export interface ExecutorPlace {
  readonly namespace: string;
  readonly image: string;
  readonly imagePullSecrets: readonly string[];
  readonly executorAccount: string;
}

/** The pods that a setting of Spark's is for. A driver in client mode is no pod of Spark's making. */
export type SparkRole = "driver" | "executor";

/** Volumes with their claims; both lists in one order. */
export function mountedVolumes(volumes: readonly SharedVolume[], claims: readonly string[]): MountedVolume[] {
  return volumes.map(({ name, mountPath, readOnly }, index) => ({
    name,
    mountPath,
    readOnly,
    claim: claims[index] as string,
  }));
}

/** Namespace, image and account of executors. */
export function placeSettings({ namespace, image, imagePullSecrets, executorAccount }: ExecutorPlace) {
  return {
    "spark.kubernetes.namespace": namespace,
    "spark.kubernetes.container.image": image,
    ...(imagePullSecrets.length === 0
      ? {}
      : { "spark.kubernetes.container.image.pullSecrets": imagePullSecrets.join(",") }),
    // Without this one executors would run under the driver's account, and with its rights.
    "spark.kubernetes.authenticate.executor.serviceAccountName": executorAccount,
  };
}

/** The pod template of a role, by the path under which whoever reads the properties finds it. */
export function templateSettings(role: SparkRole, path: string): Record<string, string> {
  return {
    [`spark.kubernetes.${role}.podTemplateFile`]: path,
    [`spark.kubernetes.${role}.podTemplateContainerName`]: sparkContainer,
  };
}

/**
 * Executors that come and go with the work.
 *
 * @throws ValueFault if a duration doesn't parse.
 */
export function allocationSettings(executors: ExecutorBounds): Record<string, string> {
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

/** Drivers and executors trust each other by a secret of the job's own, and encrypt what they say. */
export function trustSettings(): Record<string, string> {
  return {
    // On Kubernetes the driver makes the shared secret itself, for each job, and hands it to its executors alone.
    "spark.authenticate": "true",
    "spark.network.crypto.enabled": "true",
  };
}

/** The workload's keys as environment variables of the pods of these roles. */
export function credentialSettings(
  { secretName, entries }: CredentialsSecret,
  roles: readonly SparkRole[],
): Record<string, string> {
  return Object.fromEntries(
    roles.flatMap((role) =>
      Object.values(entries).map((entry) => [
        `spark.kubernetes.${role}.secretKeyRef.${entry}`,
        `${secretName}:${entry}`,
      ]),
    ),
  );
}

/** The volumes of the pods of these roles. */
export function volumeSettings(volumes: readonly MountedVolume[], roles: readonly SparkRole[]): Record<string, string> {
  return Object.fromEntries(
    volumes.flatMap(({ name, mountPath, readOnly, claim }) =>
      roles.flatMap((role) => {
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

/** The variables by which a job finds its volumes and buckets. */
export function placeVariables(
  volumes: readonly Pick<SharedVolume, "name" | "mountPath">[],
  buckets: S3aStore["buckets"],
): Readonly<Record<string, string>> {
  return Object.fromEntries([
    ...volumes.map(({ name, mountPath }) => [`HAMILTON_VOLUME_${environmentName(name)}`, mountPath] as const),
    ...buckets.map(({ role, url }) => [`HAMILTON_BUCKET_${environmentName(role)}`, url] as const),
  ]);
}

/** Variables as settings, for the pods of these roles. */
export function variableSettings(
  variables: Readonly<Record<string, string>>,
  roles: readonly SparkRole[],
): Record<string, string> {
  const prefixes = { driver: "spark.kubernetes.driverEnv", executor: "spark.executorEnv" };
  return Object.fromEntries(
    Object.entries(variables).flatMap(([name, value]) => roles.map((role) => [`${prefixes[role]}.${name}`, value])),
  );
}
