import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseDocument } from "yaml";
import { nodeAddress } from "../../../local/cluster/network";
import { projectDirectory } from "../../../infra/project";
import { localReference } from "../../../local/images/tags";
import { readStartRecord } from "../../../local/stack/record";
import { localStackFile } from "../../../local/stack/stack-file";
import { mustRun, npmRun } from "../support/commands";

/** An environment of its own, beside `local`, on a cluster that `npm start` finds by the name of its context only. */
const stack = "existing";
const stackFile = join(projectDirectory, `Pulumi.${stack}.yaml`);
const nodePort = 30901;

describe("npm start -- --context", () => {
  let env: NodeJS.ProcessEnv;
  let folder: string;

  beforeAll(() => {
    const { engine } = readStartRecord();
    folder = mkdtempSync(join(tmpdir(), "hamilton-existing-"));
    mkdirSync(join(folder, "backend"));
    env = {
      PATH: [...engine.path, dirname(engine.pulumi), process.env.PATH].join(delimiter),
      KUBECONFIG: engine.kubeconfig,
      PULUMI_HOME: join(folder, "home"),
      PULUMI_BACKEND_URL: `file://${join(folder, "backend")}`,
      PULUMI_CONFIG_PASSPHRASE: "of this test alone",
      PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
      PULUMI_SKIP_UPDATE_CHECK: "true",
    };
    const document = parseDocument(readFileSync(localStackFile(), "utf8"));
    document.delete("encryptionsalt");
    document.setIn(["config", "hamilton:cluster", "context"], "to-be-given-by-the-command");
    document.setIn(["config", "hamilton:namespaces"], document.createNode({ prefix: stack }));
    // Full references, since no registry stands behind the images that the node holds already.
    const images = { registry: "registry.invalid", spark: localReference("spark"), minio: localReference("minio") };
    document.setIn(["config", "hamilton:images"], document.createNode(images));
    document.setIn(["config", "hamilton:volumes"], document.createNode({}));
    document.setIn(["config", "hamilton:objectStore", "nodePort"], nodePort);
    document.setIn(["config", "hamilton:objectStore", "externalEndpoint"], `http://${nodeAddress}:${nodePort}`);
    writeFileSync(stackFile, document.toString());
  });

  afterAll(async () => {
    const destroy = ["destroy", "--yes", "--skip-preview", "--non-interactive", "--stack", stack];
    try {
      await execa("pulumi", destroy, { cwd: projectDirectory, env: { ...env } });
      // The store's volume is kept by a destroy; the namespace that held it is gone, and so is this test's use for it.
      await npmRun("kubectl", ["delete", "namespace", `${stack}-storage`, `${stack}-spark`, "--ignore-not-found"]);
    } finally {
      rmSync(stackFile, { force: true });
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it("names the contexts there are where the one asked for is none of them", async () => {
    const ended = await npmRun("start", ["--context", "nowhere", "--stack", stack], env);
    expect(ended.exitCode).not.toBe(0);
    expect(ended.all).toMatch(/no context "nowhere"; it has hamilton-local/);
  });

  it("provisions a second environment beside the first and runs a job there", async () => {
    const ended = await npmRun("start", ["--context", "hamilton-local", "--stack", stack], env);
    expect(ended.exitCode, ended.all).toBe(0);
    expect(ended.stdout).toMatch(/sum of 0\.\.\d+ = \d+, as it should be/);
    expect(await mustRun("kubectl", ["-n", `${stack}-spark`, "get", "pods", "-o", "name"])).toMatch(/without-read-/);
    expect(readFileSync(stackFile, "utf8")).toContain("to-be-given-by-the-command");
  });

  it("leaves the first environment as it was", async () => {
    const unchanged = await npmRun("pulumi", ["preview", "--expect-no-changes", "--non-interactive"]);
    expect(unchanged.exitCode, unchanged.all).toBe(0);
  });
});
