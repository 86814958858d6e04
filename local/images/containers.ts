import { runBuildah } from "./buildah";

/** What `buildah containers --json` tells of each container. */
interface ListedContainer {
  readonly id: string;
  readonly containername: string;
}

let containers = 0;

/** A name for a container of this process; it tells which process may still use the container. */
export function containerName(pid: number = process.pid): string {
  return `hamilton-run-${pid}-${++containers}`;
}

/** Whether a process of that number runs. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/**
 * The containers that nobody uses any more: those of processes that are gone, and those of builds, since whoever asks
 * holds the lock that builds take.
 */
export function abandoned(listed: readonly ListedContainer[], running: (pid: number) => boolean = isRunning): string[] {
  return listed
    .filter(({ containername }) => {
      const pid = /^hamilton-run-(\d+)-\d+$/.exec(containername)?.[1];
      return pid === undefined || !running(Number(pid));
    })
    .map(({ id }) => id);
}

/** Removes the containers that killed builds and runs left in the store. Call it while holding the build lock. */
export async function removeAbandonedContainers(): Promise<void> {
  const listed = await runBuildah(["containers", "--json"], "The image store can't be read");
  const left = abandoned((JSON.parse(listed) as ListedContainer[] | null) ?? []);
  if (left.length > 0) await runBuildah(["rm", ...left], "Containers of an earlier run can't be removed");
}
