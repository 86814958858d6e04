import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import Table from "cli-table3";
import { execa } from "execa";
import { StepError } from "../console/errors";
import { describeManifest, type Manifest } from "../kubernetes/manifest";
import { buildTools, dropBuildCache } from "../local/toolchain/build";
import { kubernetesSchemas, type KubernetesSchemas } from "../local/toolchain/kubernetes-schemas";
import { reviewToolNames } from "../local/toolchain/tools";
import { environmentsIn } from "../review/environments";
import { gitOpsSet } from "../review/gitops";
import { readExceptions, sortFindings } from "../review/manifest-exceptions";
import { manifestPath, yamlDocument } from "../review/manifest-files";
import { kubeconformReport, kubeScoreReport, type Finding, type Report } from "../review/manifest-findings";
import { podsOfTemplates } from "../review/pod-templates";
import { asStepErrors } from "./render";

interface Tools {
  readonly kubeconform: string;
  readonly kubeScore: string;
  readonly schemas: KubernetesSchemas;
}

/**
 * Runs `npm run manifests:check`: kubeconform and kube-score over what environments amount to. Exits 1 on an error or a
 * critical that no exception covers, and on an exception that covers nothing.
 *
 * @param names the environments; all of them for none, and only then are unused exceptions known
 */
export async function checkManifests(names: readonly string[]): Promise<void> {
  const tools = await checkingTools();
  const exceptions = readExceptions();
  const reports: { environment: string; report: Report }[] = [];
  for (const environment of names.length === 0 ? environmentsIn() : names)
    for (const report of await reportsOf(environment, tools)) reports.push({ environment, report });

  const all = sortFindings(
    reports.flatMap(({ report }) => report.findings),
    exceptions,
  );
  const table = new Table({
    head: ["environment", "tool", "objects", "errors", "criticals", "warnings", "excepted"],
    style: { head: [], border: [] },
  });
  for (const { environment, report } of reports) {
    const { remaining, excepted } = sortFindings(report.findings, exceptions);
    const count = (severity: Finding["severity"]) => remaining.filter((one) => one.severity === severity).length;
    const counts = [count("error"), count("critical"), count("warning"), excepted.length];
    table.push([environment, report.tool, report.objects, ...counts]);
  }
  console.log(table.toString());
  for (const { tool, severity, check, object, sentence } of all.remaining)
    console.log(`${severity === "warning" ? "!" : "✖"} ${severity} ${tool} ${check}, ${object}: ${sentence}`);
  const unused = names.length === 0 ? all.unused : [];
  for (const pattern of unused) console.log(`✖ review/manifest-exceptions.yaml: nothing matches ${pattern}`);
  const failed = all.remaining.some(({ severity }) => severity !== "warning") || unused.length > 0;
  process.exitCode = failed ? 1 : 0;
}

async function checkingTools(): Promise<Tools> {
  const report = (line: string) => console.error(`› ${line}`);
  const built = await buildTools(reviewToolNames, report);
  const schemas = await kubernetesSchemas(report);
  await dropBuildCache(report);
  const pathOf = (name: (typeof reviewToolNames)[number]) => built.get(name)?.path ?? name;
  return { kubeconform: pathOf("kubeconform"), kubeScore: pathOf("kube-score"), schemas };
}

/** What both tools say of an environment: of all its objects, Secrets too, and of the pods that Spark will make. */
async function reportsOf(environment: string, tools: Tools): Promise<readonly Report[]> {
  const { objects, secrets } = await asStepErrors(() => gitOpsSet(environment));
  const manifests = [...objects, ...secrets.map(({ manifest }) => manifest), ...podsOfTemplates(objects)];
  const folder = mkdtempSync(join(tmpdir(), `hamilton-manifests-${environment}-`));
  try {
    return await withFiles(folder, manifests, tools);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function withFiles(folder: string, manifests: readonly Manifest[], tools: Tools): Promise<readonly Report[]> {
  const files = new Map(manifests.map((manifest) => [manifestPath(manifest), manifest]));
  for (const [path, manifest] of files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), yamlDocument(manifest));
  }
  const { schemas, kubeconform, kubeScore } = tools;
  const location = join(schemas.folder, "{{.ResourceKind}}{{.KindSuffix}}.json");
  const conform = ["-strict", "-verbose", "-output", "json", "-schema-location", location, folder];
  const [, minor = ""] = schemas.version.split(".");
  const score = ["score", "--output-format", "json", "--kubernetes-version", `v1.${minor}`];
  const objectIn = (file: string) => {
    const manifest = files.get(relative(folder, file));
    return manifest === undefined ? file : describeManifest(manifest);
  };
  return [
    kubeconformReport(await run(kubeconform, conform), objectIn),
    kubeScoreReport(await run(kubeScore, [...score, ...[...files.keys()].map((path) => join(folder, path))])),
  ];
}

/** The standard output of a tool, which ends with 1 where it finds something. */
async function run(tool: string, args: readonly string[]): Promise<string> {
  const ran = await execa(tool, args, { reject: false });
  if (ran.stdout.trim().startsWith("[") || ran.stdout.trim().startsWith("{")) return ran.stdout;
  throw new StepError("A tool could not check the manifests", {
    command: `${tool} ${args.slice(0, 6).join(" ")} …`,
    lastLines: `${ran.stdout}\n${ran.stderr}`.trim().split("\n").slice(-10),
    fix: "mend what it names; where its build is broken, remove its folder and run the check again",
  });
}
