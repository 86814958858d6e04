import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { StepError } from "../console/errors";
import { cacheDirectory } from "../local/directories";
import { SnapshotCache } from "../review/snapshot-cache";
import { baseSnapshots, workingTreeSnapshots } from "../review/base";
import type { EnvironmentChanges } from "../review/changes";
import { compareSnapshots } from "../review/comparison";
import { previewChanges } from "../review/preview";
import { reportMarkdown } from "../review/report-markdown";
import { reportText } from "../review/report-text";
import { refusedChanges } from "../review/risk";
import type { Snapshot } from "../review/snapshot-format";

/** What `npm run diff` takes. */
export interface DiffOptions {
  readonly base: string;
  /** Empty for all. */
  readonly environment: readonly string[];
  readonly format: "text" | "markdown" | "json";
  readonly out?: string;
  /** A document of `pulumi preview --json` to report instead of comparing; `-` is the standard input. */
  readonly preview?: string;
  readonly allowRefused?: boolean;
}

/** The exit code where the engine would refuse a change: a protected object would be deleted or replaced. */
export const refusedExitCode = 2;

/**
 * Reports what the working tree, uncommitted changes included, does to each environment as another revision left it; or
 * what a saved preview says.
 */
export async function diff(options: DiffOptions): Promise<void> {
  const all = options.preview === undefined ? await offlineChanges(options) : [savedPreview(options.preview, options)];
  const colour = options.out === undefined && process.stdout.isTTY && process.env.NO_COLOR === undefined;
  const report = {
    text: () => reportText(all, { colour }),
    markdown: () => reportMarkdown(all),
    json: () => `${JSON.stringify(all, null, 2)}\n`,
  };
  write(report[options.format](), options.out);
  const refused = all.flatMap((one) => refusedChanges(one).map(({ change }) => `${one.environment}: ${change.object}`));
  if (refused.length === 0 || options.allowRefused) return;
  console.error(`refused, since protected objects would be deleted or replaced: ${refused.join("; ")}`);
  process.exitCode = refusedExitCode;
}

async function offlineChanges({ base, environment }: DiffOptions): Promise<readonly EnvironmentChanges[]> {
  const cache = new SnapshotCache(join(cacheDirectory(), "snapshots"));
  const report = (line: string) => console.error(line);
  const [before, after] = await Promise.all([baseSnapshots(base, { cache, report }), workingTreeSnapshots()]);
  const names = [...new Set([...before, ...after].map((snapshot) => snapshot.environment))].sort();
  const unknown = environment.find((name) => !names.includes(name));
  if (unknown !== undefined)
    throw new StepError(`there is no environment "${unknown}", neither here nor in ${base}`, {
      fix: `choose from: ${names.join(", ")}`,
    });
  const of = (snapshots: readonly Snapshot[], name: string) => snapshots.find((each) => each.environment === name);
  return names
    .filter((name) => environment.length === 0 || environment.includes(name))
    .map((name) => compareSnapshots(name, of(before, name), of(after, name)));
}

function savedPreview(file: string, { environment }: DiffOptions): EnvironmentChanges {
  const [name, ...others] = environment;
  if (name === undefined || others.length > 0)
    throw new StepError("--preview needs the one environment that was previewed", { fix: "add --environment NAME" });
  if (file !== "-" && !existsSync(file))
    throw new StepError(`there is no file ${file}`, { fix: `pulumi preview --json --show-sames > ${file}` });
  return previewChanges(name, readFileSync(file === "-" ? 0 : file, "utf8"));
}

function write(report: string, out: string | undefined): void {
  if (out === undefined) {
    process.stdout.write(report);
    return;
  }
  const partial = `${out}.${process.pid}.partial`;
  writeFileSync(partial, report);
  renameSync(partial, out);
}
