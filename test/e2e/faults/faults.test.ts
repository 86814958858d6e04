import { execa } from "execa";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { projectDirectory } from "../../../infra/project";
import { mustRun, npmRun } from "../support/commands";
import { changedLocalFile } from "../support/local-stack-file";

describe("bad input", () => {
  it("an unknown key of the stack file is named with the nearest known one, and nothing is changed", async () => {
    const file = changedLocalFile(["hamilton:spark", "quoat"], { pods: 5 });
    const ended = await npmRun("pulumi", ["up", "--yes", "--skip-preview", "--non-interactive", "--config-file", file]);
    expect(ended.exitCode).not.toBe(0);
    expect(ended.all).toMatch(/spark\.quoat.*quota/s);
    const unchanged = await npmRun("pulumi", ["preview", "--expect-no-changes", "--non-interactive"]);
    expect(unchanged.exitCode, unchanged.all).toBe(0);
  });

  it("a bucket that does not exist is named by the job, which fails", async () => {
    const ended = await npmRun("submit", [
      "workloads/jobs/harp_daily.py",
      ...["--date", "2026-01-15", "--output", "s3a://no-such-bucket/daily"],
    ]);
    expect(ended.exitCode).not.toBe(0);
    expect(ended.all).toMatch(/no-such-bucket/);
  });

  it("a full disk stops `npm start` with the folder and what it needs, before anything is written", async () => {
    const cache = mkdtempSync(join(tmpdir(), "hamilton-full-"));
    await execa("mount", ["-t", "tmpfs", "-o", "size=64m", "tmpfs", cache]);
    try {
      const ended = await npmRun("start", ["--yes", "--no-job"], { HAMILTON_CACHE: cache });
      expect(ended.exitCode).not.toBe(0);
      expect(ended.all).toContain(cache);
      expect(ended.all).toMatch(/free|space/);
    } finally {
      await execa("umount", ["-l", cache]);
    }
  });

  it("a start that was killed is taken up by the next one", async () => {
    await mustRun("stop");
    const killed = execa("npx", ["tsx", "commands/cli.ts", "start", "--yes", "--no-job"], {
      cwd: projectDirectory,
      reject: false,
      all: true,
      detached: true,
    });
    const seen: string[] = [];
    for await (const line of killed.iterable({ from: "all" })) {
      seen.push(line);
      // Kill it in the middle of the cluster's own start, with its children half up.
      if (/Cluster/.test(line) && killed.pid !== undefined) {
        await new Promise((resolve) => setTimeout(resolve, 3000));
        process.kill(-killed.pid, "SIGKILL");
        break;
      }
    }
    expect(seen.join("\n")).toMatch(/Cluster/);
    await killed;

    const again = await npmRun("start", ["--yes", "--no-job"]);
    expect(again.exitCode, again.all).toBe(0);
    const unchanged = await npmRun("pulumi", ["preview", "--expect-no-changes", "--non-interactive"]);
    expect(unchanged.exitCode, unchanged.all).toBe(0);
  });
});
