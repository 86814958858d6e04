import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import type { RunResult } from "../../../local/images/run-in-image";
import { inJupyterImage, makeScratch } from "./notebook/in-image";

/** What a cell gave: its texts, and its errors as the reader sees them. */
interface Outcome {
  readonly texts: readonly string[];
  readonly errors: readonly { readonly name: string; readonly shown: string }[];
}

const scratch = makeScratch();
const date = "2026-01-15";
const run = (...args: string[]): Promise<RunResult> => inJupyterImage(scratch, args, { cwd: "/tmp" });

async function succeed(...args: string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await run(...args);
  expect(exitCode, `${args.join(" ")}\n${stdout.slice(-2000)}\n${stderr.slice(-3000)}`).toBe(0);
  return stdout;
}

async function cells(...code: string[]): Promise<readonly Outcome[]> {
  const lines = (await succeed("python3", "/test/cluster/workloads/notebook/cells.py", ...code)).trim().split("\n");
  return lines.map((line) => JSON.parse(line) as Outcome);
}

const python = (file: string, ...args: string[]) => succeed("python3", file, ...args);

describe("the package of the notebooks' image", () => {
  it("passes its own tests inside the image", async () => {
    const { exitCode, stderr } = await run(
      "python3",
      "-m",
      "unittest",
      "discover",
      "-s",
      "/test/cluster/workloads/notebook",
    );
    expect(exitCode, stderr).toBe(0);
    expect(Number(/Ran (\d+) tests/.exec(stderr)?.[1])).toBeGreaterThan(40);
  });
});

describe("a kernel", () => {
  let outcomes: readonly Outcome[];

  beforeAll(async () => {
    outcomes = await cells(
      "from pyspark.sql import SparkSession\nprint(isinstance(spark, SparkSession), repr(spark), 'createDataFrame' in dir(spark))",
      "import pydoc\nprint('createDataFrame' in pydoc.render_doc(spark))",
      "\tspark.read.parq",
      "print(SparkSession.getActiveSession())",
      "spark.range(10).count()",
      "print(spark.version, spark.conf.get('spark.app.name'), SparkSession.builder.getOrCreate().range(4).count())",
      "spark.stop()\nprint(repr(spark), spark.range(5).count())",
      "import os, signal, time, hamilton\nos.kill(hamilton.session.SparkContext._gateway.proc.pid, signal.SIGKILL)\ntime.sleep(1)\nprint(repr(spark))",
      "spark.range(6).count()",
      "import threading\nthreading.Timer(3, hamilton.session.SparkContext._gateway.proc.kill).start()\nspark.range(10**13).selectExpr('sum(id % 7)').collect()",
      "spark.sparkContext.pythonVer = '3.2'\nspark.sparkContext.parallelize([1]).map(str).collect()",
      "hamilton.jdbc('nowhere')",
      "1 / 0",
    );
  }, 300_000);

  const text = (index: number) => outcomes[index]?.texts.join("") ?? "";

  it("has a SparkSession that nothing has started", () => {
    expect(text(0)).toBe("True <SparkSession, not started: its first use starts it> True\n");
  });

  it("helps with it and completes its names, and that starts nothing", () => {
    expect(text(1)).toBe("True\n");
    expect(outcomes[2]?.texts).toEqual(["parquet"]);
    expect(text(3)).toBe("None\n");
  });

  it("starts Spark with its first use", () => {
    expect(text(4)).toBe("10");
    expect(text(5)).toMatch(/^4\.\d+\.\d+ harp 4\n$/);
  });

  it("starts Spark anew after it was stopped", () => {
    expect(text(6)).toBe("<SparkSession, not started: its first use starts it> 5\n");
  });

  it("starts Spark anew after its process was killed", () => {
    expect(text(7)).toContain("not started");
    expect(text(8)).toBe("6");
  });

  it("says in one sentence that Spark ended under a cell", () => {
    expect(outcomes[9]?.errors).toEqual([
      {
        name: "SparkUnavailable",
        shown: expect.stringMatching(/^SparkUnavailable: Spark has ended .* killed[^\n]*$/) as string,
      },
    ]);
  });

  it("says in one sentence that executors have another Python", () => {
    expect(outcomes[10]?.errors[0]?.shown).toMatch(
      /^SparkUnavailable: The executors' image has [^\n]*both images must[^\n]*$/,
    );
  });

  it("shows the platform's own errors without a traceback, and all others with theirs", () => {
    expect(outcomes[11]?.errors[0]?.shown).toBe('HamiltonError: there is no database "nowhere"; there are none');
    expect(outcomes[12]?.errors[0]?.shown).toMatch(/Traceback[\s\S]*ZeroDivisionError/);
  });
});

