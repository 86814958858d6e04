import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { runInSparkImage } from "../../../local/images/run-in-image";
import { projectDirectory } from "../../../infra/project";
import { shareMountDirectory } from "../../../local/share/share";
import { kubernetesObject, mustRun, npmRun, platformOutputs, type PlatformOutputs } from "../support/commands";

const date = "2026-01-20";
const expectedDirectory = join(projectDirectory, "test", "e2e", "expected");

/** What the job says of its run, in the last line that it prints. */
interface JobSummary {
  readonly rows: { readonly read: number; readonly counted: number; readonly setAside: number };
  readonly groups: number;
  readonly output: { readonly files: number; readonly bytes: number; readonly committer: string };
  readonly path: string;
}

function summaryOf(log: string): JobSummary {
  const line = log.split("\n").find((each) => each.includes('"job": "harp_daily"'));
  if (line === undefined) throw new Error(`the job printed no summary:\n${log}`);
  return JSON.parse(line.slice(line.indexOf("{"))) as JobSummary;
}

async function python(script: string, args: readonly string[], env: Record<string, string> = {}): Promise<string> {
  const ended = await runInSparkImage(["python3", `/expected/${script}`, ...args], {
    mounts: [
      { source: expectedDirectory, target: "/expected", readOnly: true },
      { source: shareMountDirectory(), target: "/share", readOnly: true },
    ],
    env,
  });
  if (ended.exitCode !== 0) throw new Error(`${script} exited ${ended.exitCode}:\n${ended.stderr}`);
  return ended.stdout;
}

describe("the daily job over Harp's files on the Windows share", () => {
  let outputs: PlatformOutputs;
  let keys: Record<string, string>;
  let first: JobSummary;

  const runDaily = async (...args: string[]) =>
    summaryOf(await mustRun("submit", ["workloads/jobs/harp_daily.py", "--date", date, ...args]));
  /** The published rows of the day as csv, read from the store by a reader that knows nothing of Spark. */
  const published = (...args: string[]) =>
    python(
      "published_rows.py",
      [
        "--output",
        `s3://${outputs.objectStore.buckets.lake}`,
        "--endpoint",
        outputs.objectStore.externalEndpoint,
        "--date",
        date,
        ...args,
      ],
      keys,
    );

  beforeAll(async () => {
    outputs = await platformOutputs();
    await mustRun("harp-data", ["--date", date, "--rows", "50000", "--seed", "7"]);
    const secret = await kubernetesObject<{ data: Record<string, string> }>(
      ...["-n", outputs.namespaces.spark, "secret", "store-spark-credentials"],
    );
    keys = Object.fromEntries(
      Object.entries(secret.data).map(([name, value]) => [name, Buffer.from(value, "base64").toString()]),
    );
    first = await runDaily();
  });

  it("publishes, row for row, what an independent computation finds in the same files", async () => {
    const output = await python("harp_daily_expected.py", ["--input", "/share", "--date", date]);
    const lines = output.trim().split("\n");
    const expectedRows = lines.filter((line) => !line.startsWith("{"));
    const actualRows = (await published()).trim().split("\n");
    expect(expectedRows.length).toBeGreaterThan(100);
    expect(actualRows).toEqual(expectedRows);
  });

  it("counts every row that it read as either used or set aside", () => {
    expect(first.rows.read).toBeGreaterThan(50_000);
    expect(first.rows.setAside).toBeGreaterThan(0);
    expect(first.rows.counted + first.rows.setAside).toBe(first.rows.read);
  });

  it("writes with the magic committer", () => {
    expect(first.output.committer).toBe("magic");
  });

  it("gives the same files, bytes and rows when it runs again", async () => {
    const before = await published();
    const again = await runDaily();
    expect({ ...again.output, ...again.rows, groups: again.groups }).toEqual({
      ...first.output,
      ...first.rows,
      groups: first.groups,
    });
    expect(await published()).toBe(before);
  });

  it("shows readers the earlier result while a run is under way and after it was killed", async () => {
    const before = await published();
    const running = npmRun("submit", ["workloads/jobs/harp_daily.py", "--date", date]);
    const { spark } = outputs.namespaces;
    const executors = [
      "-n",
      spark,
      "get",
      "pods",
      "-l",
      "spark-role=executor",
      "--field-selector",
      "status.phase=Running",
      "-o",
      "name",
    ];
    while ((await mustRun("kubectl", executors)).trim() === "")
      await new Promise((resolve) => setTimeout(resolve, 500));
    expect(await published()).toBe(before);
    await mustRun("kubectl", [
      "-n",
      spark,
      "delete",
      "pods",
      "-l",
      "spark-role=driver",
      "--field-selector",
      "status.phase=Running",
      "--grace-period",
      "0",
      "--force",
    ]);
    const killed = await running;
    expect(killed.exitCode).not.toBe(0);
    expect(await published()).toBe(before);
  });
});
