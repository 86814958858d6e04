import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { projectDirectory } from "../../../infra/project";
import { runInSparkImage, type RunResult } from "../../../local/images/run-in-image";

/** The sample job's summary, as far as the tests read it. */
interface Summary {
  readonly files: { readonly read: number; readonly setAside: number; readonly lateForEarlierDays: number };
  readonly rows: { readonly read: number; readonly counted: number; readonly setAside: number };
  readonly output: { readonly files: number; readonly bytes: number };
  readonly path: string;
}

const folder = mkdtempSync(join(tmpdir(), "hamilton-workloads-"));

/** Runs a command in the Spark image with the project's workloads and tests, and a scratch folder as /scratch. */
function inImage(...args: string[]): Promise<RunResult> {
  const readOnly = (name: string) => ({ source: join(projectDirectory, name), target: `/${name}`, readOnly: true });
  return runInSparkImage(args, {
    mounts: [readOnly("workloads"), readOnly("test"), { source: folder, target: "/scratch" }],
  });
}

const generate = (out: string, date: string, ...more: string[]) => {
  mkdirSync(join(folder, out), { recursive: true });
  const options = ["--rows", "10000", "--date", date, "--out", `/scratch/${out}`, ...more];
  return inImage("python3", "/workloads/data/generate.py", ...options);
};

const daily = (...args: string[]) =>
  inImage("spark-submit", "--master", "local[2]", "--driver-memory", "1g", "/workloads/jobs/harp_daily.py", ...args);

const summaryOf = ({ stdout }: RunResult) => JSON.parse(stdout.trim().split("\n").at(-1) ?? "") as Summary;

/** The names and digests of the files below a folder. */
function digests(below: string): Record<string, string> {
  return Object.fromEntries(
    readdirSync(join(folder, below), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => [
        entry.name,
        createHash("sha256")
          .update(readFileSync(join(entry.parentPath, entry.name)))
          .digest("hex"),
      ]),
  );
}

describe("the generator", () => {
  beforeAll(async () => {
    expect((await generate("harp", "2026-01-15")).exitCode).toBe(0);
  }, 300_000);

  it("gives the same bytes for the same seed, and others for another", async () => {
    await generate("again", "2026-01-15");
    await generate("other", "2026-01-15", "--seed", "2");
    expect(Object.keys(digests("harp")).length).toBeGreaterThanOrEqual(9);
    expect(digests("again")).toEqual(digests("harp"));
    expect(digests("other")).not.toEqual(digests("harp"));
  });

  it("refuses to replace a day unless told to", async () => {
    const refused = await generate("harp", "2026-01-15");
    expect(refused.exitCode).toBe(2);
    expect(refused.stderr).toContain("--overwrite");
  });

  it.each([
    [["--rows", "12"], "is not between"],
    [["--date", "tomorrow"], "is not a date"],
    [["--out", "/nowhere"], "is not a folder"],
  ])("names the fault in %j", async (options, message) => {
    const refused = await generate("harp", "2026-01-17", ...options);
    expect(refused.exitCode).toBe(2);
    expect(refused.stderr).toContain(message);
  });
});

describe("the daily job in local mode", () => {
  let first: RunResult;

  beforeAll(async () => {
    mkdirSync(join(folder, "lake"));
    first = await daily("--date", "2026-01-15", "--input", "/scratch/harp", "--output", "/scratch/lake");
    expect(first.exitCode, first.stderr.slice(-2000)).toBe(0);
  }, 300_000);

  const publishedRows = async () =>
    (
      await inImage(
        "python3",
        "/test/e2e/expected/published_rows.py",
        "--output",
        "file:///scratch/lake",
        "--date",
        "2026-01-15",
      )
    ).stdout;

  const expected = async () => {
    const { stdout } = await inImage(
      "python3",
      "/test/e2e/expected/harp_daily_expected.py",
      "--input",
      "/scratch/harp",
      "--date",
      "2026-01-15",
    );
    const lines = stdout.trim().split("\n");
    return { rows: lines.slice(0, -1).join("\n"), counts: JSON.parse(lines.at(-1) ?? "") as Record<string, number> };
  };

  it("publishes what a second computation finds, row for row, and loses no row", async () => {
    const { rows, counts } = await expected();
    expect(rows.split("\n").length).toBeGreaterThan(500);
    expect((await publishedRows()).trim()).toBe(rows);
    const summary = summaryOf(first);
    expect(summary.rows).toEqual({ read: counts.rowsRead, counted: counts.rowsCounted, setAside: counts.rowsSetAside });
    expect(summary.files).toEqual({ read: counts.filesRead, setAside: counts.filesSetAside, lateForEarlierDays: 1 });
  });

  it("gives the same files and bytes again, and what late files add when they come", async () => {
    const again = summaryOf(
      await daily("--date", "2026-01-15", "--input", "/scratch/harp", "--output", "/scratch/lake"),
    );
    expect(again.output).toEqual(summaryOf(first).output);
    expect(again.path).not.toBe(summaryOf(first).path);

    await generate("harp", "2026-01-16");
    const late = summaryOf(
      await daily("--date", "2026-01-15", "--input", "/scratch/harp", "--output", "/scratch/lake"),
    );
    expect(late.rows.read).toBe(again.rows.read + 100);
    expect((await publishedRows()).trim()).toBe((await expected()).rows);
  }, 300_000);

  it.each([
    [
      "no files for the day",
      ["--date", "1999-01-01", "--input", "/scratch/harp", "--output", "/scratch/lake"],
      3,
      "no files for 1999-01-01",
    ],
    [
      "a share that isn't there",
      ["--date", "2026-01-15", "--input", "/nowhere", "--output", "/scratch/lake"],
      4,
      "/nowhere can't be read",
    ],
    [
      "an output that isn't there",
      ["--date", "2026-01-15", "--input", "/scratch/harp", "--output", "/scratch/none"],
      5,
      "/scratch/none",
    ],
    ["a date that is none", ["--date", "today"], 2, "is not a date"],
  ])(
    "fails in one clear line on %s, and publishes nothing",
    async (_, args, exitCode, message) => {
      const published = readdirSync(join(folder, "lake", "trades_hourly", "published"));
      const failed = await daily(...args);
      expect(failed.exitCode).toBe(exitCode);
      // Spark prints both streams of a Python program to its own standard output.
      const lines = `${failed.stdout}\n${failed.stderr}`.split("\n");
      expect(lines.filter((line) => line.includes(message))).toHaveLength(1);
      expect(readdirSync(join(folder, "lake", "trades_hourly", "published"))).toEqual(published);
      expect(existsSync(join(folder, "none"))).toBe(false);
    },
    120_000,
  );
});

describe("the job that reads no storage", () => {
  it("prints its sum", async () => {
    const ran = await inImage(
      "spark-submit",
      "--master",
      "local[2]",
      "/workloads/jobs/without_read.py",
      "--numbers",
      "1000",
    );
    expect(ran.exitCode).toBe(0);
    expect(ran.stdout).toContain("sum of 0..999 = 499500");
  }, 120_000);
});
