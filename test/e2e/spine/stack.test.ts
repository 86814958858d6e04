import { describe, expect, it } from "vitest";
import { kubernetesObject, mustRun, npmRun, platformOutputs } from "../support/commands";
import { changedLocalFile } from "../support/local-stack-file";

interface PreviewStep {
  readonly op: string;
  readonly urn: string;
  readonly detailedDiff?: Record<string, unknown> | null;
}

/** The steps of a preview, of an update or of a refresh, in which an object differs; components only hold objects. */
async function changes(command: readonly string[]): Promise<PreviewStep[]> {
  const preview = JSON.parse(await mustRun("pulumi", [...command, "--json"])) as { steps: PreviewStep[] };
  return preview.steps.filter(
    ({ op, urn }) => !["same", "read", "refresh"].includes(op) && !/\bhamilton:\w+:\w+::/.test(urn),
  );
}

/** A step as operation, object and changed fields. */
const described = ({ op, urn, detailedDiff }: PreviewStep) =>
  [op, urn.split("::").slice(2).join("::"), Object.keys(detailedDiff ?? {}).join()].join(" ");

const quotaStep = expect.stringMatching(/^update .*kubernetes:core\/v1:ResourceQuota::\S+ spec\.hard\.pods$/) as string;

describe("the stack on the embedded cluster", () => {
  it("has nothing to change when it is brought up a second time", async () => {
    const again = await npmRun("pulumi", ["up", "--yes", "--skip-preview", "--expect-no-changes", "--non-interactive"]);
    expect(again.all).toMatch(/\d+ unchanged/);
    expect(again.exitCode).toBe(0);
  });

  it("shows exactly the one object that a changed line of the stack file changes", async () => {
    const file = changedLocalFile(["hamilton:spark", "quota", "pods"], 19);
    expect((await changes(["preview", "--config-file", file])).map(described)).toEqual([quotaStep]);
  });

  it("finds drift made by hand, and only that, by a refresh", async () => {
    const { namespaces } = await platformOutputs();
    expect(await changes(["refresh", "--preview-only"])).toEqual([]);
    const quotas = await kubernetesObject<{
      items: { metadata: { name: string }; spec: { hard: { pods?: string } } }[];
    }>(...["-n", namespaces.spark, "resourcequotas"]);
    const quota = quotas.items.find(({ spec }) => spec.hard.pods !== undefined);
    await mustRun("kubectl", [
      ...["-n", namespaces.spark, "patch", "resourcequota", quota?.metadata.name ?? "", "--type", "merge"],
      ...["--patch", JSON.stringify({ spec: { hard: { pods: "3" } } })],
    ]);
    try {
      expect((await changes(["refresh", "--preview-only"])).map(described)).toEqual([quotaStep]);
    } finally {
      // The hand that changed it owns the field now, so taking it back needs force, as docs/operations.md says.
      const up = ["up", "--yes", "--skip-preview", "--non-interactive"];
      await mustRun("pulumi", [...up, "--refresh"], { PULUMI_K8S_ENABLE_PATCH_FORCE: "true" });
      // Force is a setting of the provider: without it the provider changes back.
      await mustRun("pulumi", up);
    }
    expect(await changes(["refresh", "--preview-only"])).toEqual([]);
    expect(await changes(["preview"])).toEqual([]);
  });
});
