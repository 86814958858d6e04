import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { clusterPaths } from "../../../local/cluster/paths";
import { identify, isAlive, startTimeFromStat } from "../../../local/cluster/process-table";
import { readRecord, recordedNames, runningRecord, writeRecord } from "../../../local/cluster/process-records";
import {
  ensureRunning,
  lastLogLines,
  markedProcesses,
  stopDaemon,
  type Daemon,
} from "../../../local/cluster/processes";
import { StepError } from "../../../console/errors";

const quiet = (): void => undefined;
let home: string;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "hamilton-records-"));
  process.env.HAMILTON_HOME = home;
});

afterEach(async () => {
  for (const name of recordedNames()) await stopDaemon(name, 1);
  delete process.env.HAMILTON_HOME;
  rmSync(home, { recursive: true });
});

const sleeper = (seconds = 60): Daemon => ({
  name: "sleeper",
  command: "/bin/sh",
  args: ["-c", `echo began; exec sleep ${seconds}`],
  ready: () => Promise.resolve(lastLogLines("sleeper").includes("began")),
  readyTimeoutSeconds: 5,
});

describe("the identity of a process", () => {
  it("reads the start time past a name with blanks and parentheses", () => {
    const stat = "42 (a (b) c) S 1 42 42 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 98765 0 0";
    expect(startTimeFromStat(stat)).toBe("98765");
  });

  it("counts a process that only waits to be collected as ended", () => {
    expect(startTimeFromStat("42 (x) Z 1 42 42 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 98765 0 0")).toBeUndefined();
  });

  it("tells this process from one that had its number before", () => {
    const own = identify(process.pid);
    expect(own && isAlive(own)).toBe(true);
    expect(own && isAlive({ ...own, startTime: "1" })).toBe(false);
    expect(own && isAlive({ ...own, bootId: "an earlier boot" })).toBe(false);
  });
});

describe("process records", () => {
  it("are kept and found again", () => {
    const own = identify(process.pid);
    if (own) writeRecord({ ...own, name: "me", fingerprint: "f" });
    expect(runningRecord("me")?.pid).toBe(process.pid);
    expect(recordedNames()).toEqual(["me"]);
    rmSync(clusterPaths.run(), { recursive: true });
  });

  it("count a torn file as none", () => {
    const own = identify(process.pid);
    if (own) writeRecord({ ...own, name: "me", fingerprint: "f" });
    writeFileSync(join(clusterPaths.run(), "me.process.json"), '{"pid": 1');
    expect(readRecord("me")).toBeUndefined();
    rmSync(clusterPaths.run(), { recursive: true });
  });
});

describe("a daemon", () => {
  it("is started once, and a second call finds it running", async () => {
    expect(await ensureRunning(sleeper(), quiet)).toBe(true);
    const pid = runningRecord("sleeper")?.pid;
    expect(await ensureRunning(sleeper(), quiet)).toBe(false);
    expect(runningRecord("sleeper")?.pid).toBe(pid);
  });

  it("is started anew when its configuration changed", async () => {
    await ensureRunning(sleeper(60), quiet);
    const pid = runningRecord("sleeper")?.pid;
    expect(await ensureRunning(sleeper(61), quiet)).toBe(true);
    expect(runningRecord("sleeper")?.pid).not.toBe(pid);
    expect(pid && identify(pid)).toBeUndefined();
  });

  it("is started anew after it was killed", async () => {
    await ensureRunning(sleeper(), quiet);
    const record = runningRecord("sleeper");
    if (record) process.kill(record.pid, "SIGKILL");
    await expect.poll(() => runningRecord("sleeper")).toBeUndefined();
    expect(await ensureRunning(sleeper(), quiet)).toBe(true);
  });

  it("is found by its mark when its record is lost", async () => {
    await ensureRunning(sleeper(), quiet);
    expect(markedProcesses("sleeper")).toEqual([runningRecord("sleeper")?.pid]);
    expect(markedProcesses("other")).toEqual([]);
  });

  it("is not looked for under a number that another process has by now", async () => {
    const bystander = spawn("/bin/sleep", ["60"], { stdio: "ignore" });
    const now = identify(bystander.pid ?? 0);
    if (now) writeRecord({ ...now, startTime: "1", name: "sleeper", fingerprint: "f" });
    await stopDaemon("sleeper");
    expect(now && isAlive(now)).toBe(true);
    bystander.kill("SIGKILL");
  });

  it("is killed when it does not end by itself within its grace", async () => {
    const deaf: Daemon = { ...sleeper(), args: ["-c", "trap '' TERM; echo began; while :; do sleep 1; done"] };
    await ensureRunning(deaf, quiet);
    const record = runningRecord("sleeper");
    await stopDaemon("sleeper", 0.2);
    expect(record && isAlive(record)).toBe(false);
  });

  it("that ends at once fails with its command and its last log lines", async () => {
    const broken: Daemon = { ...sleeper(), args: ["-c", "echo no such disk >&2; exit 3"] };
    const failure = await ensureRunning(broken, quiet).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(StepError);
    const { message, command, lastLines, fix } = failure as StepError;
    expect(message).toBe("sleeper ended before it served");
    expect(command).toContain("no such disk");
    expect(lastLines).toEqual(["no such disk"]);
    expect(fix).toContain(join(home, "logs", "sleeper.log"));
  });

  it("that never serves fails and says how long it was waited for", async () => {
    const mute: Daemon = { ...sleeper(), ready: () => Promise.resolve(false), readyTimeoutSeconds: 0.3 };
    await expect(ensureRunning(mute, quiet)).rejects.toThrow("sleeper did not serve within 0.3 s");
  });

  it("that never serves fails with what the last look found", async () => {
    const refusing = () => Promise.reject(new Error("the door is locked"));
    const locked: Daemon = { ...sleeper(), ready: refusing, readyTimeoutSeconds: 0.3 };
    await expect(ensureRunning(locked, quiet)).rejects.toThrow("did not serve within 0.3 s: the door is locked");
  });
});
