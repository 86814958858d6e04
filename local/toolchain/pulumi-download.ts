import { createWriteStream } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { execa } from "execa";
import { StepError } from "../../console/errors";
import type { Report } from "../../console/steps";
import { withBuildLock } from "./build-lock";
import { formatBytes, requireFreeSpace } from "./disk-space";
import { isExecutable } from "./search-path";
import { writeWhole } from "./tool-cache";
import { toolchainDirectory } from "./tools";

/** Where Pulumi publishes its releases; `HAMILTON_PULUMI_RELEASES` names a mirror of the same layout. */
export function pulumiReleases(): string {
  return process.env.HAMILTON_PULUMI_RELEASES ?? "https://get.pulumi.com/releases/sdk";
}

/** How long Pulumi's host may take to answer before it counts as out of reach, in milliseconds. */
const answerMilliseconds = 3000;
/** How long a download may stand still before it is given up, in milliseconds. */
const stallMilliseconds = 30_000;
/** The shortest time between two lines of progress, in milliseconds. */
const reportEveryMilliseconds = 1000;
/** An archive (about 150 MB) beside what is unpacked from it (about 500 MB), rounded up. */
const neededBytes = 1024 ** 3;

/**
 * The address of the release archive for this host.
 *
 * @throws StepError for a processor that Pulumi publishes nothing for
 */
export function archiveUrl(version: string): string {
  const machine = { x64: "x64", arm64: "arm64" }[process.arch as string];
  if (machine === undefined) throw new StepError(`Pulumi publishes no release for the processor ${process.arch}`);
  return `${pulumiReleases()}/pulumi-v${version}-linux-${machine}.tar.gz`;
}

/** Whether Pulumi's host offers this release; never throws: where it can't be reached, that is the answer. */
export async function askPulumiHost(version: string): Promise<{ offered: true } | { offered: false; reason: string }> {
  try {
    const response = await fetch(archiveUrl(version), {
      method: "HEAD",
      signal: AbortSignal.timeout(answerMilliseconds),
    });
    if (response.ok) return { offered: true };
    return { offered: false, reason: `Pulumi's host answered ${response.status}` };
  } catch (error) {
    return { offered: false, reason: `Pulumi's host can't be reached (${causeOf(error)})` };
  }
}

/** The folder of a downloaded release: `pulumi` and its language hosts. */
export function downloadDirectory(version: string): string {
  return join(toolchainDirectory(), "pulumi-release", version);
}

/** The `pulumi` of a release downloaded earlier, if it stands. */
export function downloadedPulumi(version: string): string | undefined {
  const path = join(downloadDirectory(version), "pulumi");
  return isExecutable(path) ? path : undefined;
}

/**
 * Downloads and unpacks a release of the Pulumi engine, once; a download that is broken off leaves nothing in its place.
 *
 * @returns the absolute path of `pulumi`
 * @throws StepError where the download stalls, is cut short, or holds another version than it says
 */
export async function downloadPulumi(version: string, report: Report): Promise<string> {
  const directory = downloadDirectory(version);
  await withBuildLock(join(toolchainDirectory(), "pulumi-release"), report, async (announce) => {
    if (downloadedPulumi(version) !== undefined) return;
    await announce(`downloading pulumi ${version}`);
    await requireFreeSpace(directory, neededBytes, `downloading pulumi ${version}`);
    await writeWhole(directory, async (aside) => {
      const archive = join(aside, "archive.tar.gz");
      await fetchTo(archive, archiveUrl(version), `downloading pulumi ${version}`, report);
      await unpack(archive, aside, version);
      await rm(archive);
    });
  });
  return join(directory, "pulumi");
}

async function fetchTo(file: string, url: string, title: string, report: Report): Promise<void> {
  const stall = new AbortController();
  const restart = () => setTimeout(() => stall.abort(new Error("it stood still")), stallMilliseconds);
  let timer = restart();
  try {
    const response = await fetch(url, { signal: stall.signal });
    if (!response.ok || response.body === null) throw new Error(`the host answered ${response.status}`);
    const expected = Number(response.headers.get("content-length") ?? 0);
    let received = 0;
    let reported = 0;
    const count = new Transform({
      transform(chunk: Buffer, _encoding, done) {
        clearTimeout(timer);
        timer = restart();
        received += chunk.length;
        if (Date.now() - reported >= reportEveryMilliseconds) {
          reported = Date.now();
          report(`${title}, ${formatBytes(received)}${expected > 0 ? ` of ${formatBytes(expected)}` : ""}`);
        }
        done(null, chunk);
      },
    });
    await pipeline(Readable.fromWeb(response.body), count, createWriteStream(file), { signal: stall.signal });
  } catch (error) {
    throw new StepError(`${url} could not be downloaded: ${causeOf(error)}`, {
      fix: "run the command again, or put Pulumi on PATH yourself",
      cause: error,
    });
  } finally {
    clearTimeout(timer);
  }
}

async function unpack(archive: string, folder: string, version: string): Promise<void> {
  const options = { reject: false, all: true, cwd: folder } as const;
  const unpacked = await execa("tar", ["-xzf", archive, "--strip-components=1", "--no-same-owner"], options);
  const pulumi = join(folder, "pulumi");
  const shown = unpacked.exitCode === 0 ? await execa(pulumi, ["version"], options) : unpacked;
  if (shown.exitCode === 0 && shown.stdout.trim() === `v${version}`) return;
  throw new StepError(`${archiveUrl(version)} does not hold pulumi ${version}`, {
    command: shown.command,
    lastLines: shown.all.split("\n").slice(-10),
    fix: "run the command again, or put Pulumi on PATH yourself",
  });
}

/** The innermost reason of a failed request: `fetch` itself only says that it failed. */
function causeOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause === undefined ? error.message : causeOf(error.cause);
}
