import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { stackFileName } from "../../../infra/config";
import { projectDirectory } from "../../../infra/project";
import { localReference } from "../../../local/images/tags";
import { mustRun, npmRun } from "../support/commands";

const name = "third";
const file = join(projectDirectory, stackFileName(name));

/** The objects of an environment that a destroy of another one must not touch, by kind, name and generation. */
async function objectsOf(...namespaces: string[]): Promise<string[]> {
  const kinds =
    "statefulsets,services,configmaps,secrets,roles,rolebindings,networkpolicies,serviceaccounts,resourcequotas,pvc";
  const columns = "custom-columns=K:.kind,N:.metadata.name,U:.metadata.uid,V:.metadata.resourceVersion";
  const lists = namespaces.map((namespace) => mustRun("kubectl", ["-n", namespace, "get", kinds, "-o", columns]));
  return (await Promise.all(lists)).flatMap((list) => list.split("\n"));
}

describe("a third environment, made by env:new beside local on one cluster", () => {
  let made: string;

  beforeAll(async () => {
    rmSync(file, { force: true });
    // Full references, since no registry stands behind the images that the node holds already; the share, the pages and
    // the room for a notebook are local's own.
    const settings = [
      ...[
        "--set",
        "images.registry=registry.invalid",
        "--set",
        "volumes={}",
        "--set",
        "ingress=",
        "--set",
        "notebooks=",
      ],
      ...["--set", `images.spark=${localReference("spark")}`, "--set", `images.minio=${localReference("minio")}`],
    ];
    made = (await npmRun("env:new", [name, "--like", "local", ...settings])).all;
  });

  afterAll(async () => {
    await npmRun("pulumi", ["destroy", "--yes", "--skip-preview", "--non-interactive", "--stack", name]);
    await npmRun("pulumi", ["stack", "rm", "--yes", "--force", "--stack", name]);
    await npmRun("kubectl", ["delete", "namespace", `${name}-spark`, `${name}-storage`, "--ignore-not-found"]);
    rmSync(file, { force: true });
  });

  it("has a stack file that env:check finds nothing wrong with", async () => {
    expect(existsSync(file), made).toBe(true);
    const checked = await npmRun("env:check", [name, "--offline"]);
    expect(checked.exitCode, checked.all).toBe(0);
  });

  it("differs from local where two on one cluster must differ", () => {
    const text = readFileSync(file, "utf8");
    expect(text).toMatch(/^\s+prefix: third$/m);
    expect(text).not.toContain("30900");
  });

  it("comes up and runs a job, and so does local beside it", async () => {
    const up = await npmRun("pulumi", ["up", "--yes", "--skip-preview", "--non-interactive", "--stack", name]);
    expect(up.exitCode, up.all).toBe(0);
    for (const stack of [name, "local"]) {
      const job = await npmRun("submit", ["--stack", stack, "workloads/jobs/without_read.py"]);
      expect(job.exitCode, job.all).toBe(0);
      expect(job.all).toMatch(/sum of 0\.\.\d+ = \d+, as it should be/);
    }
  });

  it("leaves local untouched when it is destroyed", async () => {
    const before = await objectsOf("spark", "storage");
    const destroyed = await npmRun("pulumi", [
      ...["destroy", "--yes", "--skip-preview", "--non-interactive", "--stack", name],
    ]);
    expect(destroyed.exitCode, destroyed.all).toBe(0);
    expect(await objectsOf("spark", "storage")).toEqual(before);
    expect(await mustRun("kubectl", ["get", "statefulset,secret", "-n", `${name}-storage`, "-o", "name"])).toBe("");
    const unchanged = await npmRun("pulumi", ["preview", "--expect-no-changes", "--non-interactive"]);
    expect(unchanged.exitCode, unchanged.all).toBe(0);
    const job = await npmRun("submit", ["workloads/jobs/without_read.py"]);
    expect(job.exitCode, job.all).toBe(0);
  });
});
