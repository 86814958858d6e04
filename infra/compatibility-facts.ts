/**
 * What releases bring and ask for, as their own publications say: the facts that `compatibility.ts` holds the table of
 * versions against. A new release is a new row here, read from the place that the row's type names.
 */

/** A Spark minor release. */
export interface SparkLine {
  /** The Hadoop client inside `pyspark`: `hadoop.version` in the POM of `org.apache.spark:spark-parent_2.13`. */
  readonly hadoop: string;
  /** The Scala binary version: `scala.binary.version` there. 4.x is published for one only. */
  readonly scala: string;
  /** fabric8's Kubernetes client: `kubernetes-client.version` there. */
  readonly kubernetesClient: string;
  /** The Python minors that `python/packaging/classic/setup.py` accepts and lists. */
  readonly python: readonly string[];
  /** The Java majors that the release's overview page names. */
  readonly java: readonly string[];
  /** The oldest Kubernetes that "Running Spark on Kubernetes" of the release asks for. */
  readonly oldestKubernetes: string;
}

/** By Spark's minor. Patch releases of one minor agree in all of this, 4.1.2 read from its POM. */
export const sparkLines: Readonly<Record<string, SparkLine>> = {
  "4.0": {
    ...{ hadoop: "3.4.1", scala: "2.13", kubernetesClient: "7.1.0" },
    ...{ python: ["3.9", "3.10", "3.11", "3.12", "3.13"], java: ["17", "21"], oldestKubernetes: "1.30" },
  },
  "4.1": {
    ...{ hadoop: "3.4.2", scala: "2.13", kubernetesClient: "7.4.1" },
    ...{ python: ["3.10", "3.11", "3.12", "3.13", "3.14"], java: ["17", "21"], oldestKubernetes: "1.32" },
  },
  "4.2": {
    ...{ hadoop: "3.5.0", scala: "2.13", kubernetesClient: "7.6.1" },
    ...{ python: ["3.10", "3.11", "3.12", "3.13", "3.14"], java: ["17", "21", "25"], oldestKubernetes: "1.34" },
  },
};

/**
 * The AWS SDK that a release of `hadoop-aws` is built for: `aws-java-sdk-v2.version` in the POM of
 * `org.apache.hadoop:hadoop-project`.
 */
export const awsSdkOfHadoop: Readonly<Record<string, string>> = {
  "3.4.1": "2.24.6",
  "3.4.2": "2.29.52",
  "3.5.0": "2.35.4",
};

/** What a minor release of JupyterLab asks of its parts, as ranges: `requires-python` and `dependencies` of its package. */
export const jupyterLabLines: Readonly<
  Record<string, Readonly<Record<"jupyterServer" | "ipykernel" | "python", string>>>
> = {
  "4.6": { jupyterServer: ">=2.19.0 <3", ipykernel: ">=6.5.0 <6.30.0 || >6.30.0", python: ">=3.10" },
};

/** The newest Kubernetes whose objects fabric8's client knows, by its minor; newer servers answer it all the same. */
export const kubernetesOfClient: Readonly<Record<string, string>> = {
  "7.1": "1.32",
  "7.4": "1.34",
  "7.6": "1.35",
};

/** The sidecars that a release of csi-driver-smb names in its own `deploy/` folder. */
export const sidecarsOfSmbDriver: Readonly<
  Record<string, Readonly<Record<"provisioner" | "resizer" | "livenessProbe" | "nodeDriverRegistrar", string>>>
> = {
  "v1.20.3": { provisioner: "v6.3.0", resizer: "v2.2.0", livenessProbe: "v2.19.0", nodeDriverRegistrar: "v2.17.0" },
};
