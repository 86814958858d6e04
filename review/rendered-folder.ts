import { createHash, randomBytes } from "node:crypto";
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join, relative, resolve } from "node:path";
import { z } from "zod";
import { StepError } from "../console/errors";
import type { Files } from "./manifest-files";

/** The file by which a folder of an earlier render is recognised; it lists what that render wrote. */
export const markerFile = ".hamilton-render.json";

const markerSchema = z.object({
  environment: z.string(),
  /** SHA-256 of each file by its path. */
  files: z.record(z.string(), z.string()),
});

/** How a folder is written. */
export interface WriteOptions {
  /** Whether a folder that an earlier render wrote may be replaced. @default false */
  readonly force?: boolean;
}

/**
 * Writes files to a folder: aside first and then renamed, so that the folder holds all or what it held before.
 *
 * @throws StepError for a place that is no folder or not empty, unless `force` is given and all in it is as an earlier
 *   render wrote it
 */
export function writeRenderedFolder(
  folder: string,
  environment: string,
  files: Files,
  { force = false }: WriteOptions = {},
): void {
  const place = resolve(folder);
  const occupied = checkPlace(place, folder, environment, force);
  const suffix = `${process.pid}-${randomBytes(3).toString("hex")}`;
  const beside = (what: string) => join(dirname(place), `.${basename(place)}.${what}-${suffix}`);
  const [aside, former] = [beside("new"), beside("former")];
  try {
    mkdirSync(dirname(place), { recursive: true });
    mkdirSync(aside);
    fill(aside, environment, files);
    if (occupied) renameSync(place, former);
    try {
      renameSync(aside, place);
    } catch (error) {
      if (occupied) renameSync(former, place);
      throw error;
    }
  } catch (error) {
    const { code = "", message } = error as NodeJS.ErrnoException;
    throw new StepError(`${folder} could not be written: ${message}`, {
      fix: code === "ENOSPC" ? "free some space there" : "name a folder that you may write to",
      cause: error,
    });
  } finally {
    rmSync(aside, { recursive: true, force: true });
    // Last, so that a failure above still has it to go back to.
    if (existsSync(place)) rmSync(former, { recursive: true, force: true });
  }
}

function fill(folder: string, environment: string, files: Files): void {
  const digests: Record<string, string> = {};
  for (const [path, text] of files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
    digests[path] = digest(text);
  }
  writeFileSync(join(folder, markerFile), `${JSON.stringify({ environment, files: digests }, null, 2)}\n`);
}

/** Whether something stands at the place that is to be replaced. */
function checkPlace(place: string, shown: string, environment: string, force: boolean): boolean {
  const found = lstatSync(place, { throwIfNoEntry: false });
  if (found === undefined) return false;
  const elsewhere = "name another folder with --out";
  if (!found.isDirectory()) throw new StepError(`${shown} is there and is no folder`, { fix: elsewhere });
  const present = filesOf(place);
  if (present.length === 0 && readdirSync(place).length === 0) return true;
  const written = readMarker(place);
  if (written === undefined)
    throw new StepError(`${shown} is not empty, and no render wrote it`, { fix: `empty it, or ${elsewhere}` });
  if (!force)
    throw new StepError(`${shown} is not empty: an earlier render of ${written.environment} is in it`, {
      fix: `replace it with --force, or ${elsewhere}`,
    });
  if (written.environment !== environment)
    throw new StepError(`${shown} holds environment ${written.environment}, not ${environment}`, { fix: elsewhere });
  const strange = present.filter(
    (path) => path !== markerFile && written.files[path] !== digest(readFileSync(join(place, path))),
  );
  if (strange.length > 0)
    throw new StepError(
      `${shown} holds files that no render wrote, or that were changed since: ${strange.slice(0, 3).join(", ")}` +
        (strange.length > 3 ? ` and ${strange.length - 3} more` : ""),
      { fix: "move them elsewhere, then render again" },
    );
  return true;
}

function readMarker(folder: string): z.infer<typeof markerSchema> | undefined {
  try {
    return markerSchema.parse(JSON.parse(readFileSync(join(folder, markerFile), "utf8")));
  } catch {
    return undefined;
  }
}

/** Every file and link below a folder, by its path within. */
function filesOf(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .sort();
}

function digest(text: string | Buffer): string {
  return createHash("sha256").update(text).digest("hex");
}
