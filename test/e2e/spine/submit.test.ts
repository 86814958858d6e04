import { describe, expect, it } from "vitest";
import { npmRun } from "../support/commands";

describe("spark-submit from outside the cluster", () => {
  it("prints the result of a job that reads no storage and exits 0", async () => {
    const ended = await npmRun("submit", ["workloads/jobs/without_read.py"]);
    expect(ended.exitCode, ended.all).toBe(0);
    expect(ended.all).toMatch(/sum of 0\.\.\d+ = \d+/);
  });

  it("exits with the driver's status when the job fails, and shows the job's own error", async () => {
    const ended = await npmRun("submit", ["workloads/jobs/harp_daily.py", "--date", "1999-01-01"]);
    expect(ended.exitCode).not.toBe(0);
    expect(ended.all).toMatch(/1999-01-01/);
  });

  it("says in one line that an application file does not exist", async () => {
    const ended = await npmRun("submit", ["workloads/jobs/no_such_job.py"]);
    expect(ended.exitCode).not.toBe(0);
    expect(ended.all).toMatch(/no_such_job\.py/);
  });
});
