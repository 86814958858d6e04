import { existsSync, readFileSync, statSync } from "node:fs";
import { chmod, mkdir, readdir, rename, rm, symlink, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { isExecutable } from "./search-path";
import { tool, toolDirectory, toolVersion, type ToolName } from "./tools";

/** A tool that stands in the cache. */
export interface CachedTool {
  readonly name: ToolName;
  readonly version: string;
  /** Absolute path of the binary. */
  readonly path: string;
  readonly record: BuildRecord;
}

/** What is written beside a binary when it is built. */
export interface BuildRecord {
  /** Size of the binary, in bytes: a binary that was cut short since does not count as built. */
  readonly bytes: number;
  /** The Go that compiled it. */
  readonly go: string;
  /** How long that took, in seconds. */
  readonly seconds: number;
  /** When it ended, ISO 8601. */
  readonly at: string;
}

const recordFile = "build.json";

/** The tool as it stands whole in the cache at the version and sources of this checkout; `undefined` where it does not. */
export function cachedTool(name: ToolName): CachedTool | undefined {
  const directory = toolDirectory(name);
  const path = join(directory, name);
  const record = readRecord(join(directory, recordFile));
  if (!record || !isExecutable(path) || statSync(path).size !== record.bytes) return undefined;
  if (!tool(name).links.every((link) => isExecutable(join(directory, link)))) return undefined;
  return { name, version: toolVersion(name), path, record };
}

function readRecord(file: string): BuildRecord | undefined {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as BuildRecord;
  } catch {
    return undefined;
  }
}

/**
 * Puts a tool into the cache: `build` writes the binary to a path aside, and only when all of it stands is it renamed to
 * its place. A process that is killed meanwhile leaves a folder aside, which the next one removes.
 */
export async function addToCache(
  name: ToolName,
  build: (binary: string) => Promise<{ readonly go: string; readonly seconds: number }>,
): Promise<CachedTool> {
  await writeWhole(toolDirectory(name), async (aside) => {
    const binary = join(aside, name);
    const { go, seconds } = await build(binary);
    await chmod(binary, 0o755);
    for (const link of tool(name).links) await symlink(name, join(aside, link));
    const record: BuildRecord = { bytes: statSync(binary).size, go, seconds, at: new Date().toISOString() };
    await writeFile(join(aside, recordFile), `${JSON.stringify(record)}\n`);
  });
  const cached = cachedTool(name);
  if (!cached) throw new Error(`${toolDirectory(name)} is not whole after its build`);
  return cached;
}

/**
 * Fills a folder beside its place and then renames it there, so that the place holds all or nothing. What stood there
 * before is replaced; folders that killed processes left beside it are removed.
 */
export async function writeWhole(directory: string, fill: (aside: string) => Promise<void>): Promise<void> {
  const parent = dirname(directory);
  await mkdir(parent, { recursive: true });
  await removeAbandoned(parent);
  const aside = join(parent, `.partial-${process.pid}-${basename(directory)}`);
  await rm(aside, { recursive: true, force: true });
  await mkdir(aside);
  try {
    await fill(aside);
    await rm(directory, { recursive: true, force: true });
    await rename(aside, directory);
  } catch (error) {
    await rm(aside, { recursive: true, force: true });
    throw error;
  }
}

/** Removes the half-filled folders of processes that no longer run. */
async function removeAbandoned(parent: string): Promise<void> {
  for (const entry of await readdir(parent)) {
    const pid = /^\.partial-(\d+)-/.exec(entry)?.[1];
    if (pid !== undefined && !existsSync(`/proc/${pid}`))
      await rm(join(parent, entry), { recursive: true, force: true });
  }
}
