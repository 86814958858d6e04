import { chownSync, mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { certificatesFolder } from "../../../../components/databases/settings";
import { sparkUser } from "../../../../components/spark/settings";
import { projectDirectory } from "../../../../infra/project";
import { runInImage, type RunOptions, type RunResult } from "../../../../local/images/run-in-image";

/** The folder of the host that is /scratch inside; its home is the image's home. */
export interface Scratch {
  readonly folder: string;
}

/** Settings of Spark that need no cluster: the driver does the work of executors. */
const localSettings = ["spark.master local[1]", "spark.driver.memory 600m", "spark.ui.port 4040"].join("\n");

/** A scratch folder that the image's user may write to, with Spark's settings in it. */
export function makeScratch(): Scratch {
  const folder = mkdtempSync(join(tmpdir(), "hamilton-notebook-"));
  for (const name of ["", "home", "conf", "databases", "certificates", "lake", "harp"]) {
    mkdirSync(join(folder, name), { recursive: true });
    chownSync(join(folder, name), sparkUser.user, sparkUser.group);
  }
  writeFileSync(join(folder, "conf", "spark-defaults.conf"), `${localSettings}\n`);
  return { folder };
}

/** Runs a command in the notebooks' image as its own user, with what a notebook's pod gives it, outside any cluster. */
export function inJupyterImage(
  { folder }: Scratch,
  args: readonly string[],
  options: Omit<RunOptions, "mounts" | "user"> = {},
): Promise<RunResult> {
  const project = (name: string) => ({ source: join(projectDirectory, name), target: `/${name}`, readOnly: true });
  return runInImage("jupyter", args, {
    ...options,
    user: `${sparkUser.user}:${sparkUser.group}`,
    mounts: [
      project("workloads"),
      project("test"),
      { source: folder, target: "/scratch" },
      { source: join(folder, "home"), target: "/home/spark" },
      { source: join(folder, "certificates"), target: certificatesFolder, readOnly: true },
    ],
    env: {
      SPARK_CONF_DIR: "/scratch/conf",
      HAMILTON_NOTEBOOK: "harp",
      HAMILTON_VOLUME_HARP: "/scratch/harp",
      HAMILTON_BUCKET_LAKE: "file:///scratch/lake",
      HAMILTON_DATABASES: "/scratch/databases",
      ...options.env,
    },
  });
}
