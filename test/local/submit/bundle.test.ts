import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { submitFiles, submitterKubeconfig } from "../../../components/spark/submitter";
import {
  credentialsFile,
  credentialsText,
  readCredentials,
  readToken,
  requireBundle,
  submitterOutputs,
  writeBundle,
} from "../../../local/submit/bundle";
import { withToken } from "../../../local/submit/driver-api";

const kubeconfig = submitterKubeconfig({ server: "https://10.88.0.1:6443" }, "spark", "spark-submitter");
const submitter = {
  namespace: "spark",
  serviceAccount: "spark-submitter",
  kubeconfig,
  sparkDefaults: "spark.master=k8s://https://10.88.0.1:6443\n",
  driverPodTemplate: "kind: Pod\n",
  executorPodTemplate: "kind: Pod\n",
  command: "spark-submit JOB.py",
  tokenSeconds: 3600,
  accessKey: "access",
  secretKey: "it's a secret",
};
const folder = () => mkdtempSync(join(tmpdir(), "hamilton-bundle-"));

describe("the stack's outputs", () => {
  it("give the submitter", () => {
    expect(submitterOutputs({ submitter, other: 1 })).toEqual(submitter);
  });

  it("that lack a part are refused by the part's name, and no secret is shown", () => {
    const rest: Partial<typeof submitter> = { ...submitter };
    delete rest.tokenSeconds;
    expect(() => submitterOutputs({ submitter: rest })).toThrow(/submitter\.tokenSeconds is missing/);
    expect(() => submitterOutputs({ submitter: rest })).not.toThrow(/secret'/);
    expect(() => submitterOutputs({})).toThrow(/submitter is missing/);
  });
});

describe("a folder for submitting", () => {
  it("holds every file that the command names, for its owner only", () => {
    const directory = folder();
    writeFileSync(join(directory, submitFiles.token), "old", { mode: 0o644 });
    writeBundle(directory, submitter, "the-token");
    requireBundle(directory);
    for (const name of [...Object.values(submitFiles), credentialsFile]) {
      expect(statSync(join(directory, name)).mode & 0o777, name).toBe(0o600);
    }
    expect(readToken(join(directory, submitFiles.token))).toBe("the-token");
    expect(readFileSync(join(directory, submitFiles.sparkDefaults), "utf8")).not.toContain("secret");
  });

  it("that lacks a file is refused by the file's name", () => {
    const directory = folder();
    writeBundle(directory, submitter, "the-token");
    rmSync(join(directory, submitFiles.token));
    expect(() => requireBundle(directory)).toThrow(/lacks token/);
  });

  it("keeps keys with quotes as they are", () => {
    const keys = readCredentials(credentialsText({ accessKey: "a'b$c", secretKey: 'd"e' }));
    expect(keys).toEqual({ AWS_ACCESS_KEY_ID: "a'b$c", AWS_SECRET_ACCESS_KEY: 'd"e' });
  });
});

describe("a token file", () => {
  it("that is missing or empty is named", () => {
    const file = join(folder(), "token");
    expect(() => readToken(file)).toThrow(file);
    writeFileSync(file, "\n");
    expect(() => readToken(file)).toThrow(/is empty/);
  });
});

describe("the submitter's kubeconfig with its token", () => {
  it("names no file, and keeps server and namespace", () => {
    const config = parse(withToken(kubeconfig, "the-token")) as { users: unknown; contexts: unknown };
    expect(config.users).toEqual([{ name: "spark-submitter", user: { token: "the-token" } }]);
    expect(config.contexts).toEqual((parse(kubeconfig) as { contexts: unknown }).contexts);
  });
});
