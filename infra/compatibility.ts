import { RunError } from "@pulumi/pulumi";
import { coerce, gte, satisfies } from "semver";
import { imageVersion } from "../components/core/images";
import {
  awsSdkOfHadoop,
  jupyterLabLines,
  kubernetesOfClient,
  sidecarsOfSmbDriver,
  sparkLines,
} from "./compatibility-facts";
import {
  kubernetesReleases,
  notebookRelease,
  smbDriverImages,
  sparkRelease,
  type NotebookRelease,
  type SparkRelease,
} from "./versions";

/** The versions that must agree with each other. */
export interface VersionTable {
  readonly spark: SparkRelease;
  readonly notebooks: NotebookRelease;
  readonly kubernetes: Readonly<Record<keyof typeof kubernetesReleases, string>>;
  readonly smbDriver: Readonly<Record<keyof typeof smbDriverImages, string>>;
}

/** One version held against what it must agree with. */
export interface Agreement {
  /** What has the version: `Hadoop client`. */
  readonly what: string;
  readonly version: string;
  /** What it must agree with, and that one's version: `Spark 4.1.2`. */
  readonly with: string;
  /** What would fit, or how to find out. */
  readonly fitting: string;
  readonly fits: boolean;
  /** Where the version stands: a file of this repository. */
  readonly place: string;
}

/** The table that this program is made with. */
export const versionTable: VersionTable = {
  spark: sparkRelease,
  notebooks: notebookRelease,
  kubernetes: kubernetesReleases,
  smbDriver: smbDriverImages,
};

const place = "infra/versions.ts";
const unknown = (release: string) => `a row for ${release} in infra/compatibility-facts.ts, read from its publications`;

/** A rule gives the agreements of one component. Another component's versions are another function in this list. */
const rules: readonly ((table: VersionTable) => readonly Agreement[])[] = [
  sparkParts,
  awsSdk,
  jdbcDriver,
  notebookParts,
  kubernetes,
  sidecars,
];

/** Every version of the table with what it must agree with. */
export function agreements(table: VersionTable = versionTable): readonly Agreement[] {
  return rules.flatMap((rule) => rule(table));
}

/**
 * Refuses versions that don't fit each other, before anything is declared.
 *
 * @throws RunError with each of them and with what would fit.
 */
export function refuseMisfits(table: VersionTable = versionTable): void {
  const misfits = agreements(table).filter(({ fits }) => !fits);
  if (misfits.length > 0) throw new RunError(misfits.map(misfitSentence).join("\n"));
}

/** What is wrong with one version, as a sentence. */
export function misfitSentence({ what, version, with: other, fitting, place: file }: Agreement): string {
  return `${file}: ${what} ${version} doesn't fit ${other}; it takes ${fitting}.`;
}

function sparkParts({ spark }: VersionTable): Agreement[] {
  const other = `Spark ${spark.spark}`;
  const line = sparkLines[minorOf(spark.spark)];
  const part = (what: string, version: string, fitting: readonly string[]): Agreement => ({
    ...{ what, version, with: other, place },
    fitting: line === undefined ? unknown(`Spark ${minorOf(spark.spark)}`) : fitting.join(", "),
    fits: fitting.includes(version),
  });
  return [
    part("Hadoop client and hadoop-aws", spark.hadoop, line ? [line.hadoop] : []),
    part("Scala", spark.scala, line ? [line.scala] : []),
    part("Python", spark.python, line?.python ?? []),
    part("Java", spark.java, line?.java ?? []),
  ];
}

function awsSdk({ spark }: VersionTable): Agreement[] {
  const wanted = awsSdkOfHadoop[spark.hadoop];
  return [
    {
      ...{ what: "AWS SDK", version: spark.awsSdk, with: `hadoop-aws ${spark.hadoop}`, place },
      fitting: wanted ?? unknown(`hadoop-aws ${spark.hadoop}`),
      fits: spark.awsSdk === wanted,
    },
  ];
}

