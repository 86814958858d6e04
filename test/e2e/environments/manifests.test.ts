import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { describe, expect, it } from "vitest";
import { projectDirectory } from "../../../infra/project";
import { buildTools } from "../../../local/toolchain/build";
import { kubernetesSchemas } from "../../../local/toolchain/kubernetes-schemas";
import { gitOpsSet } from "../../../review/gitops";
import { yamlDocument } from "../../../review/manifest-files";
import { kubeconformReport } from "../../../review/manifest-findings";

const npm = (...args: string[]) =>
  execa("npm", ["run", "--silent", ...args], { cwd: projectDirectory, reject: false, all: true });
const quiet = () => undefined;

describe("kubeconform and kube-score", () => {
  it("find no error and no critical in any environment, and use every exception", async () => {
    const checked = await npm("manifests:check");
    expect([checked.exitCode, checked.all]).toEqual([0, expect.stringMatching(/prod +│ kube-score/)]);
    expect(checked.all).not.toMatch(/✖/);
  });

  it("would find a field that Kubernetes doesn't know, and a kind without a schema", async () => {
    const kubeconform = (await buildTools(["kubeconform"], quiet)).get("kubeconform")?.path ?? "";
    const { folder } = await kubernetesSchemas(quiet);
    const { objects } = await gitOpsSet("prod");
    const deployment = objects.find(({ kind }) => kind === "Deployment");
    const spec = { ...(deployment?.spec as object), replica: 3 };
    const broken = join(mkdtempSync(join(tmpdir(), "broken-")), "broken.yaml");
    const unknown = { apiVersion: "example.com/v1", kind: "Unknown", metadata: { name: "a" } };
    writeFileSync(broken, [{ ...deployment, spec }, unknown].map((each) => `---\n${yamlDocument(each)}`).join(""));
    const location = join(folder, "{{.ResourceKind}}{{.KindSuffix}}.json");
    const args = ["-strict", "-verbose", "-output", "json", "-schema-location", location, broken];
    const ran = await execa(kubeconform, args, { reject: false });
    expect(kubeconformReport(ran.stdout, () => "it").findings.map(({ check }) => check)).toEqual(
      expect.arrayContaining(["invalid", "unchecked"]),
    );
  });
});

describe("the folder of a render", () => {
  it("is what kustomize makes of it: every listed object, namespaces first, no Secret", async () => {
    const folder = join(mkdtempSync(join(tmpdir(), "render-")), "prod");
    expect(await npm("render", "--", "prod", "--out", folder)).toMatchObject({ exitCode: 0 });
    const built = await npm("kubectl", "--", "kustomize", folder);
    const kinds = [...built.stdout.matchAll(/^kind: (\w+)$/gm)].map(([, kind]) => kind);
    expect(kinds).toHaveLength((await gitOpsSet("prod")).objects.length);
    expect(kinds[0]).toBe("Namespace");
    expect(kinds).not.toContain("Secret");
    const again = await npm("render", "--", "prod", "--out", folder);
    expect(again).toMatchObject({ exitCode: 1, all: expect.stringContaining("--force") as string });
    expect(readFileSync(join(folder, "kustomization.yaml"), "utf8")).toContain("Kustomization");
  });
});
