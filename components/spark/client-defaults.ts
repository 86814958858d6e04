import { memoryBytes, sparkMemory } from "../core/quantities";
import { sizeSettings, type PodSize } from "./pod-size";
import { eventLogSettings, eventsRole, lakeRole, s3aSettings, type S3aReleases, type S3aStore } from "./s3a";
import { blockManagerPort, clientPorts, pythonBinary } from "./settings";
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
} from "./shared-settings";

/** Everything that the properties of drivers in one pod follow from, in plain values. */
export interface ClientDefaultsSource extends ExecutorPlace {
  readonly releases: S3aReleases;
  /** What applications are called unless their program says otherwise. */
  readonly application: string;
  /** The pod in which the drivers run; it owns their executors. */
  readonly driverPod: {
    readonly name: string;
    /** Its name in DNS, which executors dial: `harp-0.harp-pods.notebooks-harp.svc.cluster.local`. */
    readonly host: string;
  };
  /** The Java heap of each driver: `"1g"`. */
  readonly driverMemory: string;
  readonly executor: PodSize;
  readonly executors: ExecutorBounds;
  /** The path of the executors' pod template in that pod. */
  readonly executorPodTemplate: string;
  readonly volumes: readonly MountedVolume[];
  readonly store: S3aStore;
  /** The Secret with the keys of the executors, in their namespace. */
  readonly credentials: CredentialsSecret;
  /** Further settings; they win over the platform's. @default none */
  readonly settings?: Readonly<Record<string, string>>;
}

/**
 * The settings of drivers in client mode, several of them in one pod: any Python process there that asks for a session
 * gets one on this cluster. What the driver itself sees (volumes, keys, variables) is its pod's business; these settings
 * give the same to the executors.
 *
 * @throws ValueFault if a size or a duration doesn't parse.
 */
export function clientSettings(source: ClientDefaultsSource): Record<string, string> {
  return {
    "spark.master": "k8s://https://kubernetes.default.svc:443",
    "spark.submit.deployMode": "client",
    "spark.app.name": source.application,
    "spark.driver.memory": sparkMemory(memoryBytes("driverMemory", source.driverMemory)),
    ...placeSettings(source),
    ...templateSettings("executor", source.executorPodTemplate),
    ...sizeSettings("executor", source.executor),
    ...allocationSettings(source.executors),
    ...driverPodSettings(source.driverPod),
    ...trustSettings(),
    ...s3aSettings(source.store, source.releases),
    ...eventLogSettings(source.store.buckets),
    ...eventLogPatience(source.store),
    ...warehouseSettings(source),
    ...credentialSettings(source.credentials, ["executor"]),
    ...volumeSettings(source.volumes, ["executor"]),
    ...variableSettings(placeVariables(source.volumes, source.store.buckets), ["executor"]),
    "spark.pyspark.python": pythonBinary,
    "spark.pyspark.driver.python": pythonBinary,
    "spark.jars.ivy": "/tmp/.ivy2",
    ...source.settings,
  };
}

/**
 * A start of Spark begins its event log, and with S3A's own patience a person would wait for a store that is away for
 * almost three minutes. Here it is 15 seconds at most: the least that S3A takes for a request (its own retries aside),
 * within which the AWS client tries again. Parts of a log that are on their way have a time-out of their own. No other
 * bucket is touched: what a cell reads and writes is worth as much patience as in a job.
 */
function eventLogPatience({ buckets }: S3aStore): Record<string, string> {
  const events = buckets.find(({ role }) => role === eventsRole);
  if (events === undefined) return {};
  const own = `spark.hadoop.fs.s3a.bucket.${events.name}`;
  return {
    [`${own}.retry.limit`]: "0",
    [`${own}.attempts.maximum`]: "8",
    [`${own}.connection.request.timeout`]: "15s",
  };
}

/**
 * Where a table without a path is kept (`saveAsTable`). Spark's own choice is a folder below where the driver runs: in the
 * home, which executors don't see; each would write its part into its own pod, and the table would be empty. The lake is
 * seen by all of them, and each notebook has a folder of its own there.
 */
function warehouseSettings({ store, application }: ClientDefaultsSource): Record<string, string> {
  const lake = store.buckets.find(({ role }) => role === lakeRole);
  return lake === undefined ? {} : { "spark.sql.warehouse.dir": `${lake.url}/warehouse/${application}` };
}

function driverPodSettings({ name, host }: ClientDefaultsSource["driverPod"]): Record<string, string> {
  return {
    // Executors are owned by this pod: the cluster removes them with it, however it ends.
    "spark.kubernetes.driver.pod.name": name,
    "spark.driver.host": host,
    "spark.driver.bindAddress": "0.0.0.0",
    // By default from 4.3 on, executors would dial the address that the driver binds, which is no address of a pod.
    "spark.kubernetes.executor.useDriverPodIP": "false",
    "spark.driver.port": String(clientPorts.driver.port),
    "spark.driver.blockManager.port": String(clientPorts.blocks.port),
    "spark.blockManager.port": String(blockManagerPort),
    "spark.ui.port": String(clientPorts.web.port),
    "spark.port.maxRetries": String(clientPorts.furtherPorts),
    // The Service and the claims are the platform's: the driver neither looks for them nor removes them.
    "spark.kubernetes.driver.service.deleteOnTermination": "false",
    "spark.kubernetes.driver.ownPersistentVolumeClaim": "false",
    "spark.kubernetes.driver.reusePersistentVolumeClaim": "false",
  };
}
