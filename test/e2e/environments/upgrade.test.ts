import { rmSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { projectDirectory } from "../../../infra/project";
import { mustRun } from "../support/commands";
import { checkout, OwnStack } from "../support/own-stack";
import { readObject, runWithClaim, writeObject } from "../support/stored-data";

/** The revision to upgrade from; a release is upgraded from the one before by naming that one's tag. */
const previousRevision = process.env.HAMILTON_UPGRADE_FROM ?? "HEAD~1";

describe(`an upgrade from ${previousRevision}`, () => {
  let previous: string;
  let stack: OwnStack;
  let objectDigest: string;
  let fileDigest: string;
  let claim: string;

  beforeAll(async () => {
    previous = await checkout(previousRevision);
    stack = new OwnStack("upgrade", 30903, previous);
    await stack.create((document) =>
      document.setIn(
        ["config", "hamilton:volumes"],
        document.createNode({
          lab: {
            kind: "storageClass",
            ...{ className: "local-path", accessMode: "ReadWriteOnce", readOnly: false },
            ...{ mountPath: "/mnt/lab", size: "1Gi" },
          },
        }),
      ),
    );
    await stack.up();
    claim = (await mustRun("kubectl", ["-n", "upgrade-spark", "get", "pvc", "-o", "name"])).split("/")[1]!.trim();
    objectDigest = await writeObject(stack, "lake/before/the-upgrade.bin", 5_000_000);
    const fill = "head -c 1000000 /dev/urandom > /data/before.bin && sha256sum < /data/before.bin";
    fileDigest = await runWithClaim(stack, claim, fill);
    stack.moveTo(projectDirectory);
    await stack.up();
  });

  afterAll(async () => {
    await stack.remove();
    rmSync(previous, { recursive: true, force: true });
  });

  it("keeps every byte in the object store", async () => {
    expect(await readObject(stack, "lake/before/the-upgrade.bin")).toBe(objectDigest);
  });

  it("keeps every byte on the volumes", async () => {
    expect(await runWithClaim(stack, claim, "sha256sum < /data/before.bin")).toBe(fileDigest);
  });

  it("leaves nothing to do for a second update", async () => {
    const preview = await stack.pulumi("preview", "--expect-no-changes", "--non-interactive", "--stack", stack.name);
    expect(preview.exitCode, preview.all).toBe(0);
  });

  it("leaves an object store that takes new objects", async () => {
    const path = "lake/after/the-upgrade.bin";
    expect(await readObject(stack, path).catch(() => "none")).toBe("none");
    const written = await writeObject(stack, path, 1000);
    expect(await readObject(stack, path)).toBe(written);
  });
});
