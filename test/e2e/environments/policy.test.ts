import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parseDocument } from "yaml";
import { localStackFile } from "../../../local/stack/stack-file";
import { npmRun } from "../support/commands";

const preview = ["preview", "--non-interactive", "--color", "never", "--policy-pack", "policy"];

/** This host's stack file with one value changed, as a file of its own. */
function changedStackFile(path: readonly string[], value: unknown): string {
  const document = parseDocument(readFileSync(localStackFile(), "utf8"));
  document.setIn(["config", ...path], document.createNode(value));
  const file = join(mkdtempSync(join(tmpdir(), "hamilton-policy-")), "Pulumi.local.yaml");
  writeFileSync(file, document.toString(), { mode: 0o600 });
  return file;
}

describe("the policy pack in the engine", () => {
  it("lets the stack as it is pass, with every rule that it can judge", async () => {
    const { all, exitCode } = await npmRun("pulumi", preview);
    expect(all).toMatch(/hamilton@v\S+ \(local/);
    expect(all).not.toMatch(/\[mandatory\]/);
    expect([exitCode, all]).toEqual([0, all]);
  });

  it("refuses a volume of another folder of the node, and names rule, object, value and fix", async () => {
    const volume = { kind: "hostPath", path: "/etc", mountPath: "/mnt/etc" };
    const file = changedStackFile(["hamilton:volumes", "etc"], volume);
    const { all, exitCode } = await npmRun("pulumi", [...preview, "--config-file", file]);
    expect(exitCode).not.toBe(0);
    expect(all).toContain("no-host-access");
    expect(all).toMatch(/PersistentVolume spark-etc-[0-9a-f]+: spec\.hostPath\.path is "\/etc"; take a Windows share/);
    expect(all).not.toMatch(/PersistentVolume spark-harp-[0-9a-f]+: /);
  });

  it("finds an exception that nothing needs any more", async () => {
    const harp = { kind: "storageClass", className: "local-path", accessMode: "ReadWriteOnce", mountPath: "/mnt/harp" };
    const file = changedStackFile(["hamilton:volumes", "harp"], harp);
    const { all, exitCode } = await npmRun("pulumi", [...preview, "--config-file", file]);
    expect(exitCode).not.toBe(0);
    expect(all).toContain("exceptions-in-use");
    expect(all).toContain('no-host-access: object is "PersistentVolume spark-harp-*"');
  });
});
