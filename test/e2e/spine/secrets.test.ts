import { execa } from "execa";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { pulumiDirectory } from "../../../local/stack/engine";
import { kubernetesObject, mustRun, npmRun, platformOutputs } from "../support/commands";

interface SecretList {
  readonly items: readonly { readonly metadata: { readonly name: string }; readonly data?: Record<string, string> }[];
}

describe("no secret stands in plain text", () => {
  const secrets = new Map<string, string>();

  beforeAll(async () => {
    const { namespaces } = await platformOutputs();
    for (const namespace of Object.values(namespaces)) {
      const { items } = await kubernetesObject<SecretList>("-n", namespace, "secrets");
      for (const { metadata, data } of items) {
        for (const [entry, value] of Object.entries(data ?? {})) {
          const plain = Buffer.from(value, "base64").toString();
          // User names are no secrets; passwords and keys here are all generated and long.
          if (/^[\x21-\x7e]{16,}$/.test(plain)) secrets.set(`${namespace}/${metadata.name}/${entry}`, plain);
        }
      }
    }
  });

  /** The names of the secrets that occur in a text, in any of the spellings in which they could be stored. */
  const found = (text: string) =>
    [...secrets]
      .filter(([, value]) => text.includes(value) || text.includes(Buffer.from(value).toString("base64")))
      .map(([name]) => name);

  it("and the search for them finds one where it must", async () => {
    expect(secrets.size).toBeGreaterThanOrEqual(3);
    expect(found(JSON.stringify(await platformOutputs()))).not.toEqual([]);
  });

  it("in the engine's state", async () => {
    const files = await execa("find", [join(pulumiDirectory(), "backend"), "-type", "f"]);
    const state = files.stdout
      .split("\n")
      .map((file) => readFileSync(file, "latin1"))
      .join("\n");
    expect(state).toContain('"ciphertext"');
    expect(found(state)).toEqual([]);
  });

  it("in a ConfigMap, an argument or the environment of a pod", async () => {
    const objects = await mustRun("kubectl", [
      "get",
      "configmaps,pods,statefulsets,jobs,deployments",
      "-A",
      "-o",
      "json",
    ]);
    expect(objects).toContain("spark-defaults");
    expect(found(objects)).toEqual([]);
  });

  it("in the Spark properties of a running driver or in its log", async () => {
    const { namespaces } = await platformOutputs();
    const submitted = npmRun("submit", ["workloads/jobs/without_read.py"]);
    const properties: string[] = [];
    const running = { done: false };
    void submitted.finally(() => (running.done = true));
    while (!running.done) {
      const maps = await npmRun("kubectl", ["-n", namespaces.spark, "get", "configmaps", "-o", "yaml"]);
      if (maps.stdout.includes("spark.properties")) properties.push(maps.stdout);
      await new Promise((resolve) => setTimeout(resolve, 1000));
    }
    const { all, exitCode } = await submitted;
    expect(exitCode, all).toBe(0);
    expect(properties.length).toBeGreaterThan(0);
    expect(found(properties.join("\n"))).toEqual([]);
    expect(found(all)).toEqual([]);
  });
});
