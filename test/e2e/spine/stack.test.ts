import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { parseDocument } from "yaml";
import { localStackFile } from "../../../local/stack-file";
import { mustRun, npmRun, platformOutputs } from "../support/commands";

interface PreviewStep {
  readonly op: string;
  readonly urn: string;
  readonly detailedDiff?: Record<string, unknown> | null;
}

/** The steps of a preview that would change something. */
async function changes(args: readonly string[]): Promise<PreviewStep[]> {
  const preview = JSON.parse(await mustRun("pulumi", ["preview", "--json", ...args])) as { steps: PreviewStep[] };
  return preview.steps.filter((step) => step.op !== "same" && step.op !== "read");
}

describe("the stack on the embedded cluster", () => {
  it("has nothing to change when it is brought up a second time", async () => {
    const again = await npmRun("pulumi", ["up", "--yes", "--skip-preview", "--expect-no-changes", "--non-interactive"]);
    expect(again.all).toMatch(/\d+ unchanged/);
    expect(again.exitCode).toBe(0);
  });

  it("shows exactly the one object that a changed line of the stack file changes", async () => {
    const document = parseDocument(readFileSync(localStackFile(), "utf8"));
    document.setIn(["config", "hamilton:spark", "quota", "pods"], 19);
    const file = join(mkdtempSync(join(tmpdir(), "hamilton-e2e-")), "Pulumi.local.yaml");
    writeFileSync(file, document.toString());

    const steps = await changes(["--config-file", file]);

    expect(steps.map((step) => [step.op, step.urn.split("::").slice(2).join("::")])).toEqual([
      ["update", expect.stringMatching(/kubernetes:core\/v1:ResourceQuota::/)],
    ]);
    expect(Object.keys(steps[0]?.detailedDiff ?? {})).toEqual(["spec.hard.pods"]);
  });

  describe("after somebody edited an object by hand", () => {
    afterAll(async () => {
      await mustRun("pulumi", ["up", "--yes", "--skip-preview", "--refresh", "--non-interactive"]);
    });

    it("finds that drift, and only that, by a refresh", async () => {
      const { namespaces } = await platformOutputs();
      const before = await npmRun("pulumi", ["refresh", "--preview-only", "--expect-no-changes", "--non-interactive"]);
      expect(before.exitCode, before.all).toBe(0);
      const quotas = await mustRun("kubectl", ["-n", namespaces.spark, "get", "resourcequota", "-o", "name"]);
      const [quota] = quotas.trim().split("\n");
      const pods = JSON.stringify({ spec: { hard: { pods: "3" } } });
      await mustRun("kubectl", ["-n", namespaces.spark, "patch", quota ?? "", "--type", "merge", "-p", pods]);

      const steps = await changes(["--refresh"]);

      expect(steps.filter((step) => step.op === "update").map((step) => step.urn)).toEqual([
        expect.stringMatching(/ResourceQuota/),
      ]);
    });
  });
});
