import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runningRecord } from "../../../local/cluster/process-records";
import { tryOnHost } from "../../../local/cluster/host-command";
import { StepError } from "../../../console/errors";
import { checkShare, localShare, putFiles, shareMountDirectory, startShare } from "../../../local/share/share";
import { mountAnswers, shareMountDaemon } from "../../../local/share/share-mount";

const quiet = (): void => undefined;
const remote = "test-of-the-share";
let source: string;

beforeAll(async () => {
  await startShare(quiet);
  source = mkdtempSync(join(tmpdir(), "hamilton-share-"));
  mkdirSync(join(source, "day"));
  for (let file = 0; file < 300; file++) writeFileSync(join(source, "day", `${file}.csv`), `row ${file}\n`.repeat(100));
});

afterAll(() => {
  rmSync(source, { recursive: true });
  rmSync(join(shareMountDirectory(), remote), { recursive: true, force: true });
});

async function failureOf(work: Promise<unknown>): Promise<StepError> {
  const failure = await work.then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(failure).toBeInstanceOf(StepError);
  return failure as StepError;
}

describe("files put on the share", () => {
  it("show in the mount whole, to Spark's user", async () => {
    await putFiles(source, remote, quiet);
    const folder = join(shareMountDirectory(), remote, "day");
    expect(readdirSync(folder)).toHaveLength(300);
    const asSpark = ["--reuid=185", "--regid=0", "--clear-groups", "cat", join(folder, "7.csv")];
    expect((await tryOnHost("setpriv", asSpark)).stdout).toBe(readFileSync(join(source, "day", "7.csv"), "utf8"));
  });

  it("that a pod's user writes into the mount are on the share", async () => {
    const file = join(shareMountDirectory(), remote, "written.txt");
    const written = await tryOnHost("setpriv", [
      "--reuid=185",
      "--regid=0",
      "--clear-groups",
      "sh",
      "-c",
      `echo back >'${file}'`,
    ]);
    expect(written.status).toBe(0);
    await expect.poll(() => existsSync(file.replace("/mount/", "/files/")), { timeout: 5000 }).toBe(true);
  });
});

describe("a share that refuses", () => {
  it("for a wrong password is named with its server, user, status and fix", async () => {
    const failure = await failureOf(checkShare({ ...localShare(), password: "wrong" }));
    expect(failure.message).toContain("//127.0.0.1:1445/harp as hamilton-share");
    expect(failure.message).toContain("NT_STATUS_LOGON_FAILURE");
    expect(failure.fix).toContain("password of hamilton-share");
  });

  it("because there is none of that name is named with its status", async () => {
    const failure = await failureOf(checkShare({ ...localShare(), share: "nobody" }));
    expect(failure.message).toContain("127.0.0.1 has no share named nobody (NT_STATUS_BAD_NETWORK_NAME)");
  });

  it("because nothing listens there is named with its port", async () => {
    const failure = await failureOf(putFiles(source, remote, quiet, { ...localShare(), port: 1446 }));
    expect(failure.message).toContain("nothing answers SMB on 127.0.0.1:1446 (NT_STATUS_CONNECTION_REFUSED)");
  });

  it("never has its password in what is shown", async () => {
    const failure = await failureOf(checkShare({ ...localShare(), password: "not-the-password" }));
    expect(failure.render()).not.toContain("not-the-password");
  });
});

describe("the mount", () => {
  it("comes back on the next start after its process was killed", async () => {
    const record = runningRecord(shareMountDaemon);
    if (record) process.kill(record.pid, "SIGKILL");
    await expect.poll(() => mountAnswers(shareMountDirectory())).toBe(false);
    await startShare(quiet);
    expect(await mountAnswers(shareMountDirectory())).toBe(true);
  });

  it("comes back on the next start when its process hangs", async () => {
    const record = runningRecord(shareMountDaemon);
    if (record) process.kill(record.pid, "SIGSTOP");
    await startShare(quiet);
    expect(runningRecord(shareMountDaemon)?.pid).not.toBe(record?.pid);
    expect(await mountAnswers(shareMountDirectory())).toBe(true);
  });
});
