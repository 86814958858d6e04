import { describe, expect, it } from "vitest";
import { npmRun } from "../support/commands";
import { changedLocalFile } from "../support/local-stack-file";

const preview = ["preview", "--non-interactive", "--color", "never", "--policy-pack", "policy"];

describe("the policy pack in the engine", () => {
  it("lets the stack as it is pass, with every rule that it can judge", async () => {
    const { all, exitCode } = await npmRun("pulumi", preview);
    expect(all).toMatch(/hamilton@v\S+ \(local/);
    expect(all).not.toMatch(/\[mandatory\]/);
    expect([exitCode, all]).toEqual([0, all]);
  });

  it("refuses a volume of another folder of the node, and names rule, object, value and fix", async () => {
    const volume = { kind: "hostPath", path: "/etc", mountPath: "/mnt/etc" };
    const file = changedLocalFile(["hamilton:volumes", "etc"], volume);
    const { all, exitCode } = await npmRun("pulumi", [...preview, "--config-file", file]);
    expect(exitCode).not.toBe(0);
    expect(all).toContain("no-host-access");
    expect(all).toMatch(/PersistentVolume spark-etc-[0-9a-f]+: spec\.hostPath\.path is "\/etc"; take a Windows share/);
    expect(all).not.toMatch(/PersistentVolume spark-harp-[0-9a-f]+: /);
  });

  it("finds an exception that nothing needs any more", async () => {
    // Volumes that somebody else made, one for each namespace that sees it: the program declares none.
    const harp = {
      ...{ kind: "storageClass", className: "local-path", accessMode: "ReadWriteMany", mountPath: "/mnt/harp" },
      existingVolumes: { spark: "made-for-jobs", "notebooks-harp": "made-for-a-notebook" },
    };
    const file = changedLocalFile(["hamilton:volumes", "harp"], harp);
    const { all, exitCode } = await npmRun("pulumi", [...preview, "--config-file", file]);
    expect(exitCode).not.toBe(0);
    expect(all).toContain("exceptions-in-use");
    expect(all).toContain('no-host-access: object is "PersistentVolume spark-harp-*"');
  });
});
