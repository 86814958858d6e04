import { readFileSync } from "node:fs";
import { join } from "node:path";
import { notebookRelease, sparkRelease } from "../../infra/versions";
import { StepError } from "../../console/errors";
import type { Report } from "../../console/steps";
import { runChild } from "./child-process";
import { siteOptions } from "./site";
import { imagesDirectory } from "./tags";

/** The platforms that wheels are locked for, each as the tags of the C libraries that Debian 13 can load. */
const platforms = ["x86_64", "aarch64"].map((machine) =>
  ["manylinux_2_28", "manylinux_2_27", "manylinux_2_17", "manylinux2014"].map((tag) => `${tag}_${machine}`),
);

/** What `pip install --dry-run --report` says of a package that it would install. */
export interface PlannedPackage {
  readonly metadata: { readonly name: string; readonly version: string };
  readonly download_info: {
    readonly url: string;
    readonly archive_info?: { readonly hashes?: Readonly<Record<string, string>> };
  };
}

/** The names and versions that a lock file pins: `pyspark` to `4.1.2`. */
export function lockedVersions(text: string): ReadonlyMap<string, string> {
  return new Map(Array.from(text.matchAll(/^([a-z0-9-]+)==(\S+)/gm), ([, name = "", version = ""]) => [name, version]));
}

/** The packages that the notebooks' image is asked to have; all others follow from these. */
export function wantedPackages(release = notebookRelease): string[] {
  const { jupyterlab, jupyterServer, ipykernel, matplotlib, mssqlPython } = release;
  return [
    `jupyterlab==${jupyterlab}`,
    `jupyter-server==${jupyterServer}`,
    `ipykernel==${ipykernel}`,
    `matplotlib==${matplotlib}`,
    `mssql-python==${mssqlPython}`,
  ];
}

/**
 * The text of the notebooks' lock file: every package that the Spark image doesn't have, by name, with a SHA-256 for each
 * platform.
 *
 * @param plans what pip would install, one list for each platform
 * @param spark the text of the Spark image's lock file
 * @throws Error where platforms differ in a version, or a package has no checksum
 */
export function notebooksLock(plans: readonly (readonly PlannedPackage[])[], spark: string): string {
  const present = lockedVersions(spark);
  const locked = new Map<string, { version: string; sums: Set<string> }>();
  for (const { metadata, download_info: download } of plans.flat()) {
    const name = metadata.name.toLowerCase().replace(/[-_.]+/g, "-");
    const sum = download.archive_info?.hashes?.sha256;
    if (sum === undefined) throw new Error(`pip names no SHA-256 for ${name}`);
    const entry = locked.get(name) ?? { version: metadata.version, sums: new Set<string>() };
    if (entry.version !== metadata.version)
      throw new Error(`${name} is ${entry.version} on one platform and ${metadata.version} on another`);
    locked.set(name, { ...entry, sums: entry.sums.add(sum) });
  }
  const entries = [...locked.entries()]
    .filter(([name]) => !present.has(name))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, { version, sums }]) =>
      [`${name}==${version}`, ...[...sums].map((sum) => `    --hash=sha256:${sum}`)].join(" \\\n"),
    );
  return [
    "# What the notebooks' image has beside the Spark image's packages (../requirements.txt). Written by `npm run images:lock`",
    `# from the versions in infra/versions.ts, for CPython ${sparkRelease.python} on x86-64 and 64-bit Arm.`,
    ...entries,
    "",
  ].join("\n");
}

/**
 * Asks pip what the notebooks' image needs, and gives the text of its lock file. Nothing is installed.
 *
 * @throws StepError with pip's last lines where it finds no set of packages that fits
 */
export async function planNotebooksLock(report: Report): Promise<string> {
  const spark = readFileSync(join(imagesDirectory, "requirements.txt"), "utf8");
  const fixed = [...lockedVersions(spark)].map(([name, version]) => `${name}==${version}`);
  const plans: PlannedPackage[][] = [];
  for (const tags of platforms) {
    report(`asking pip for ${tags[0] ?? ""}`);
    // The Spark image's packages are asked for as well, so that the others are chosen to fit them.
    const packages = [...wantedPackages(), ...fixed.filter((pin) => !pin.startsWith("pyspark=="))];
    plans.push(await plan(tags, packages));
  }
  return notebooksLock(plans, spark);
}

async function plan(tags: readonly string[], packages: readonly string[]): Promise<PlannedPackage[]> {
  const index = siteOptions().pipIndex;
  const { exitCode, stdout, stderr } = await runChild([
    ...["python3", "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--dry-run", "--ignore-installed"],
    ...["--report", "-", "--target", "/nonexistent", "--only-binary", ":all:", "--python-version", sparkRelease.python],
    ...(index === undefined ? [] : ["--index-url", index]),
    ...tags.flatMap((tag) => ["--platform", tag]),
    ...packages,
  ]);
  if (exitCode !== 0)
    throw new StepError("pip finds no set of packages for the notebooks' image", {
      lastLines: stderr.trim().split("\n").slice(-10),
      fix: "choose versions in infra/versions.ts that go with each other and with images/requirements.txt",
    });
  return (JSON.parse(stdout) as { install: PlannedPackage[] }).install;
}
