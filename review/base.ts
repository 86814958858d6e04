import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa, ExecaError } from "execa";
import { StepError } from "../console/errors";
import type { Report } from "../console/steps";
import { projectDirectory } from "../infra/project";
import type { SnapshotCache } from "./snapshot-cache";
import { snapshotFormat, type Snapshot, type SnapshotDocument } from "./snapshot-format";

/** Where the snapshots of a revision come from and stay. */
export interface BaseOptions {
  /** Where snapshots of commits are kept; without it each call renders again. */
  readonly cache?: SnapshotCache;
  /** A checkout of the repository. @default the project's own folder */
  readonly folder?: string;
  readonly report?: Report;
}

/** The file of every revision that renders it. */
const entry = "review/print-snapshots.ts";

/**
 * Snapshots of all environments of a revision, rendered by the revision's own program: what a state of the repository
 * amounts to is a matter of its components as much as of its stack files.
 *
 * @param revision a commit, or anything that names one: a branch, a tag, `HEAD~2`.
 * @throws StepError where there is no such revision, no git checkout, or the revision can't render itself.
 */
export async function baseSnapshots(revision: string, options: BaseOptions = {}): Promise<readonly Snapshot[]> {
  const { cache, folder = projectDirectory, report = () => undefined } = options;
  const described = `revision "${revision}"`;
  const commit = await commitOf(revision, folder);
  await ensureRenders(revision, commit, folder);
  const known = cache?.read(commit);
  if (known !== undefined) return snapshotsIn(known, described);
  const text = await renderCommit(revision, commit, folder, report);
  const snapshots = snapshotsIn(text, described);
  cache?.write(commit, text);
  return snapshots;
}

/**
 * Snapshots of all environments of a checkout as it is, uncommitted changes included, rendered in a process of its own:
 * beside that of a revision.
 *
 * @throws StepError with the faults of its stack files.
 */
export async function workingTreeSnapshots(folder: string = projectDirectory): Promise<readonly Snapshot[]> {
  return withTemporaryFolder("hamilton-head-", async (outside, cancelSignal) => {
    try {
      return snapshotsIn(await renderFolder(folder, outside, cancelSignal), "the working tree");
    } catch (error) {
      throw failure("the working tree", "mend what it names, then compare again", error);
    }
  });
}

/**
 * A folder for as long as some work takes. A signal ends the programs that write to it first, then the folder goes, and
 * only then this process does.
 */
async function withTemporaryFolder<T>(
  prefix: string,
  work: (folder: string, cancelSignal: AbortSignal) => Promise<T>,
): Promise<T> {
  const temporary = mkdtempSync(join(tmpdir(), prefix));
  const controller = new AbortController();
  let received: NodeJS.Signals | undefined;
  const interrupted = (signal: NodeJS.Signals) => {
    received = signal;
    controller.abort();
  };
  process.on("SIGINT", interrupted).on("SIGTERM", interrupted);
  try {
    return await work(temporary, controller.signal);
  } finally {
    rmSync(temporary, { recursive: true, force: true });
    process.off("SIGINT", interrupted).off("SIGTERM", interrupted);
    // Whoever else still has to tidy up catches it again; the last one lets it end the process.
    if (received !== undefined) process.kill(process.pid, received);
  }
}

/** Runs a state of the repository's own rendering and gives the text of its document. */
async function renderFolder(folder: string, outside: string, cancelSignal: AbortSignal): Promise<string> {
  const file = join(outside, "snapshots.json");
  const options = { cwd: folder, stdout: "ignore", cancelSignal } as const;
  await execa(process.execPath, ["--import", "tsx", entry, file], options);
  return readFileSync(file, "utf8");
}

async function commitOf(revision: string, folder: string): Promise<string> {
  const inside = await git(["rev-parse", "--is-inside-work-tree"], folder);
  if (inside?.stdout !== "true")
    throw new StepError(`${folder} is no git checkout, so there is no revision "${revision}" to compare with`, {
      fix: "run it in a clone of the repository, or report a saved preview: npm run diff -- --preview FILE",
    });
  // A checkout of CI has the branch that it tests only, and the others as the remote's.
  for (const name of [revision, `origin/${revision}`]) {
    const found = await git(["rev-parse", "--verify", "--quiet", "--end-of-options", `${name}^{commit}`], folder);
    if (found?.exitCode === 0) return found.stdout.trim();
  }
  throw new StepError(`there is no revision "${revision}" in ${folder}`, {
    fix: 'name a branch, tag or commit that "git log" knows; in a shallow clone run first: git fetch --unshallow',
  });
}

async function ensureRenders(revision: string, commit: string, folder: string): Promise<void> {
  const found = await git(["cat-file", "-e", `${commit}:./${entry}`], folder);
  if (found?.exitCode === 0) return;
  throw new StepError(
    `revision "${revision}" is older than this comparison: it has no ${entry} to render itself with`,
    {
      fix: `compare with a later one; the first is: git log --reverse --format=%h -- ${entry} | head -1`,
    },
  );
}

/** Undefined where git itself isn't there. */
async function git(args: readonly string[], cwd: string) {
  const ended = await execa("git", args, { cwd, reject: false });
  return ended.exitCode === undefined ? undefined : ended;
}

/** The revision in a folder of its own, for as long as it takes to render it. */
function renderCommit(revision: string, commit: string, folder: string, report: Report): Promise<string> {
  return withTemporaryFolder("hamilton-base-", async (copy, cancelSignal) => {
    try {
      report(`unpacking ${revision} (${commit.slice(0, 10)})`);
      const archive = execa("git", ["archive", "--format=tar", commit], {
        cwd: folder,
        encoding: "buffer",
        cancelSignal,
      });
      await archive.pipe({ cancelSignal })`tar -xf - -C ${copy}`;
      await installPackages(copy, folder, report, cancelSignal);
      report(`rendering ${revision}`);
      return await renderFolder(copy, copy, cancelSignal);
    } catch (error) {
      throw failure(`revision "${revision}"`, "choose another revision with --base, such as the one before it", error);
    }
  });
}

/** The packages that the revision is locked to: ours where the locks are equal, a copy of its own otherwise. */
async function installPackages(copy: string, folder: string, report: Report, cancelSignal: AbortSignal): Promise<void> {
  const [theirs, ours] = [copy, folder].map((each) => digestOf(join(each, "package-lock.json")));
  const installed = join(folder, "node_modules");
  if (theirs === ours && existsSync(installed)) return symlinkSync(installed, join(copy, "node_modules"), "dir");
  report("its package-lock.json is another: npm ci");
  await execa("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], { cwd: copy, cancelSignal });
}

function digestOf(file: string): string {
  return existsSync(file) ? createHash("sha256").update(readFileSync(file)).digest("hex") : "";
}

function failure(what: string, fix: string, error: unknown): unknown {
  if (!(error instanceof ExecaError)) return error;
  const lastLines = String(error.stderr ?? "")
    .split("\n")
    .filter((line) => line.trim() !== "")
    .slice(-12);
  return new StepError(`${what} can't be rendered`, { command: error.command, lastLines, fix, cause: error });
}

function snapshotsIn(text: string, what: string): readonly Snapshot[] {
  const document = JSON.parse(text) as Partial<SnapshotDocument>;
  if (document.format === snapshotFormat && document.snapshots !== undefined) return document.snapshots;
  throw new StepError(
    `${what} writes snapshots of format ${String(document.format)}, this one reads ${snapshotFormat}`,
    { fix: "compare with a later revision, or run the comparison from the revision that is to be read" },
  );
}
