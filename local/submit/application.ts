import { existsSync, statSync } from "node:fs";
import { basename, resolve } from "node:path";
import { StepError } from "../../console/errors";

/**
 * A name for one run of an application that may stand in names of Kubernetes objects: lower case, a letter first, at
 * most 38 characters, since Spark puts as many again behind it in the names of executors.
 *
 * @param unique what tells this run from others: eight characters or fewer, letters and digits
 */
export function runName(application: string, unique: string): string {
  const stem = basename(application)
    .replace(/\.\w+$/, "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^[^a-z]+|-+$/g, "");
  const room = 38 - unique.length - 1;
  return `${(stem || "job").slice(0, room).replace(/-+$/, "")}-${unique}`;
}

/**
 * The application as `spark-submit` gets it: the absolute path of a file of this machine, or a URL that the driver can
 * read (`s3a://`, `local://` for a file of the image) as it stands.
 *
 * @throws StepError where the file isn't there or is no file
 */
export function locateApplication(application: string): { readonly file?: string; readonly url?: string } {
  if (/^[a-z][a-z0-9+.-]*:\/\//.test(application) && !application.startsWith("file://")) return { url: application };
  const file = resolve(application.replace(/^file:\/\//, ""));
  if (!existsSync(file)) {
    throw new StepError(`The application ${application} does not exist (looked for ${file})`, {
      fix: "name a file of this machine, or a URL that the driver can read: s3a://…, local:///…",
    });
  }
  if (!statSync(file).isFile()) throw new StepError(`The application ${file} is not a file`);
  return { file };
}

/** Settings of Spark that decide where the job runs and how it is followed: they can't be given for a single job. */
const fixedSettings = [
  "spark.master",
  "spark.submit.deployMode",
  "spark.kubernetes.namespace",
  "spark.kubernetes.driver.pod.name",
  "spark.kubernetes.submission.waitAppCompletion",
];

/**
 * Checks `--conf` settings of a single job.
 *
 * @throws StepError for one that isn't `spark.name=value`, or that this command sets itself
 */
export function checkSettings(settings: readonly string[]): void {
  for (const setting of settings) {
    const name = /^(spark\.[\w.-]+)=/.exec(setting)?.[1];
    if (name === undefined) {
      throw new StepError(`--conf ${setting.split("=")[0]} is not of the form spark.NAME=VALUE`);
    }
    if (fixedSettings.includes(name)) {
      throw new StepError(`--conf ${name} can't be given here`, { fix: "leave it out: the platform sets it" });
    }
  }
}
