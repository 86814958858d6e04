import { StepError } from "../../console/errors";
import { type Engine, stackOutputs } from "../stack/engine";
import type { Report } from "../../console/steps";
import { submit } from "./submit";
import { projectDirectory } from "../../infra/project";
import { join } from "node:path";

/**
 * Runs the daily job for a day on the embedded cluster, submitted from outside like any other.
 *
 * @returns what the job printed, without Spark's own log lines
 * @throws StepError with the end of the driver's log where the job fails
 */
export async function submitSample(engine: Engine, date: string, report: Report): Promise<string> {
  const lines: string[] = [];
  const exitCode = await submit(
    join(projectDirectory, "workloads", "jobs", "harp_daily.py"),
    ["--date", date],
    {
      readOutputs: () => stackOutputs(engine),
      login: { kubeconfig: engine.kubeconfig },
      onLog: (line) => {
        lines.push(line);
        // Spark's own log would bury what the job says; it is shown where the job fails.
        if (jobOutput([line]).length > 0) report(line);
      },
    },
    report,
  );
  if (exitCode !== 0) {
    throw new StepError(`The job harp_daily for ${date} failed with exit code ${exitCode}`, {
      lastLines: lines.slice(-20),
      fix: `run it again with its whole log: npm run submit -- workloads/jobs/harp_daily.py --date ${date}`,
    });
  }
  return jobOutput(lines).join("\n");
}

/** The lines of a driver's log that the job itself printed: neither Spark's log nor what its start scripts say. */
export function jobOutput(lines: readonly string[]): string[] {
  const sparkLine =
    /^(\d\d\/\d\d\/\d\d \d\d:\d\d:\d\d (TRACE|DEBUG|INFO|WARN|ERROR|FATAL) |WARNING: Using incubator modules|Using Spark's default log4j|Setting default log level|SLF4J: |Calling System\.exit\(\))/;
  return lines
    .filter((line) => !sparkLine.test(line))
    .filter((line, index, kept) => line.trim() !== "" || kept[index - 1]?.trim() !== "");
}
