import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { mustRun, npmRun, platformOutputs, type PlatformOutputs } from "../support/commands";

describe("the submitter's token", () => {
  let outputs: PlatformOutputs;
  let kubeconfig: string;

  beforeAll(async () => {
    outputs = await platformOutputs();
    const { namespace, serviceAccount } = outputs.submitter;
    const token = await mustRun("kubectl", ["-n", namespace, "create", "token", serviceAccount, "--duration", "10m"]);
    const folder = mkdtempSync(join(tmpdir(), "hamilton-identity-"));
    writeFileSync(join(folder, "token"), token.trim(), { mode: 0o600 });
    kubeconfig = join(folder, "kubeconfig");
    writeFileSync(
      kubeconfig,
      outputs.submitter.kubeconfig.replace(/tokenFile: .*/, `tokenFile: ${join(folder, "token")}`),
    );
  });

  /** Runs kubectl as the submitter, with nothing but its token. */
  const asSubmitter = (...args: string[]) => npmRun("kubectl", ["--kubeconfig", kubeconfig, ...args]);

  it("lists the pods of the Spark namespace", async () => {
    const listed = await asSubmitter("-n", outputs.namespaces.spark, "get", "pods");
    expect(listed.exitCode, listed.all).toBe(0);
  });

  it.each([
    ["read the secrets of its own namespace", (o: PlatformOutputs) => ["-n", o.namespaces.spark, "get", "secrets"]],
    ["see the pods of the store's namespace", (o: PlatformOutputs) => ["-n", o.namespaces.storage, "get", "pods"]],
    [
      "read the secrets of the store's namespace",
      (o: PlatformOutputs) => ["-n", o.namespaces.storage, "get", "secrets"],
    ],
    ["see the pods of the system", () => ["-n", "kube-system", "get", "pods"]],
    ["list namespaces", () => ["get", "namespaces"]],
    ["mint tokens", (o: PlatformOutputs) => ["-n", o.namespaces.spark, "create", "token", o.submitter.serviceAccount]],
    [
      "give itself a role",
      (o: PlatformOutputs) => [
        ...["-n", o.namespaces.spark, "create", "rolebinding", "more", "--clusterrole", "admin"],
        ...["--serviceaccount", `${o.namespaces.spark}:${o.submitter.serviceAccount}`],
      ],
    ],
    [
      "run a command in a pod",
      (o: PlatformOutputs) => ["-n", o.namespaces.spark, "auth", "can-i", "create", "pods", "--subresource", "exec"],
    ],
  ])("can't %s", async (_, args) => {
    const refused = await asSubmitter(...args(outputs));
    expect(refused.exitCode).not.toBe(0);
    expect(refused.all).toMatch(/forbidden|^no$/im);
  });

  it("is refused in one clear line once it has expired", async () => {
    const folder = mkdtempSync(join(tmpdir(), "hamilton-expired-"));
    // What an expired token looks like to the API server: a signature it made, an `exp` in the past. The shortest life
    // it grants is ten minutes, so the claim is rewritten instead; both are refused with the same 401.
    const expired = join(folder, "token");
    const { namespace, serviceAccount } = outputs.submitter;
    const token = (await mustRun("kubectl", ["-n", namespace, "create", "token", serviceAccount])).trim();
    const [header = "", payload = "", signature = ""] = token.split(".");
    const claims = JSON.parse(Buffer.from(payload, "base64url").toString()) as Record<string, unknown>;
    const past = Buffer.from(JSON.stringify({ ...claims, exp: 1_600_000_000 })).toString("base64url");
    writeFileSync(expired, [header, past, signature].join("."), { mode: 0o600 });

    const ended = await npmRun("submit", ["--token-file", expired, "workloads/jobs/without_read.py"]);

    expect(ended.exitCode).not.toBe(0);
    expect(
      ended.stderr
        .trim()
        .split("\n")
        .filter((line) => /token/i.test(line)),
    ).toHaveLength(1);
    expect(ended.all).not.toMatch(/at org\.apache|Traceback/);
  });
});
