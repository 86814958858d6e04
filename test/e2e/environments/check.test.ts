import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { parseDocument, type Document } from "yaml";
import { exitCodes, type CheckReport } from "../../../environments/check-report";
import { projectDirectory } from "../../../infra/project";
import { readStartRecord } from "../../../local/stack/record";
import { localStackFile } from "../../../local/stack/stack-file";
import { kubernetesObject, npmRun } from "../support/commands";
import { CuttableProxy } from "../support/cuttable-proxy";
import { setBesideLocal } from "../support/local-stack-file";

/** An environment that is only checked, never brought up. */
const environment = "checked";

/** A port of the node that no other suite takes. */
const nodePort = 30977;

interface Namespaces {
  readonly items: readonly { readonly metadata: { readonly name: string; readonly deletionTimestamp?: string } }[];
}

/** The namespaces of probes that nobody has removed. */
async function probeNamespaces(): Promise<readonly string[]> {
  const selector = "app.kubernetes.io/component=preflight";
  const { items } = await kubernetesObject<Namespaces>("namespaces", "-l", selector);
  return items.filter(({ metadata }) => metadata.deletionTimestamp === undefined).map(({ metadata }) => metadata.name);
}

describe("npm run env:check", () => {
  let folder: string;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "hamilton-check-"));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  /** Writes the environment's stack file: the embedded cluster's with what must differ, then an edit. */
  function writeStackFile(edit: (document: Document) => void = () => undefined): void {
    const document = parseDocument(readFileSync(localStackFile(), "utf8"));
    document.delete("encryptionsalt");
    document.setIn(["config", "hamilton:cluster", "kubeconfig"], readStartRecord().engine.kubeconfig);
    setBesideLocal(document, environment, nodePort, "node.invalid");
    edit(document);
    writeFileSync(join(folder, `Pulumi.${environment}.yaml`), document.toString());
  }

  const args = () => [environment, "--folder", folder, "--json"];

  async function check(): Promise<{ report: CheckReport; exitCode: number; verdicts: Record<string, string> }> {
    const ended = await npmRun("env:check", args());
    const report = JSON.parse(ended.stdout) as CheckReport;
    return { report, exitCode: ended.exitCode, verdicts: verdictsOf(report) };
  }

  const verdictsOf = ({ preflight = [] }: CheckReport): Record<string, string> =>
    Object.fromEntries(preflight.map((row) => [row.check, row.verdict]));

  /** The command under way, until its probe has a namespace. */
  async function probing() {
    const running = execa("npx", ["tsx", "commands/cli.ts", "env:check", ...args()], {
      cwd: projectDirectory,
      reject: false,
      all: true,
      // As a terminal does on Ctrl-C: the signal goes to the whole group.
      detached: true,
    });
    const ended = running.then(({ all }) =>
      Promise.reject(new Error(`the check ended before its probe began: ${all}`)),
    );
    // Not by execa's own iterable: to leave that waits for the end of the process.
    const begun = new Promise<void>((resolve) =>
      running.stderr.on("data", (chunk) => String(chunk).includes("probing from pods") && resolve()),
    );
    await Promise.race([begun, ended]);
    ended.catch(() => undefined);
    while ((await probeNamespaces()).length === 0) await sleep(200);
    // In an object, since a promise of a process would be one of its end.
    return { running };
  }

  afterEach(async () => {
    for (const name of await probeNamespaces()) await npmRun("kubectl", ["delete", "namespace", name, "--wait=false"]);
  });

  it("finds all in order for the platform that runs, and leaves nothing behind", async () => {
    const ended = await npmRun("env:check", ["local", "--json"]);
    const report = JSON.parse(ended.stdout) as CheckReport;
    const others = report.preflight?.filter(({ verdict }) => verdict !== "ok").map(({ check: name }) => name);
    // The embedded cluster's volumes are directories, which have no size that could grow.
    expect(others, ended.stdout).toEqual(["StorageClass local-path"]);
    expect(ended.exitCode).toBe(exitCodes.ok);
    expect(await probeNamespaces()).toEqual([]);
  });

  it("finds what the cluster doesn't have: a StorageClass, a share that answers, room", async () => {
    writeStackFile((document) => {
      const share = {
        kind: "windowsShare",
        server: "192.0.2.1",
        share: "harp",
        username: "reader",
        mountPath: "/mnt/harp",
      };
      const volumes = { harp: { ...share, password: "share-password" } };
      document.setIn(["config", "hamilton:volumes"], document.createNode(volumes));
      document.setIn(["config", "hamilton:secrets"], document.createNode({ "share-password": { secure: "v1:AA==" } }));
      document.setIn(["config", "hamilton:objectStore", "storage", "className"], "of-another-cluster");
      document.setIn(["config", "hamilton:objectStore", "resources", "memory"], "200Gi");
    });
    const { report, exitCode, verdicts } = await check();
    expect(exitCode, JSON.stringify(report)).toBe(exitCodes.preflightFailed);
    expect(verdicts).toMatchObject({
      "API server": "ok",
      "namespace checked-spark": "ok",
      "StorageClass of-another-cluster": "fail",
      "share harp": "fail",
      "room for 1 × StatefulSet checked-storage/store-minio": "fail",
      "room for 1 × Spark driver": "ok",
      "image registry": "ok",
      NetworkPolicies: "ok",
      [`node port ${nodePort}`]: "ok",
    });
    const fixes = report.preflight?.filter(({ verdict }) => verdict === "fail").map(({ fix }) => fix);
    expect(fixes?.every((fix) => fix !== undefined)).toBe(true);
    expect(await probeNamespaces()).toEqual([]);
  });

  it("finds a node selector that no node fits", async () => {
    writeStackFile((document) =>
      document.setIn(["config", "hamilton:spark", "executor", "nodeSelector"], { "example.com/pool": "nowhere" }),
    );
    const { exitCode, verdicts, report } = await check();
    expect(exitCode).toBe(exitCodes.preflightFailed);
    expect(verdicts["room for 1 × Spark executor"], JSON.stringify(report)).toBe("fail");
    expect(verdicts["image registry"]).toBe("not checked");
    expect(await probeNamespaces()).toEqual([]);
  });

  it("finds an image that can't be had", async () => {
    const image = "registry.invalid/hamilton/spark:4.1.2-nowhere";
    writeStackFile((document) => document.setIn(["config", "hamilton:images", "spark"], image));
    const { exitCode, verdicts, report } = await check();
    expect(exitCode).toBe(exitCodes.preflightFailed);
    expect(verdicts["image registry"], JSON.stringify(report)).toBe("fail");
    expect(JSON.stringify(report)).toContain(image);
    expect(await probeNamespaces()).toEqual([]);
  });

  it("removes what the probe made on Ctrl-C", async () => {
    writeStackFile();
    const { running } = await probing();
    process.kill(-(running.pid ?? 0), "SIGINT");
    const ended = await running;
    expect(ended.exitCode).not.toBe(0);
    expect(ended.stderr).toContain("interrupted");
    expect(await probeNamespaces()).toEqual([]);
  });

  it("ends within 30 s where the cluster goes away, and removes what was left the next time", async () => {
    const { kubeconfig } = readStartRecord().engine;
    const config = parseDocument(readFileSync(kubeconfig, "utf8"));
    const server = new URL(config.getIn(["clusters", 0, "cluster", "server"]) as string);
    const proxy = new CuttableProxy(server.hostname, Number(server.port));
    try {
      config.setIn(["clusters", 0, "cluster", "server"], `https://127.0.0.1:${await proxy.open()}`);
      const throughProxy = join(folder, "kubeconfig");
      writeFileSync(throughProxy, config.toString(), { mode: 0o600 });
      writeStackFile((document) => document.setIn(["config", "hamilton:cluster", "kubeconfig"], throughProxy));
      const { running } = await probing();
      const cutAt = Date.now();
      proxy.cut();
      const ended = await running;
      expect(Date.now() - cutAt).toBeLessThan(30_000);
      expect(ended.exitCode).toBe(exitCodes.preflightFailed);
      const report = JSON.parse(ended.stdout) as CheckReport;
      expect(report.notes?.[0]).toMatch(/^The API server stopped answering in the middle of the preflight/);
      const image = report.preflight?.find((row) => row.check === "image registry");
      expect(image).toMatchObject({ verdict: "not checked", found: "the API server stopped answering" });
    } finally {
      proxy.close();
    }
    const [left] = await probeNamespaces();
    expect(left).toMatch(/^hamilton-preflight-/);
    writeStackFile();
    expect((await check()).exitCode).toBe(exitCodes.ok);
    expect(await probeNamespaces()).toEqual([]);
  });
});
