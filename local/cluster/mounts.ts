import { readFileSync } from "node:fs";
import { StepError } from "../../console/errors";
import { runOnHost, tryOnHost } from "./host-command";

/** The mount points in the text of a `/proc/PID/mountinfo` file, in the order they were mounted. */
export function parseMountPoints(mountInfo: string): string[] {
  return mountInfo
    .split("\n")
    .map((line) => line.split(" ")[4])
    .filter((point) => point !== undefined)
    .map((point) => point.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(parseInt(octal, 8))));
}

/** The mount points at or below a folder, in the order they were mounted; those at or below `except` are left out. */
export function mountPointsBelow(folder: string, except?: string): string[] {
  const isIn = (point: string, place: string): boolean => point === place || point.startsWith(`${place}/`);
  return parseMountPoints(readFileSync("/proc/self/mountinfo", "utf8")).filter(
    (point) => isIn(point, folder) && !(except && isIn(point, except)),
  );
}

/**
 * Unmounts everything at or below a folder, last mounted first; what is busy is detached, so that it goes with its last
 * user.
 *
 * @param except a folder below it whose mounts are left alone
 * @throws StepError when a mount stands all the same.
 */
export async function unmountBelow(folder: string, except?: string): Promise<void> {
  // A mount may lie over another at the same point, so one pass need not be enough.
  for (let pass = 0; pass < 3; pass++) {
    const points = mountPointsBelow(folder, except).reverse();
    if (points.length === 0) return;
    for (const point of points) {
      if ((await tryOnHost("umount", [point])).status !== 0) await tryOnHost("umount", ["--lazy", point]);
    }
  }
  const left = mountPointsBelow(folder, except);
  if (left.length === 0) return;
  throw new StepError(`these mounts below ${folder} could not be removed: ${left.join(", ")}`, {
    lastLines: (await runOnHost("mount", [])).split("\n").filter((line) => left.some((point) => line.includes(point))),
    fix: `umount --lazy ${left.join(" ")}`,
  });
}
