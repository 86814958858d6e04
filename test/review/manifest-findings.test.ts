import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readExceptions, sortFindings, type Exception } from "../../review/manifest-exceptions";
import { kubeconformReport, kubeScoreReport, type Finding } from "../../review/manifest-findings";
import { podsOfTemplates } from "../../review/pod-templates";

const conform = (status: string, msg = "") =>
  JSON.stringify({ resources: [{ filename: "f.yaml", kind: "Pod", name: "a", version: "v1", status, msg }] });

describe("what kubeconform says", () => {
  it.each([
    ["statusValid", []],
    ["statusInvalid", ["invalid"]],
    ["statusError", ["unchecked"]],
    ["statusSkipped", ["unchecked"]],
  ])("of an object with %s gives the findings %j", (status, checks) => {
    const { findings, objects } = kubeconformReport(conform(status, "why"), () => "Pod a/b");
    expect(findings.map(({ check }) => check)).toEqual(checks);
    expect(findings.every(({ object, severity }) => object === "Pod a/b" && severity === "error")).toBe(true);
    expect(objects).toBe(1);
  });

  it("in another format is a fault of its own", () => {
    expect(() => kubeconformReport('{"items":[]}', () => "")).toThrow();
  });
});

describe("what kube-score says", () => {
  const score = (grade: number, skipped = false) =>
    JSON.stringify([
      {
        type_meta: { apiVersion: "v1", kind: "Pod" },
        object_meta: { name: "b", namespace: "a" },
        checks: [
          {
            check: { id: "container-resources", name: "Resources" },
            grade,
            skipped,
            comments: [
              { path: "one", summary: "CPU limit is not set" },
              { path: "", summary: "else" },
            ],
          },
        ],
      },
    ]);

  it("is a finding for each comment of a critical", () => {
    expect(kubeScoreReport(score(1)).findings).toEqual(
      ["else", "one: CPU limit is not set"].map((sentence) => ({
        ...{ tool: "kube-score", check: "container-resources", object: "Pod a/b", severity: "critical" },
        sentence,
      })),
    );
  });

  it.each([
    [5, false, 2],
    [7, false, 0],
    [10, false, 0],
    [1, true, 0],
  ])("with grade %i, skipped %s, gives %i findings", (grade, skipped, count) => {
    expect(kubeScoreReport(score(grade, skipped)).findings).toHaveLength(count);
  });
});

describe("an exception", () => {
  const finding: Finding = {
    ...{ tool: "kube-score", check: "container-resources", object: "Job dev-storage/setup-1", severity: "critical" },
    sentence: "setup: CPU limit is not set",
  };
  const exception: Exception = {
    ...{ tool: "kube-score", check: "container-resources", objects: ["Job *storage/setup-*"] },
    ...{ says: "CPU limit is not set", reason: "it may use what is idle" },
  };

  it.each<[string, Partial<Exception>, boolean]>([
    ["fits by its pattern", {}, true],
    ["fits whatever is said, without words", { says: undefined }, true],
    ["of another tool doesn't fit", { tool: "kubeconform" }, false],
    ["of another check doesn't fit", { check: "pod-probes" }, false],
    ["of other words doesn't fit", { says: "Memory limit is not set" }, false],
    ["of another object doesn't fit", { objects: ["Job storage/setup-*"] }, false],
    ["stands for no slash", { objects: ["Job *"] }, false],
  ])("that %s", (_, change, fits) => {
    const { excepted, remaining, unused } = sortFindings([finding], [{ ...exception, ...change }]);
    expect([excepted.length, remaining.length, unused.length]).toEqual(fits ? [1, 0, 0] : [0, 1, 1]);
  });

  it("without a reason is refused", () => {
    const file = join(mkdtempSync(join(tmpdir(), "exceptions-")), "exceptions.yaml");
    writeFileSync(file, "- {tool: kube-score, check: a, objects: [b], reason: ''}\n");
    expect(() => readExceptions(file)).toThrow(/can't be used/);
  });

  it("is whole wherever the project's file has one", () => {
    expect(readExceptions().length).toBeGreaterThan(0);
  });
});

describe("a pod template", () => {
  it("stands for the pod that Spark makes of it", () => {
    const data = { "driver-pod-template.yaml": "metadata: {labels: {a: b}}\nspec: {}\n", "spark-defaults.conf": "x" };
    const config = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "s", namespace: "spark" }, data };
    expect(podsOfTemplates([config])).toEqual([
      { metadata: { name: "spark-driver", namespace: "spark", labels: { a: "b", "spark-role": "driver" } }, spec: {} },
    ]);
  });
});
