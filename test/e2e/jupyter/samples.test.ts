import { readdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { projectDirectory } from "../../../infra/project";
import { runInSparkImage } from "../../../local/images/run-in-image";
import { shareMountDirectory } from "../../../local/share/share";
import { mustRun } from "../support/commands";
import type { JupyterApi, NotebookOutcome } from "../support/jupyter-api";
import { apiOf, localNotebook } from "../support/local-notebook";

/** Runs a line of bash with the share and the independent computations, without Spark and outside the cluster. */
async function compute(line: string): Promise<string> {
  const ended = await runInSparkImage(["bash", "-c", `set -o pipefail; ${line}`], {
    mounts: [
      { source: join(projectDirectory, "test"), target: "/test", readOnly: true },
      { source: shareMountDirectory(), target: "/share", readOnly: true },
    ],
  });
  if (ended.exitCode !== 0) throw new Error(`${line} exited ${ended.exitCode}:\n${ended.stderr}`);
  return ended.stdout;
}

const expectedSamples = "python3 /test/cluster/workloads/notebook/samples_expected.py";

describe("the sample notebooks, on executors of the cluster", () => {
  let api: JupyterApi;
  /** The newest day on the share, which both samples look at. */
  let day: string;

  beforeAll(async () => {
    api = apiOf(await localNotebook());
    day = readdirSync(join(shareMountDirectory(), "trades")).sort().at(-1) ?? "";
    // The second sample reads what this job publishes.
    await mustRun("submit", ["workloads/jobs/harp_daily.py", "--date", day]);
  });
  afterAll(() => api.stopKernels());

  const run = async (name: string): Promise<NotebookOutcome> => {
    const outcome = await api.runNotebook(`samples/${name}.ipynb`);
    expect(outcome.errors).toEqual([]);
    return outcome;
  };

  it("count the trades on the share as an independent computation does, and draw them", async () => {
    const { result, plots } = await run("1-files-on-the-share");
    const counts = Object.entries(result ?? {}).flatMap(([hour, desks]) =>
      Object.entries(desks).map(([desk, trades]) => [`${hour} ${desk}`, Number(trades)] as const),
    );
    const expected = JSON.parse(await compute(`${expectedSamples} files --input /share --date ${day}`)) as object;
    expect(counts.length).toBeGreaterThan(20);
    // A pivot has a cell for each hour and desk, those without trades as well.
    expect(Object.fromEntries(counts.filter(([, trades]) => trades > 0))).toEqual(expected);
    expect(plots).toBe(1);
  });

  it("add up the daily result in the object store as an independent computation does, and draw it", async () => {
    const { result, plots } = await run("2-object-store");
    const rows = `python3 /test/e2e/expected/harp_daily_expected.py --input /share --date ${day}`;
    const desks = JSON.parse(await compute(`${rows} | ${expectedSamples} desks`)) as readonly string[][];
    expect(desks.length).toBeGreaterThan(1);
    expect(Object.values(result ?? {}).map(({ trades, notional, fees }) => [trades, notional, fees])).toEqual(
      desks.map(([, , trades, notional, fees]) => [trades, notional, fees]),
    );
    expect(plots).toBe(1);
  });

  it("leave the log of their Spark in the object store, where a history server reads it", async () => {
    const kernel = await api.startKernel();
    const logs = [
      "context = spark.sparkContext; spark.range(10).count(); application = context.applicationId",
      "Path = context._jvm.org.apache.hadoop.fs.Path; folder = Path(context.getConf().get('spark.eventLog.dir'))",
      "files = folder.getFileSystem(context._jsc.hadoopConfiguration())",
      "spark.stop()",
    ].join("\n");
    expect((await kernel.run(logs)).errors).toEqual([]);
    const names = [
      "context = spark.sparkContext; Path = context._jvm.org.apache.hadoop.fs.Path",
      "folder = Path(context.getConf().get('spark.eventLog.dir'))",
      "found = folder.getFileSystem(context._jsc.hadoopConfiguration()).listStatus(folder)",
      "print(folder, [each.getPath().getName() for each in found if application in each.getPath().getName()])",
      "spark.stop()",
    ].join("\n");
    const listed = await kernel.run(names);
    expect(listed.errors).toEqual([]);
    expect(listed.texts.join("")).toMatch(/^s3a:\/\/events\/\S* \['\S*(spark-|app-)\S*'\]\n$/);
    await kernel.stop();
  });
});
