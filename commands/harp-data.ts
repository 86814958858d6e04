import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { projectDirectory } from "../infra/project";
import { cacheDirectory } from "../local/directories";
import { StepError } from "../console/errors";
import { runInSparkImage } from "../local/images/run-in-image";
import { putFiles, shareMountDirectory } from "../local/share/share";
import type { Report } from "../console/steps";

/** A day of Harp's files to make. */
export interface HarpDay {
  /** The day, `YYYY-MM-DD`. */
  readonly date: string;
  /** Its rows, wrong ones included; the generator takes 1 000 to 100 000 000. */
  readonly rows: number;
  /** Which of all possible days. @default 1 */
  readonly seed?: number;
}

/** The folder of a day inside the share. */
function dayFolder(date: string): string {
  return join("trades", date);
}

/** Puts a day of Harp's files on the share unless the share holds that day already. */
export async function dropSample(day: HarpDay, report: Report): Promise<void> {
  if (existsSync(join(shareMountDirectory(), dayFolder(day.date)))) {
    report(`the share holds ${day.date} already`);
    return;
  }
  await dropDay(day, report);
}

/**
 * Makes a day of Harp's files in the Spark image, which has the generator's libraries, and writes them over SMB.
 *
 * @throws StepError where the generator refuses its arguments or the share refuses the files
 */
export async function dropDay({ date, rows, seed = 1 }: HarpDay, report: Report): Promise<void> {
  const out = mkdtempSync(join(cacheDirectory(), "harp-data-"));
  try {
    report(`making ${rows} rows of ${date}`);
    const args = ["--rows", String(rows), "--date", date, "--seed", String(seed), "--out", "/out"];
    const made = await runInSparkImage(["python3", "/data/generate.py", ...args], {
      mounts: [
        { source: join(projectDirectory, "workloads", "data"), target: "/data", readOnly: true },
        { source: out, target: "/out" },
      ],
      report,
    });
    if (made.exitCode !== 0) {
      throw new StepError(`Harp's files for ${date} could not be made`, {
        command: `workloads/data/generate.py ${args.join(" ")}`,
        lastLines: made.stderr.trim().split("\n").slice(-10),
        fix: "see workloads/data/generate.py --help for what it takes",
      });
    }
    // All that the generator wrote: the day, and nothing else.
    await putFiles(join(out, "trades"), "trades", report);
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
}
