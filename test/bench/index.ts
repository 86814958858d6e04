import { cpus, tmpdir } from "node:os";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { Argument, Command, InvalidArgumentError } from "commander";
import { execa } from "execa";
import { projectDirectory } from "../../infra/project";
import { formatDuration } from "../../console/progress";
import { readStartTimes } from "../../local/stack/record";
import { writeWhole } from "../../review/whole-file";
import { measureMemory } from "./memory";
import { measureRound } from "./notebook/measure";
import type { Round } from "./notebook/round";
import { notebookLines } from "./notebook/section";
import { pageWith, type Section } from "./page";
import { median, paired, spread } from "./paired";
import { measurePreviews } from "./preview";
import { measureSubmissions } from "./submit";

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

async function notebooks(rounds: number): Promise<Section> {
  const taken: Round[] = [];
  for (let round = 1; round <= rounds; round += 1) {
    taken.push(await measureRound((line) => console.log(`notebook, round ${round}: ${line}`)));
  }
  return ["The first answer in a notebook", ...notebookLines(taken)];
}

/** What can be measured, in the order of the page. */
const measurements: Readonly<Record<string, (rounds?: number) => Section | Promise<Section>>> = {
  memory,
  start: starting,
  render: (rounds = 5) => rendering(rounds),
  diff: (rounds = 5) => comparing(rounds),
  preview: (rounds = 10) => previews(rounds),
  submit: (rounds = 3) => submissions(rounds),
  notebook: (rounds = 3) => notebooks(rounds),
};

/** Measures what was asked for and writes its sections of `docs/benchmarks.md`; the others stay. */
async function measure(names: readonly string[], { rounds, print }: { rounds?: number; print?: true }): Promise<void> {
  const sections: Section[] = [];
  for (const name of names.length === 0 ? Object.keys(measurements) : names) {
    const section = await measurements[name]?.(rounds);
    if (section === undefined) throw new Error(`no measurement is called ${name}`);
    console.log(`\n${section.join("\n")}`);
    sections.push(section);
  }
  if (print) return;
  const file = join(projectDirectory, "docs", "benchmarks.md");
  const introduction = `# Benchmarks\n\nWritten by \`npm run bench\` on a host with ${cpus().length} cores, on the running embedded cluster. The host is shared and noisy: ratios come from runs taken in turn, and are what to compare.`;
  writeWhole(file, pageWith(names.length === 0 ? "" : readFileSync(file, "utf8"), introduction, sections));
  await execa("npx", ["prettier", "--write", file], { cwd: projectDirectory });
}

const whole = (text: string) => {
  if (!/^[1-9]\d*$/.test(text)) throw new InvalidArgumentError("expected a whole number from 1 on");
  return Number(text);
};

void new Command("npm run bench --")
  .description("Measures on the running embedded cluster and writes docs/benchmarks.md. Exit code 1 where it can't.")
  .addArgument(new Argument("[names...]", "what to measure; everything for none").choices(Object.keys(measurements)))
  .option("--rounds <number>", "how often each is measured, where it is measured more than once", whole)
  .option("--print", "print the figures, and leave the page alone")
  .action(measure)
  .parseAsync()
  .catch((error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  });
