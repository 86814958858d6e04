import type { NetworkPort } from "../core/contracts";

/** The port on which a driver takes its executors' registrations. Fixed, so that a network flow can name it. */
export const driverPort = 7078;

/** The port on which drivers and executors hand each other blocks: shuffle files, broadcasts, results. */
export const blockManagerPort = 7079;

/** The port of a driver's web page. No flow opens it; look through `kubectl port-forward`. */
export const driverWebPort = 4040;

/**
 * How many further ports a driver tries where the first is taken. A pod with several notebooks has a driver for each
 * kernel, all with the same first ports.
 */
const furtherPorts = 15;

function portRange(port: number): Required<Pick<NetworkPort, "port" | "endPort">> {
  return { port, endPort: port + furtherPorts };
}

/**
 * The ports of drivers in client mode, as many as there may be in a pod: for executors' registrations, for blocks, and
 * for the web pages. Apart from those of cluster mode, whose second driver port is the first one of its blocks.
 */
export const clientPorts = {
  driver: portRange(7100),
  blocks: portRange(7200),
  web: portRange(4040),
  furtherPorts,
} as const;

/** The user that Spark runs as in our image (`useradd --uid 185` in `images/Containerfile`), and its group. */
export const sparkUser = { user: 185, group: 0 } as const;

/** The folder of the image in which a driver and an executor start. */
export const workDirectory = "/opt/spark/work-dir";

/** The Python of drivers and executors, where `images/Containerfile` puts it. */
export const pythonBinary = "/usr/bin/python3";

/** The name of the container that Spark fills in a pod template. */
export const sparkContainer = "spark";

/** The labels that Spark itself puts on a driver's and on an executor's pod; what network flows select them by. */
export const driverLabels = { "spark-role": "driver" } as const;
export const executorLabels = { "spark-role": "executor" } as const;

/** Settings that cluster mode refuses, or with which a job would leave what the platform has fixed for it. */
const reservedSettings: readonly RegExp[] = [
  // DriverServiceFeatureStep stops with "… is not supported in Kubernetes mode" on these two.
  /^spark\.driver\.(host|bindAddress)$/,
  /^spark\.(master|submit\.deployMode)$/,
  /^spark\.(driver\.port|driver\.blockManager\.port|blockManager\.port|ui\.port|port\.maxRetries)$/,
  // As defaults these would give the pods of two drivers one name.
  /^spark\.kubernetes\.(driver\.pod\.name|executor\.podNamePrefix)$/,
  /^spark\.(authenticate|network\.crypto\.enabled)$/,
  /^spark\.kubernetes\.(namespace|authenticate\..*|file\.upload\.path)$/,
  /^spark\.kubernetes\.(driver|executor)\.(podTemplateFile|podTemplateContainerName|secretKeyRef\..*)$/,
];

/** Names under which Spark and Hadoop look for passwords and keys, after Spark's own `spark.redaction.regex`. */
const secretSetting = /secret|password|passphrase|token|access[.]?key|credential(?!s\.provider$)/i;

/** A value that carries a user and a password in a URL. */
const secretValue = /:\/\/[^/\s:@]+:[^/\s@]+@/;

/**
 * What is wrong with a setting that a stack file adds to every job, as the end of a sentence; nothing if it is fine.
 * The value of a setting that looks like a secret isn't shown.
 */
export function settingFault(name: string, value: string): string | undefined {
  if (reservedSettings.some((pattern) => pattern.test(name)))
    return "is set by the platform, or refused in cluster mode; expected it to be left out";
  if (secretSetting.test(name) || secretValue.test(value))
    return "looks like a secret, and Spark settings are readable; expected it in a Secret that the job's pods read";
  if (/[\r\n]/.test(value)) return "has a line break; expected a single line";
  return undefined;
}
