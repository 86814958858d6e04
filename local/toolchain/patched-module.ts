import { existsSync, readdirSync } from "node:fs";
import { copyFile, cp, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { moduleDirectory, type ToolName } from "./tools";

/** A module that a tool is compiled with, some of its files replaced by our own. */
export interface PatchedModule {
  /** Its path: `github.com/go-acme/lego/v5`. */
  readonly path: string;
  /** The folder, beside the tool's `go.mod`, with the files that replace those at the same place in the module. */
  readonly folder: string;
}

/**
 * Copies a module's source with the patch laid over it, and a tool's `go.mod` that leads there. Go replaces modules but
 * no files of modules.
 *
 * @param source The folder with the module's own source.
 * @param target The folder to make; one that is there is removed first.
 * @returns what `go build` is told beside its other arguments
 * @throws Error where the patch has a file that the module doesn't: it would change nothing
 */
export async function patchModule(
  name: ToolName,
  { path, folder }: PatchedModule,
  source: string,
  target: string,
): Promise<string[]> {
  await rm(target, { recursive: true, force: true });
  const copy = join(target, "module");
  await mkdir(target, { recursive: true });
  await cp(source, copy, { recursive: true });
  const patch = join(moduleDirectory(name), folder);
  for (const file of filesBelow(patch)) {
    const place = join(copy, file);
    if (!existsSync(place)) throw new Error(`${path} has no file ${file} that ${folder}/ could replace`);
    // Files of the module cache are read-only, and a copy of one is too.
    await rm(place);
    await copyFile(join(patch, file), place);
  }
  const goMod = join(moduleDirectory(name), "go.mod");
  const modFile = join(target, "go.mod");
  await writeFile(modFile, `${(await readFile(goMod, "utf8")).trimEnd()}\n\nreplace ${path} => ${copy}\n`);
  await copyFile(join(dirname(goMod), "go.sum"), join(target, "go.sum"));
  return ["-modfile", modFile];
}

/** The files below a folder, relative to it, sorted. */
function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();
}
