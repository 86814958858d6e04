import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Ajv } from "ajv";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { projectDirectory } from "../../../infra/project";
import { buildTools } from "../../../local/toolchain/build";
import { githubFiles, gitlabFile } from "../../ci/workflow-files";

describe("the workflow files", () => {
  const folder = mkdtempSync(join(tmpdir(), "hamilton-workflows-"));
  let actionlint = "";

  /** The faults that the schema of that name finds. */
  function faults(schema: string, value: unknown): unknown {
    const file = join(folder, "check_jsonschema", "builtin_schemas", "vendor", `${schema}.json`);
    const ajv = new Ajv({ strict: false, validateFormats: false, allErrors: true });
    const validate = ajv.compile(JSON.parse(readFileSync(file, "utf8")) as object);
    return validate(value) ? [] : validate.errors;
  }

  beforeAll(async () => {
    actionlint = (await buildTools(["actionlint"], () => undefined)).get("actionlint")?.path ?? "";
    const environment = join(folder, "python");
    await execa("python3", ["-m", "venv", environment]);
    const pip = [
      "-m",
      "pip",
      "install",
      "--quiet",
      "--disable-pip-version-check",
      "--no-deps",
      "--only-binary",
      ":all:",
    ];
    const requirements = join(__dirname, "workflow-schemas.txt");
    await execa(join(environment, "bin", "python3"), [
      ...[...pip, "--require-hashes", "--target", folder, "-r", requirements],
    ]);
  });

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it("of GitHub pass actionlint", async () => {
    const linted = await execa(actionlint, ["-no-color"], { cwd: projectDirectory, reject: false, all: true });
    expect([linted.exitCode, linted.all]).toEqual([0, ""]);
  });

  it.each(githubFiles())("of GitHub are what its schema asks for: $path", ({ path, value }) => {
    expect(faults(path.includes("/actions/") ? "github-actions" : "github-workflows", value)).toEqual([]);
  });

  it("of GitLab are what its schema asks for", () => {
    expect(faults("gitlab-ci", gitlabFile().value)).toEqual([]);
  });

  it("of Renovate are what its schema asks for", () => {
    const configuration = JSON.parse(readFileSync(join(projectDirectory, "renovate.json"), "utf8")) as unknown;
    expect(faults("renovate", configuration)).toEqual([]);
  });

  it("would not pass with a key that nobody knows", () => {
    expect(faults("github-workflows", { on: "push", jobs: { one: { "runs-on": "x", stepps: [] } } })).not.toEqual([]);
    expect(faults("gitlab-ci", { one: { script: "true", stagee: "test" } })).not.toEqual([]);
  });
});
