import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execFileSync } from "node:child_process";
import { afterEach, beforeEach, expect, test } from "vitest";
import { withServicesHeldBack } from "../../../local/toolchain/service-policy";

let folder: string;
let policy: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "service-policy-"));
  policy = join(folder, "policy-rc.d");
});
afterEach(() => rmSync(folder, { recursive: true }));

function exitOf(program: string): number {
  try {
    execFileSync(program, ["smbd", "start"]);
    return 0;
  } catch (error) {
    return (error as { status: number }).status;
  }
}

test("services are forbidden to start while packages are installed, and not after", async () => {
  const during = await withServicesHeldBack(() => Promise.resolve(exitOf(policy)), policy);
  expect(during).toBe(101);
  expect(existsSync(policy)).toBe(false);
});

test("the host's own policy is put back as it was, also after a failure", async () => {
  const own = "#!/bin/sh\nexit 104\n";
  writeFileSync(policy, own, { mode: 0o755 });
  const failing = withServicesHeldBack(() => Promise.reject(new Error("apt failed")), policy);
  await expect(failing).rejects.toThrow("apt failed");
  expect(readFileSync(policy, "utf8")).toBe(own);
  expect(statSync(policy).mode & 0o777).toBe(0o755);
});

test("what a killed run left is put right by the next one", async () => {
  const own = "#!/bin/sh\nexit 104\n";
  writeFileSync(`${policy}.saved`, own, { mode: 0o755 });
  writeFileSync(policy, "the policy of the killed run");
  await withServicesHeldBack(() => Promise.resolve(), policy);
  expect(readFileSync(policy, "utf8")).toBe(own);
});