/** mssql-jdbc says in its version for which Java a jar is built; even minors are its stable releases. */
function jdbcDriver({ spark }: VersionTable): Agreement[] {
  const [, minor, java] = /^\d+\.(\d+)\.\d+\.jre(\d+)$/.exec(spark.mssqlJdbc) ?? [];
  const fits = minor !== undefined && Number(minor) % 2 === 0 && Number(java) <= Number(spark.java);
  const fitting = `a stable release (even minor) for Java ${spark.java} or older, such as 13.6.0.jre11`;
  return [{ what: "mssql-jdbc", version: spark.mssqlJdbc, with: `Java ${spark.java}`, fitting, fits, place }];
}

/** The image's Python is that of drivers and executors; pip checks the packages further down when it makes the lock. */
function notebookParts({ spark, notebooks }: VersionTable): Agreement[] {
  const lab = minorOf(notebooks.jupyterlab);
  const line = jupyterLabLines[lab];
  const other = `JupyterLab ${notebooks.jupyterlab}`;
  const part = (what: string, version: string, fitting: string | undefined): Agreement => ({
    ...{ what, version, with: other, place },
    fitting: fitting ?? unknown(`JupyterLab ${lab}`),
    fits: fitting !== undefined && satisfies(coerce(version) ?? version, fitting),
  });
  return [
    part("jupyter-server", notebooks.jupyterServer, line?.jupyterServer),
    part("ipykernel", notebooks.ipykernel, line?.ipykernel),
    part("Python of notebooks", spark.python, line?.python),
  ];
}

/** Drivers ask the API server through fabric8's client: Spark says which servers it wants, the client which it knows. */
function kubernetes({ spark, kubernetes: { least, recommended, newest } }: VersionTable): Agreement[] {
  const line = sparkLines[minorOf(spark.spark)];
  const known = line && kubernetesOfClient[minorOf(line.kubernetesClient)];
  if (line === undefined || known === undefined) {
    const fitting = unknown(`Spark ${minorOf(spark.spark)}`);
    return [{ what: "Kubernetes", version: recommended, with: `Spark ${spark.spark}`, fitting, fits: false, place }];
  }
  return [
    {
      ...{ what: "Kubernetes, recommended", version: recommended, with: `Spark ${spark.spark}`, place },
      ...{ fitting: `${line.oldestKubernetes} or newer`, fits: atLeast(recommended, line.oldestKubernetes) },
    },
    {
      ...{ what: "Kubernetes API", version: `${least} to ${newest}`, place },
      ...{ with: `Spark's fabric8 ${line.kubernetesClient}`, fitting: `a range with ${known} in it` },
      fits: atLeast(known, least) && atLeast(newest, known),
    },
  ];
}

/**
 * A Kubernetes server against the releases that this program is made for.
 *
 * @param version `1.34.4`
 */
export function kubernetesAgreement(what: string, version: string, where: string): Agreement {
  const { recommended, newest } = kubernetesReleases;
  const fits = atLeast(minorOf(version), recommended) && atLeast(newest, minorOf(version));
  return { what, version, with: "the Kubernetes API", fitting: `${recommended} to ${newest}`, fits, place: where };
}

function sidecars({ smbDriver }: VersionTable): Agreement[] {
  const release = imageVersion(smbDriver.plugin) ?? "";
  const wanted = sidecarsOfSmbDriver[release];
  return (["provisioner", "resizer", "livenessProbe", "nodeDriverRegistrar"] as const).map((part) => {
    const version = imageVersion(smbDriver[part]) ?? "";
    return {
      ...{ what: `csi-driver-smb's ${part}`, version, with: `csi-driver-smb ${release}`, place },
      fitting: wanted?.[part] ?? unknown(`csi-driver-smb ${release}`),
      fits: version === wanted?.[part],
    };
  });
}

/** `4.1.2` is of `4.1`. */
function minorOf(version: string): string {
  return version.split(".").slice(0, 2).join(".");
}

function atLeast(version: string, least: string): boolean {
  return gte(`${version}.0`, `${least}.0`);
}
