import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { parse, parseAllDocuments } from "yaml";
import { asStepErrors } from "../../commands/render";
import { describeManifest, type Manifest } from "../../kubernetes/manifest";
import { renderEnvironment } from "../../review/environments";
import { gitOpsSet, gitOpsSetOf, keepAnnotations, type GitOpsSet } from "../../review/gitops";
import { gitOpsFiles, gitOpsStream, type Files } from "../../review/manifest-files";
import { isManifest, unwrapped } from "../../review/recording";
import { environments } from "../support/platform";

/** Texts that nothing else holds, so that one found in a set is a leak. */
const canaries = {
  stack: (name: string) => `canary(${name})`,
  generated: (name: string) => `canary(${name})`,
};

describe.each(environments)("the GitOps set of %s", (environment) => {
  let set: GitOpsSet;
  let files: Files;
  let everything: string;

  beforeAll(async () => {
    set = await gitOpsSet(environment);
    files = gitOpsFiles(set);
    everything = [...files].map(([path, text]) => `${path}\n${text}`).join("\n");
  });

  it("is the same, byte for byte, when rendered again", async () => {
    const again = await gitOpsSet(environment);
    expect([...gitOpsFiles(again)]).toEqual([...files]);
    expect(gitOpsStream(again)).toBe(gitOpsStream(set));
  });

  it("has every object that the program declares, each in one place", async () => {
    const run = await renderEnvironment(environment);
    const declared = run.resources
      .filter(isManifest)
      .map(({ inputs }) => describeManifest(unwrapped(inputs) as Manifest));
    const rendered = [...set.objects, ...set.secrets.map(({ manifest }) => manifest)].map(describeManifest);
    expect(rendered.sort()).toEqual(declared.sort());
  });

  it("lists every object but Secrets, sorted, and nothing else", () => {
    const listed = (parse(files.get("kustomization.yaml") ?? "") as { resources: string[] }).resources;
    expect(listed).toEqual([...listed].sort());
    const others = [...files.keys()].filter((path) => !path.startsWith("secrets/") && path !== "kustomization.yaml");
    expect(others).toEqual(listed);
    for (const path of listed) expect([path, (parse(files.get(path) ?? "") as Manifest).kind]).not.toContain("Secret");
  });

  it("has no placeholder, no ciphertext, nothing of this host and nothing that only Pulumi reads", () => {
    expect(everything).not.toMatch(/(placeholder|password|value)-of-|secure:|v1:[A-Za-z0-9+/]{12}|<secret>/);
    expect(everything).not.toContain(process.cwd());
    expect(everything).not.toMatch(/\/home\/user|pulumi\.com\//);
  });

  it("holds no secret where a value stands in its text or in base64", async () => {
    // Texts made of other secrets must all have been replaced by references: rendered with canaries, the objects that
    // the kustomization lists are the same.
    const run = await renderEnvironment(environment, { secretTexts: canaries });
    const listed = new Map(set.objects.map((object) => [describeManifest(object), object]));
    for (const { inputs } of run.resources.filter(isManifest)) {
      const manifest = unwrapped(inputs) as Manifest;
      if (manifest.kind === "Secret") continue;
      expect(JSON.stringify(manifest)).not.toContain("canary(");
      expect(listed.has(describeManifest(manifest))).toBe(true);
    }
    const encoded = everything.match(/[A-Za-z0-9+/]{24,}={0,2}/g) ?? [];
    for (const text of encoded)
      expect(Buffer.from(text, "base64").toString("utf8")).not.toMatch(/\$\{(hamilton|generated)/);
  });

  it("names in every Secret where its values come from, and lists each reference once in the index", () => {
    const index = parse(files.get("secrets/index.yaml") ?? "") as {
      values: { reference: string; source: string }[];
      secrets: { secret: string; file: string }[];
    };
    const found = new Set(
      set.secrets.flatMap(({ manifest }) => JSON.stringify(manifest).match(/\$\{[a-z]+:[^}]+\}/g) ?? []),
    );
    expect(found.size).toBeGreaterThan(0);
    expect(index.values.map(({ reference }) => reference)).toEqual([...found].sort());
    for (const { file } of index.secrets) expect(files.has(`secrets/${file}`)).toBe(true);
    expect(index.secrets).toHaveLength(set.secrets.length);
  });

  it("keeps what the engine protects or retains, and the namespaces that hold it", async () => {
    const run = await renderEnvironment(environment);
    const kept = run.resources
      .filter((resource) => isManifest(resource) && (resource.protect || resource.retainOnDelete))
      .map(({ inputs }) => unwrapped(inputs) as Manifest)
      .filter(({ kind }) => kind !== "Secret");
    expect(kept.length).toBeGreaterThan(0);
    const namespaces = kept.flatMap(({ metadata }) => (metadata.namespace ? [`Namespace ${metadata.namespace}`] : []));
    const annotated = set.objects
      .filter(({ metadata }) => JSON.stringify(metadata).includes(Object.keys(keepAnnotations)[0] ?? ""))
      .map(describeManifest);
    expect(annotated.sort()).toEqual([...new Set([...kept.map(describeManifest), ...namespaces])].sort());
  });

  it("is one stream of the same objects without a folder", () => {
    const documents = parseAllDocuments(gitOpsStream(set)).map((document) => document.toJS() as Manifest);
    expect(documents.filter((object) => object !== null).map(describeManifest)).toEqual(
      set.objects.map(describeManifest),
    );
  });
});

describe("a set", () => {
  it("leaves out a checksum of a password, and says so", async () => {
    const { dropped, objects } = await gitOpsSet("dev");
    const path = 'spec.template.metadata.annotations["checksum/config"]';
    expect(dropped).toEqual([
      { object: "StatefulSet dev-notebooks-harp/harp", path },
      { object: "StatefulSet dev-notebooks-risk/risk", path },
      { object: "StatefulSet dev-storage/store-minio", path },
    ]);
    expect(JSON.stringify(objects)).not.toContain("checksum/config");
  });

  it("is refused where a field other than an annotation is made of a secret", async () => {
    const run = await renderEnvironment("local");
    const other = await renderEnvironment("local");
    const changed = other.one("ConfigMap", "notebook-harp-settings");
    (changed.inputs as { data: Record<string, string> }).data["spark-defaults.conf"] = "spark.secret=other";
    expect(() => gitOpsSetOf("local", run, other)).toThrow(
      'ConfigMap notebooks-harp/spark-settings: data["spark-defaults.conf"] is derived from the value of a secret',
    );
  });

  it("of a faulty stack file is refused with every fault", async () => {
    const folder = mkdtempSync(join(tmpdir(), "render-"));
    writeFileSync(join(folder, "Pulumi.broken.yaml"), "config:\n  hamilton:clusterr: {}\n  hamilton:spark: {}\n");
    await expect(asStepErrors(() => gitOpsSet("broken", { folder }))).rejects.toMatchObject({
      name: "StepError",
      message: expect.stringMatching(/hamilton:clusterr is unknown[^]*hamilton:volumes/) as string,
    });
  });

  it("of an environment that isn't there names those that are", async () => {
    await expect(gitOpsSet("nope")).rejects.toMatchObject({
      message: 'There is no environment "nope": no file Pulumi.nope.yaml',
      fix: expect.stringContaining("dev, local, prod") as string,
    });
  });
});
