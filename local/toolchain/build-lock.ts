import { existsSync } from "node:fs";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { lock } from "proper-lockfile";
import type { Report } from "../../console/steps";

/** Who holds the lock, for the message that another start shows while it waits. */
interface Holder {
  readonly pid: number;
  readonly task: string;
}

/** Work that holds the lock tells through this what it is doing now, for those who wait. */
export type Announce = (task: string) => Promise<void>;

/** The lock counts as abandoned when its holder has not renewed it for so long: it was killed, or the host slept. */
const staleMilliseconds = 15_000;
const pollMilliseconds = 500;

/**
 * Runs work that only one process of the host may do at a time on this folder. A second one waits, and says for whom;
 * where the first one was killed, the second takes over after {@link staleMilliseconds}.
 *
 * The work itself must leave only whole results (written aside, then renamed): a process whose lock was taken over while
 * the host slept may still be running.
 */
export async function withBuildLock<T>(
  folder: string,
  report: Report,
  work: (announce: Announce) => Promise<T>,
): Promise<T> {
  await mkdir(folder, { recursive: true });
  const holderFile = join(folder, "build.holder.json");
  const release = await acquire(folder, holderFile, report);
  const announce: Announce = (task) =>
    writeFile(holderFile, JSON.stringify({ pid: process.pid, task } satisfies Holder));
  try {
    await announce("starting");
    return await work(announce);
  } finally {
    await rm(holderFile, { force: true });
    await release();
  }
}

async function acquire(folder: string, holderFile: string, report: Report): Promise<() => Promise<void>> {
  for (let reported: string | undefined; ;) {
    try {
      const release = await lock(folder, {
        lockfilePath: join(folder, "build.lock"),
        realpath: false,
        stale: staleMilliseconds,
        update: staleMilliseconds / 5,
        onCompromised: () => report("another start has taken over the build lock; going on beside it"),
      });
      // A lock that was taken over is no longer ours to release.
      return () => release().catch(() => undefined);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ELOCKED") throw error;
    }
    const waiting = `waiting for another start ${await describeHolder(holderFile)}`;
    if (waiting !== reported) report(waiting);
    reported = waiting;
    await sleep(pollMilliseconds);
  }
}

async function describeHolder(holderFile: string): Promise<string> {
  try {
    const { pid, task } = JSON.parse(await readFile(holderFile, "utf8")) as Holder;
    return existsSync(`/proc/${pid}`)
      ? `(process ${pid}: ${task})`
      : `that was killed (process ${pid}); taking over soon`;
  } catch {
    return "that is just beginning or ending";
  }
}
