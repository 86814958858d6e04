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

/** The image that every image of ours starts from: Debian 13 carries Python 3.13 and OpenJDK 21. */
export const baseImage = "debian:trixie-slim"; // renovate: datasource=docker depName=debian
