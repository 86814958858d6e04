import { existsSync, readdirSync, readFileSync, realpathSync } from "node:fs";
import { basename, delimiter, dirname, join } from "node:path";
import { submitFiles } from "../../components/spark/submitter";
import { sparkRelease } from "../../infra/versions";
import { StepError } from "../../console/errors";
import { runChild, type ChildResult } from "../images/child-process";
import { runInSparkImage } from "../images/run-in-image";
import type { Report } from "../../console/steps";
import { credentialsFile, readCredentials } from "./bundle";
import { explainRefusal } from "./refusals";

/** One submission, as `spark-submit` gets it. */
export interface Submission {
  /** The absolute path of the folder with kubeconfig, token, properties and templates. */
  readonly bundle: string;
  /** The run's name; also the start of its pods' names. */
  readonly name: string;
  /** The application: a file of this machine, or a URL. */
  readonly application: { readonly file?: string; readonly url?: string };
  /** The application's own arguments. */
  readonly args: readonly string[];
  /** Further settings, `spark.NAME=VALUE`. */
  readonly settings: readonly string[];
}

/** The name of a run's driver pod. */
export function driverPodName(name: string): string {
  return `${name}-driver`;
}

/** The arguments of `spark-submit`, run in the bundle's folder; it returns as soon as the driver's pod is made. */
export function sparkSubmitArguments(submission: Submission, application: string): string[] {
  const settings = [
    ...submission.settings,
    `spark.kubernetes.driver.pod.name=${driverPodName(submission.name)}`,
    `spark.kubernetes.executor.podNamePrefix=${submission.name}`,
    "spark.kubernetes.submission.waitAppCompletion=false",
  ];
  return [
    ...["--properties-file", submitFiles.sparkDefaults, "--name", submission.name],
    ...settings.flatMap((setting) => ["--conf", setting]),
    application,
    ...submission.args,
  ];
}

/**
 * A `spark-submit` of this machine that fits the platform: under `SPARK_HOME` or on `PATH`, of the platform's release, and
 * with the S3 client that uploads the application. Nothing where there is none.
 */
export function findSparkSubmit(
  environment: Readonly<Record<string, string | undefined>> = process.env,
  release: { readonly spark: string; readonly hadoop: string } = sparkRelease,
): string | undefined {
  const { SPARK_HOME, PATH = "" } = environment;
  const folders = [...(SPARK_HOME ? [join(SPARK_HOME, "bin")] : []), ...PATH.split(delimiter)];
  return folders
    .map((folder) => join(folder, "spark-submit"))
    .filter((file) => existsSync(file))
    .find((file) => {
      const jars = join(dirname(dirname(realpathSync(file))), "jars");
      const names = existsSync(jars) ? readdirSync(jars) : [];
      const has = (start: string, version: string) =>
        names.some((name) => name.startsWith(start) && name.endsWith(`-${version}.jar`));
      return has("spark-kubernetes_", release.spark) && has("hadoop-aws", release.hadoop);
    });
}

/**
 * Submits, outside the cluster and in cluster mode: with this machine's own `spark-submit` where it fits, else with the
 * one in the Spark image.
 *
 * @throws StepError with the reason where `spark-submit` fails
 */
export async function runSparkSubmit(submission: Submission, report: Report, signal?: AbortSignal): Promise<void> {
  const own = findSparkSubmit();
  const result = own === undefined ? await inImage(submission, report, signal) : await onHost(own, submission, signal);
  if (result.exitCode === 0 || signal?.aborted) return;
  const output = `${result.stdout}\n${result.stderr}`;
  const known = explainRefusal(output);
  const lines = output
    .split("\n")
    .filter((line) => line.trim() !== "" && !/^\s+at |^\s*\.\.\. \d+ more| INFO /.test(line));
  throw new StepError(known?.message ?? `spark-submit failed with exit code ${result.exitCode}`, {
    command: `spark-submit ${sparkSubmitArguments(submission, applicationName(submission)).join(" ")}`,
    lastLines: known === undefined ? lines.slice(-15) : [],
    fix: known?.fix,
  });
}

function applicationName({ application }: Submission): string {
  return application.url ?? application.file ?? "";
}

function onHost(program: string, submission: Submission, signal?: AbortSignal): Promise<ChildResult> {
  const keys = readCredentials(readFileSync(join(submission.bundle, credentialsFile), "utf8"));
  // A folder of its own for the start: the properties name their files relatively.
  return runChild([program, ...sparkSubmitArguments(submission, applicationName(submission))], {
    environment: { ...keys, KUBECONFIG: join(submission.bundle, submitFiles.kubeconfig) },
    cwd: submission.bundle,
    signal,
    ownGroup: true,
  });
}

function inImage(submission: Submission, report: Report, signal?: AbortSignal): Promise<ChildResult> {
  const { file, url } = submission.application;
  const mounts = [{ source: submission.bundle, target: "/submit", readOnly: true }];
  if (file !== undefined) mounts.push({ source: dirname(file), target: "/application", readOnly: true });
  const application = file === undefined ? (url ?? "") : `/application/${basename(file)}`;
  // The keys come from a file: on the command line every user of this machine could read them.
  const script = `. ./${credentialsFile} && KUBECONFIG=./${submitFiles.kubeconfig} exec spark-submit "$@"`;
  return runInSparkImage(["sh", "-c", script, "spark-submit", ...sparkSubmitArguments(submission, application)], {
    mounts,
    cwd: "/submit",
    report,
    signal,
  });
}
