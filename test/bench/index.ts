import { cpus, tmpdir } from "node:os";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { projectDirectory } from "../../infra/project";
import { formatDuration } from "../../console/progress";
import { readStartTimes } from "../../local/stack/record";
import { measureMemory } from "./memory";
import { median, paired, spread } from "./paired";
import { measurePreviews } from "./preview";
import { measureSubmissions } from "./submit";

/** A section of the page: a heading and its lines. */
type Section = readonly [string, ...string[]];

async function previews(rounds: number): Promise<Section> {
  const { objects, passwords, times } = await measurePreviews(rounds);
  return [
    "Preview of the unchanged platform",
    `Against \`test/bench/bare-program\`, which declares as many plain objects (${objects}) and passwords (${passwords}) with the same plugins; seconds, min / median / max of ${rounds} pairs. It is plain JavaScript of twenty lines: no component, no configuration to check, nothing to translate, so that everything our program does beyond declaring objects counts against it.`,
    "",
    "| platform | bare program | ratio, median | target |",
    "| --- | --- | --- | --- |",
    `| ${spread(times.a)} | ${spread(times.b)} | ${median(times.ratios).toFixed(2)} | ≤ 1.15 |`,
  ];
}

async function rendering(rounds: number): Promise<Section> {
  const times: number[] = [];
  let objects = "";
  for (let round = 0; round < rounds; round += 1) {
    const began = Date.now();
    const run = await execa("node", ["--require", "tsx/cjs", "test/bench/render.ts"], { cwd: projectDirectory });
    times.push((Date.now() - began) / 1000);
    objects = run.stdout.trim();
  }
  return [
    "Rendering and validating all environments",
    `${objects} objects of \`local\`, \`dev\` and \`prod\`, each checked against Kubernetes' schema, in one process; seconds, min / median / max of ${rounds}: ${spread(times)} (target: ≤ 3).`,
  ];
}

async function comparing(rounds: number): Promise<Section> {
  const folder = mkdtempSync(join(tmpdir(), "hamilton-bench-"));
  const compare = (HAMILTON_CACHE: string) =>
    execa("npm", ["--silent", "run", "diff", "--", "--base", "HEAD"], {
      cwd: projectDirectory,
      env: { HAMILTON_CACHE },
    });
  try {
    const { a, b } = await paired(
      rounds,
      () => compare(mkdtempSync(join(folder, "new-"))),
      () => compare(join(folder, "kept")),
    );
    return [
      "What a change does to three environments",
      `\`npm run diff -- --base HEAD\`; seconds, min / median / max of ${rounds} pairs (target: ≤ 5).`,
      "",
      "| the base's first comparison | later ones |",
      "| --- | --- |",
      `| ${spread(a)} | ${spread(b)} |`,
    ];
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function starting(): Section {
  const starts = readStartTimes().sort((a, b) => b.total - a.total);
  const [slowest, fastest] = [starts[0], starts.at(-1)];
  if (!slowest || !fastest) return ["`npm start`", "No whole start has been recorded: run `npm start` first."];
  const steps = [...new Set(starts.flatMap((start) => Object.keys(start.steps)))];
  const cell = (time: number | undefined, total: number) =>
    time === undefined ? "" : `${formatDuration(time)} (${Math.round((100 * time) / total)} %)`;
  return [
    "`npm start` to the job's result",
    `The slowest and the fastest of ${starts.length} whole starts since the last purge: the slowest began with empty caches. Toolchain and Spark image, MinIO image and cluster, and the node's images and the share each run beside each other, so the shares add up to more than 100 %. Targets: ≤ 30 min and ≤ 4 min.`,
    "",
    "| step | slowest | fastest |",
    "| --- | --- | --- |",
    ...steps.map(
      (step) =>
        `| ${step} | ${cell(slowest.steps[step], slowest.total)} | ${cell(fastest.steps[step], fastest.total)} |`,
    ),
    `| **whole** | **${formatDuration(slowest.total)}** | **${formatDuration(fastest.total)}** |`,
  ];
}

function memory(): Section {
  const programs = measureMemory();
  const sum = (chosen: typeof programs) => chosen.reduce((total, { mebibytes }) => total + mebibytes, 0);
  const pods = programs.filter(({ program }) => program.startsWith("pods: "));
  const cluster = programs.filter((program) => !pods.includes(program));
  return [
    "Idle memory",
    "Proportional set size, MiB, while nothing is submitted.",
    "",
    "| program | MiB |",
    "| --- | --- |",
    ...programs.map(({ program, mebibytes }) => `| ${program} | ${mebibytes} |`),
    `| **control plane, node and share** | ${sum(cluster)} |`,
    `| **platform (pods)** | ${sum(pods)} |`,
  ];
}

async function submissions(rounds: number): Promise<Section> {
  const { untilDriverRuns, times } = await measureSubmissions(rounds);
  return [
    "The smallest job",
    `\`without_read.py\` submitted from outside in cluster mode, against the same job in \`local[2]\` in the same image on this host; seconds, min / median / max of ${rounds} pairs.`,
    "",
    "| submit to driver running | submit to done | `local[2]` | ratio, median |",
    "| --- | --- | --- | --- |",
    `| ${spread(untilDriverRuns)} | ${spread(times.a)} | ${spread(times.b)} | ${median(times.ratios).toFixed(2)} |`,
  ];
}

/** Measures everything on the running embedded cluster and writes `docs/benchmarks.md`. */
async function main(): Promise<void> {
  const rounds = 5;
  const sections: Section[] = [];
  const measured: (() => Section | Promise<Section>)[] = [
    memory,
    starting,
    () => rendering(rounds),
    () => comparing(rounds),
    () => previews(2 * rounds),
    () => submissions(3),
  ];
  for (const measure of measured) {
    const section = await measure();
    console.log(`\n${section.join("\n")}`);
    sections.push(section);
  }
  const page = [
    "# Benchmarks",
    "",
    `Written by \`npm run bench\` on a host with ${cpus().length} cores, on the running embedded cluster. The host is shared and noisy: ratios come from runs taken in turn, and are what to compare.`,
    ...sections.flatMap(([heading, ...lines]) => ["", `## ${heading}`, "", ...lines]),
    "",
  ].join("\n");
  writeFileSync(join(projectDirectory, "docs", "benchmarks.md"), page);
  await execa("npx", ["prettier", "--write", "docs/benchmarks.md"], { cwd: projectDirectory });
}

void main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
