import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { imagesDirectory } from "../../local/images/tags";

/** The entrypoint with a tini that prints its arguments, one a line, so that what would run can be read. */
let entrypoint: string;

beforeAll(() => {
  const folder = mkdtempSync(join(tmpdir(), "hamilton-entrypoint-"));
  mkdirSync(join(folder, "bin"));
  writeFileSync(join(folder, "bin", "tini"), '#!/bin/bash\nprintf "%s\\n" "$@"\n');
  chmodSync(join(folder, "bin", "tini"), 0o755);
  entrypoint = join(folder, "entrypoint.sh");
  const text = readFileSync(join(imagesDirectory, "spark", "entrypoint.sh"), "utf8");
  writeFileSync(entrypoint, text.replace("/usr/bin/tini", join(folder, "bin", "tini")));
});

function run(args: readonly string[], env: Record<string, string> = {}) {
  const result = spawnSync("bash", [entrypoint, ...args], {
    encoding: "utf8",
    cwd: "/",
    env: { PATH: process.env.PATH, SPARK_HOME: "/opt/spark", JAVA_HOME: "/opt/java", ...env },
  });
  return { lines: result.stdout.trim().split("\n"), status: result.status, stderr: result.stderr };
}

describe("the image's entrypoint", () => {
  it("starts a driver as spark-submit in client mode, bound to the pod's address", () => {
    const { lines } = run(["driver", "--class", "Main", "job.py", "two words"], {
      SPARK_DRIVER_BIND_ADDRESS: "10.1.2.3",
    });
    expect(lines).toEqual([
      ...["-s", "--", "/opt/spark/bin/spark-submit"],
      ...["--conf", "spark.driver.bindAddress=10.1.2.3", "--conf", "spark.executorEnv.SPARK_DRIVER_POD_IP=10.1.2.3"],
      ...["--deploy-mode", "client", "--class", "Main", "job.py", "two words"],
    ]);
  });

  it("starts an executor with all Java options in order, its memory and its identity", () => {
    const { lines } = run(["executor"], {
      SPARK_JAVA_OPT_0: "-Da=with space",
      SPARK_JAVA_OPT_1: "-Db=1",
      SPARK_EXECUTOR_MEMORY: "512m",
      SPARK_CONF_DIR: "/opt/spark/conf",
      SPARK_DRIVER_URL: "spark://driver:7078",
      SPARK_EXECUTOR_ID: "7",
      SPARK_EXECUTOR_CORES: "2",
      SPARK_APPLICATION_ID: "spark-1",
      SPARK_EXECUTOR_POD_IP: "10.1.2.4",
      SPARK_RESOURCE_PROFILE_ID: "0",
      SPARK_EXECUTOR_POD_NAME: "job-exec-7",
    });
    expect(lines).toEqual([
      ...["-s", "--", "/opt/java/bin/java", "-Da=with space", "-Db=1", "-Xms512m", "-Xmx512m"],
      ...["-cp", "/opt/spark/conf:/opt/spark/jars/*:/"],
      "org.apache.spark.scheduler.cluster.k8s.KubernetesExecutorBackend",
      ...["--driver-url", "spark://driver:7078", "--executor-id", "7", "--cores", "2", "--app-id", "spark-1"],
      ...["--hostname", "10.1.2.4", "--resourceProfileId", "0", "--podName", "job-exec-7"],
    ]);
  });

  it("names the variable that an executor was started without", () => {
    const { status, stderr } = run(["executor"]);
    expect(status).not.toBe(0);
    expect(stderr).toContain("SPARK_EXECUTOR_MEMORY");
  });

  it("runs any other command as it stands", () => {
    expect(run(["echo", "as", "it stands"]).lines).toEqual(["as it stands"]);
  });

  it("asks for a command where there is none", () => {
    const { status, stderr } = run([]);
    expect(status).toBe(2);
    expect(stderr).toContain("say what to run");
  });
});
