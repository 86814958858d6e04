import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { exitCodeOf, renderFile, renderPreflight, type CheckReport } from "../../environments/check-report";
import { checkFile } from "../../environments/file-check";
import { fail, notChecked, ok, warn } from "../../environments/preflight/row";
import { stackFileText } from "../support/platform";

describe("the check of a stack file alone", () => {
  let folder: string;
  const file = (environment: string, text: string) => writeFileSync(join(folder, `Pulumi.${environment}.yaml`), text);
  const check = (environment: string) => checkFile(environment, folder);
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "check-"));
    file("dev", stackFileText("dev"));
  });

  it("gives what the environment amounts to, and the secrets that nobody has set with the command that sets them", async () => {
    const { faults, clashes, unsetSecrets, wanted } = await check("dev");
    expect([faults, clashes]).toEqual([[], []]);
    expect(unsetSecrets.map(({ name }) => name)).toEqual([
      ...["harp-database-password", "harp-password", "registry-password"],
    ]);
    expect(unsetSecrets[0]?.command).toContain("pulumi config set --stack dev --secret --path");
    expect(wanted?.manifests.some(({ kind }) => kind === "StatefulSet")).toBe(true);
  });

  it("tells of clashes with the environments beside it", async () => {
    file("twin", stackFileText("dev"));
    const { clashes } = await check("twin");
    expect(clashes.join("\n")).toMatch(/Pulumi\.dev\.yaml.*the namespace prefix "dev"/);
  });

  it.each([
    ["half a line of YAML", "config:\n  hamilton:cluster: {context: a\n", /^the file is no YAML: /],
    ["no group", "config: text\n", /^config is a text; expected a group of keys$/],
    ["nothing at all", "", /^config is missing; expected a group of keys$/],
  ])("names one fault where the file holds %s", async (_, text, sentence) => {
    file("broken", text);
    const { faults, wanted } = await check("broken");
    expect(faults.map(({ key, sentence: rest }) => `${key} ${rest}`)).toEqual([expect.stringMatching(sentence)]);
    expect(wanted).toBeUndefined();
  });

  it("names a secret in plain text, and never shows it", async () => {
    const text = stackFileText("dev").replace("config:", "config:\n  hamilton:secrets: { harp-password: hunter2 }");
    file("plain", text);
    const { faults } = await check("plain");
    expect(faults.map(({ key }) => key)).toContain("hamilton:secrets.harp-password");
    expect(JSON.stringify(faults)).not.toContain("hunter2");
  });
});

describe("the report of a check", () => {
  const report: CheckReport = { environment: "a", file: "Pulumi.a.yaml", faults: [], clashes: [], unsetSecrets: [] };
  const unset = [{ name: "b", command: "set it" }];
  it.each([
    ["nothing is wrong", {}, 0],
    ["there are warnings and rows that weren't checked", { preflight: [warn("a", "b", "c"), notChecked("d", "e")] }, 0],
    ["the file has a fault", { faults: [{ key: "k", sentence: "is wrong" }] }, 1],
    ["it clashes", { clashes: ["Two files take one port."] }, 1],
    ["a secret isn't set", { unsetSecrets: unset, preflight: [fail("a", "b", "c")] }, 1],
    ["a row failed", { preflight: [ok("a", "b"), fail("c", "d", "e")] }, 2],
    ["the API server went away", { preflight: [notChecked("a", "b")], gone: true }, 2],
  ])("gives the exit code where %s", (_, changes, code) => {
    expect(exitCodeOf({ ...report, ...changes })).toBe(code);
  });

  it("has one line for each fault of the file", () => {
    const faults = [{ key: "hamilton:spark", sentence: "is missing" }];
    const text = renderFile({ ...report, faults, clashes: ["They clash."], unsetSecrets: unset });
    expect(text.split("\n")).toHaveLength(3);
    expect(text).toContain("Pulumi.a.yaml: hamilton:spark is missing.");
    expect(renderFile(report)).toBe("✔ Pulumi.a.yaml is in order");
  });

  it("shows every word of a long name in the table, and the sum", () => {
    const long = `registry.example.com/${"a".repeat(120)}-end`;
    const text = renderPreflight([ok("image", long), fail("a", "b", "do c")]);
    expect(text.replaceAll(/[\s│]/g, "")).toContain("-end");
    expect(text).not.toContain("…");
    expect(text).toContain("1 ok, 0 to know of, 1 failed, 0 not checked");
  });
});
