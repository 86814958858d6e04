/**
 * The one table of versions. Everything built or declared takes its version from here; the toolchain's Go modules are
 * pinned by their own `go.mod` files (`local/toolchain/modules/`), npm packages by `package.json`.
 */

/**
 * Spark and what must agree with it. These move together: `hadoop` is what the `pyspark` package carries, `awsSdk` is
 * what that `hadoop-aws` depends on, and `spark-hadoop-cloud` is published for `spark` itself.
 */
export interface SparkRelease {
  /** Spark, `pyspark` and `spark-hadoop-cloud`. */
  readonly spark: string;
  /** The Scala binary version in artifact names. */
  readonly scala: string;
  /** The Hadoop client inside `pyspark`, and so `hadoop-aws`. */
  readonly hadoop: string;
  /** `software.amazon.awssdk:bundle`, as `hadoop-aws` of this release names it. */
  readonly awsSdk: string;
  /** The minor version of Python in driver, executors and notebooks. */
  readonly python: string;
  /** The major version of Java. */
  readonly java: string;
  /** `com.microsoft.sqlserver:mssql-jdbc`; even minors are the stable ones. */
  readonly mssqlJdbc: string;
  /** `org.postgresql:postgresql`. */
  readonly postgresqlJdbc: string;
}

/** The Spark release of this platform: the newest whose parts, `spark-hadoop-cloud` included, are all published. */
export const sparkRelease: SparkRelease = {
  spark: "4.1.2", // renovate: datasource=pypi depName=pyspark
  scala: "2.13",
  hadoop: "3.4.2",
  awsSdk: "2.29.52",
  python: "3.13",
  java: "21",
  mssqlJdbc: "13.6.0.jre11", // renovate: datasource=maven depName=com.microsoft.sqlserver:mssql-jdbc
  postgresqlJdbc: "42.7.8", // renovate: datasource=maven depName=org.postgresql:postgresql
};

/** What the notebooks' image adds to the Spark image, by the names of its Python packages. */
export interface NotebookRelease {
  /** `jupyterlab`, the page in the browser. */
  readonly jupyterlab: string;
  /** `jupyter-server`, which hands it out and starts kernels. */
  readonly jupyterServer: string;
  /** `ipykernel`, in which Python cells run. */
  readonly ipykernel: string;
  /** `matplotlib`, for plots. */
  readonly matplotlib: string;
  /** `mssql-python`, Microsoft's client of SQL Server for Python without Spark. */
  readonly mssqlPython: string;
}

/** The notebooks' packages of this platform. A change here asks for `npm run images:lock`. */
export const notebookRelease: NotebookRelease = {
  jupyterlab: "4.6.6", // renovate: datasource=pypi depName=jupyterlab
  jupyterServer: "2.21.1", // renovate: datasource=pypi depName=jupyter-server
  ipykernel: "7.4.0", // renovate: datasource=pypi depName=ipykernel
  matplotlib: "3.11.2", // renovate: datasource=pypi depName=matplotlib
  mssqlPython: "1.16.0", // renovate: datasource=pypi depName=mssql-python
};

/** The image that every image of ours starts from: Debian 13 carries Python 3.13 and OpenJDK 21. */
export const baseImage = "debian:trixie-slim"; // renovate: datasource=docker depName=debian

/** An image that this platform builds (`images/Containerfile`), by its target. */
export interface PlatformImage {
  /** Its repository in whatever registry the stack file names. */
  readonly repository: string;
  /** The tag, unless the stack file gives another. */
  readonly tag: string;
}

/**
 * The sources of MinIO that the image is built from: upstream publishes no images any more. Go compiles them as
 * `local/toolchain/modules/minio` pins them; a test holds the two together.
 */
export const minioVersion = "0.0.0-20260212201848-7aac2a2c5b7c";

/** Traefik, built from its Go module as well: `local/toolchain/modules/traefik` pins it. */
export const traefikVersion = "3.7.13";

/**
 * The sources of the proxy that asks a site's login service before a notebook. Go compiles them as
 * `local/toolchain/modules/oauth2-proxy` pins them; a test holds the two together.
 */
export const oauth2ProxyVersion = "7.15.4";

/** The images of the platform. Notebooks and their executors must agree in Spark, so the notebooks' tag names it first. */
export const platformImages: Readonly<
  Record<"spark" | "jupyter" | "minio" | "traefik" | "oauth2-proxy", PlatformImage>
> = {
  spark: { repository: "hamilton/spark", tag: sparkRelease.spark },
  jupyter: { repository: "hamilton/jupyter", tag: `${sparkRelease.spark}-lab${notebookRelease.jupyterlab}` },
  minio: { repository: "hamilton/minio", tag: minioVersion },
  traefik: { repository: "hamilton/traefik", tag: traefikVersion },
  "oauth2-proxy": { repository: "hamilton/oauth2-proxy", tag: oauth2ProxyVersion },
};

/** csi-driver-smb and the containers beside it, at the versions that its own release names together. */
export const smbDriverImages = {
  plugin: "registry.k8s.io/sig-storage/smbplugin:v1.20.3", // renovate: datasource=docker depName=registry.k8s.io/sig-storage/smbplugin
  provisioner: "registry.k8s.io/sig-storage/csi-provisioner:v6.3.0",
  resizer: "registry.k8s.io/sig-storage/csi-resizer:v2.2.0",
  livenessProbe: "registry.k8s.io/sig-storage/livenessprobe:v2.19.0",
  nodeDriverRegistrar: "registry.k8s.io/sig-storage/csi-node-driver-registrar:v2.17.0",
} as const;

/**
 * The Kubernetes releases that this program supports, as minor versions.
 *
 * `least`: the first that keeps a StatefulSet's claims as the object store asks (`persistentVolumeClaimRetentionPolicy`,
 * on by default since 1.27); csi-driver-smb asks for 1.21. `recommended`: what Spark's documentation names for release
 * 4.1 ("Running Spark on Kubernetes", prerequisites). `newest`: the newest whose change log was read for this program:
 * nothing that it declares was taken away up to there.
 */
export const kubernetesReleases = { least: "1.27", recommended: "1.32", newest: "1.37" } as const;