describe("a kernel whose Spark can't start", () => {
  it("says why in one sentence, and starts once the fault is mended", async () => {
    const [failed, again] = await cells(
      "import os\nos.environ['PYSPARK_SUBMIT_ARGS'] = '--master nonsense pyspark-shell'\nspark.range(3).count()",
      "del os.environ['PYSPARK_SUBMIT_ARGS']\nspark.range(3).count()",
    );
    expect(failed?.errors).toHaveLength(1);
    expect(failed?.errors[0]?.shown).toMatch(
      /^SparkUnavailable: Spark could not be started: [^\n]*Master must [^\n]*tries again\.$/,
    );
    expect(again?.texts).toEqual(["3"]);
  }, 120_000);
});

describe("a share that is away", () => {
  it("is named in the cell that reads it", async () => {
    const [read] = await cells(
      "import os\nos.environ['HAMILTON_VOLUME_GONE'] = '/mnt/gone'\nget_ipython().run_line_magic('reload_ext', 'hamilton.kernel')\n" +
        "spark.read.parquet('/mnt/gone/trades')",
    );
    expect(read?.errors[0]?.shown).toBe(
      'SparkUnavailable: The volume "gone" at /mnt/gone is away: No such file or directory.',
    );
  }, 120_000);
});

describe("the sample notebooks", () => {
  interface Sample {
    readonly result: Readonly<Record<string, Readonly<Record<string, string>>>>;
    readonly plots: number;
  }
  const sample = async (name: string) =>
    JSON.parse(
      (await python("/test/cluster/workloads/notebook/run_sample.py", `/opt/hamilton/samples/${name}.ipynb`)).trim(),
    ) as Sample;
  let desks: readonly (readonly [string, string, string, string, string])[];

  beforeAll(async () => {
    await python("/workloads/data/generate.py", "--rows", "10000", "--date", date, "--out", "/scratch/harp");
    const job = [
      "/workloads/jobs/harp_daily.py",
      "--date",
      date,
      "--input",
      "/scratch/harp",
      "--output",
      "/scratch/lake",
    ];
    await succeed("spark-submit", "--master", "local[2]", ...job);
    const expected = "python3 /test/e2e/expected/harp_daily_expected.py --input /scratch/harp --date";
    const sums = "python3 /test/cluster/workloads/notebook/samples_expected.py desks";
    desks = JSON.parse(await succeed("bash", "-c", `${expected} ${date} | ${sums}`)) as typeof desks;
    // Derby comes with Spark: a database behind JDBC without a server.
    const entry = {
      ...{ url: "jdbc:derby:/scratch/derby;create=true", driver: "org.apache.derby.iapi.jdbc.AutoloadedDriver" },
      ...{ user: "harp", passwordFile: "harp.password" },
    };
    writeFileSync(join(scratch.folder, "databases", "harp.json"), JSON.stringify(entry));
    writeFileSync(join(scratch.folder, "databases", "harp.password"), "secret\n");
    await python(
      "/test/cluster/workloads/notebook/samples_expected.py",
      "table",
      "--input",
      "/scratch/lake",
      "--date",
      date,
    );
  }, 600_000);

  it("count the trades on the share as a second computation does, and draw them", async () => {
    const { result, plots } = await sample("1-files-on-the-share");
    const found = Object.entries(result).flatMap(([hour, row]) =>
      Object.entries(row).map(([desk, trades]) => [`${hour} ${desk}`, Number(trades)] as const),
    );
    const args = ["files", "--input", "/scratch/harp", "--date", date];
    const expected = JSON.parse(
      await python("/test/cluster/workloads/notebook/samples_expected.py", ...args),
    ) as object;
    expect(Object.fromEntries(found)).toEqual(expected);
    expect(plots).toBe(1);
  }, 300_000);

  it("add up the result in the object store as a second computation does, and draw it", async () => {
    const { result, plots } = await sample("2-object-store");
    expect(Object.values(result).map(({ trades, notional, fees }) => [trades, notional, fees])).toEqual(
      desks.map(([, , trades, notional, fees]) => [trades, notional, fees]),
    );
    expect(plots).toBe(1);
  }, 300_000);

  it("add up a table of a database as a second computation does, and draw it", async () => {
    const { result, plots } = await sample("3-database");
    expect(result).toEqual(Object.fromEntries(desks.map(([desk, , trades, , fees]) => [desk, { trades, fees }])));
    expect(plots).toBe(1);
  }, 300_000);
});
