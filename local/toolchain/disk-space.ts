import { existsSync } from "node:fs";
import { statfs } from "node:fs/promises";
import { dirname } from "node:path";
import { StepError } from "../../console/errors";

/** A number of bytes for people: `12.3 GiB`, `850 MiB`. */
export function formatBytes(bytes: number): string {
  const gibibytes = bytes / 1024 ** 3;
  return gibibytes >= 1 ? `${gibibytes.toFixed(1)} GiB` : `${Math.round(bytes / 1024 ** 2)} MiB`;
}

/** The bytes that this user may still write to the file system of a folder, which need not exist yet. */
export async function freeBytes(folder: string): Promise<number> {
  let existing = folder;
  while (!existsSync(existing)) existing = dirname(existing);
  const { bavail, bsize } = await statfs(existing);
  return bavail * bsize;
}

/**
 * Makes sure, before long work, that its files will fit.
 *
 * @param folder where the files will be written
 * @param neededBytes how much they take at their largest
 * @param purpose what they are for, as the message says it: "compiling pulumi and minio"
 * @throws StepError naming the folder, what is free and what is needed
 */
export async function requireFreeSpace(folder: string, neededBytes: number, purpose: string): Promise<void> {
  const free = await freeBytes(folder);
  if (free >= neededBytes) return;
  throw new StepError(
    `The disk of ${folder} has ${formatBytes(free)} free (${free} bytes), and ${purpose} needs ${formatBytes(neededBytes)} (${neededBytes} bytes)`,
    { fix: `free some space there, or name a folder on a larger disk: HAMILTON_CACHE=/path npm start` },
  );
}
