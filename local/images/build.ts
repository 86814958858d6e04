import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import { copyFile } from "node:fs/promises";
import { join } from "node:path";
import { lock } from "proper-lockfile";
import { StepError } from "../../console/errors";
import type { Report } from "../../console/steps";
import { requireFreeSpace } from "../toolchain/disk-space";
import { provideBaseImage } from "./base-image";
import { imageCacheDirectory, isStored, runBuildah } from "./buildah";
import { isRunning, removeAbandonedContainers } from "./containers";
import { buildProgress } from "./failures";
import { siteOptions, type SiteOptions } from "./site";
import {
  imagesDirectory,
  imageTags,
  localReference,
  notebooksDirectory,
  versionArguments,
  type ImageName,
} from "./tags";

/** The images that are made of programs alone, each with its programs by absolute path. */
export interface ProgramImages {
  readonly minio: { readonly minio: string; readonly mc: string };
  readonly traefik: { readonly traefik: string };
  readonly "oauth2-proxy": { readonly "oauth2-proxy": string };
}

/** An image that stands, ready for `ctr images import`. */
export interface BuiltImage {
  /** The full name: `localhost/hamilton/spark:4.1.2-0123456789ab`. */
  readonly reference: string;
  readonly tag: string;
  /** The absolute path of its archive, in Docker's format, which names the image by {@link reference}. */
  readonly archive: string;
}

/** What layers, downloads and the archive of the Spark image take together, in bytes (measured: 7.2 GB). */
const sparkImageBytes = 8 * 1024 ** 3;

/** Where the archive of an image stands once it is built. */
export function archivePath(name: ImageName, tag: string = imageTags()[name]): string {
  return join(imageCacheDirectory(), `${name}-${tag}.tar`);
}

/**
 * Fetches and lays down everything the Spark image is made of (base, Python packages, jars), without the image itself:
 * the part that waits for the network, to be overlapped with work that doesn't. Does nothing where the image stands.
 *
 * @throws StepError with the last lines of what failed; finished steps are kept
 */
export async function prefetch(report: Report): Promise<void> {
  if (existsSync(archivePath("spark"))) return;
  await alone(report, async () => {
    await buildTarget("jars", undefined, [], report);
  });
}

/**
 * Builds the Spark image, or finds it built.
 *
 * @throws StepError with the last lines of what failed; finished steps are kept
 */
export async function buildSparkImage(report: Report): Promise<BuiltImage> {
  return provide("spark", () => Promise.resolve([]), report);
}

/**
 * Builds the notebooks' image on top of the Spark image, or finds it built.
 *
 * @throws StepError with the last lines of what failed; finished steps are kept
 */
export async function buildJupyterImage(report: Report): Promise<BuiltImage> {
  return provide("jupyter", () => Promise.resolve(jupyterContext), report);
}

/**
 * Builds an image of programs that stand on this host, or finds it built.
 *
 * @throws StepError with the last lines of what failed, or where a program isn't at its path
 */
export async function buildProgramImage<Name extends keyof ProgramImages>(
  name: Name,
  programs: ProgramImages[Name],
  report: Report,
): Promise<BuiltImage> {
  const folder = join(imageCacheDirectory(), `${name}-binaries`);
  try {
    return await provide(name, () => programContext(name, programs, folder), report);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** An image of this platform with a Python to run commands in. */
export type PythonImageName = "spark" | "jupyter";

/**
 * Makes sure that the store holds an image, for commands that run in it on this host; builds it if need be.
 *
 * @returns the image's full name
 */
export async function storeImage(name: PythonImageName, report: Report): Promise<string> {
  const reference = localReference(name);
  if (await isStored(reference)) return reference;
  const archive = archivePath(name);
  await alone(report, async () => {
    if (existsSync(archive))
      await runBuildah(["pull", `docker-archive:${archive}`], `${archive} can't be read`, report);
    // Without the archive, which only a node needs.
    else await buildTarget(name, reference, name === "jupyter" ? jupyterContext : [], report);
  });
  return reference;
}

/** The arguments of `buildah build` for one target; the context follows from {@link imagesDirectory}. */
export function buildArguments(
  target: string,
  base: string,
  site: SiteOptions,
  reference: string | undefined,
  extra: readonly string[] = [],
): string[] {
  const values: Record<string, string | undefined> = {
    BASE_IMAGE: base,
    ...versionArguments(),
    APT_MIRROR: site.aptMirror,
    PIP_INDEX_URL: site.pipIndex,
    MAVEN_MIRROR: site.mavenMirror,
  };
  return [
    ...["build", "--isolation", "chroot", "--network", "host", "--layers", "--pull-never", "--target", target],
    ...Object.entries(values).flatMap(([name, value]) =>
      value === undefined ? [] : ["--build-arg", `${name}=${value}`],
    ),
    ...(site.caBundle === undefined ? [] : ["--secret", `id=ca-bundle,src=${site.caBundle}`]),
    ...(reference === undefined ? [] : ["--tag", reference]),
    ...extra,
    ...["--file", join(imagesDirectory, "Containerfile"), imagesDirectory],
  ];
}

const jupyterContext = ["--build-context", `notebooks=${notebooksDirectory}`] as const;

async function programContext(
  image: ImageName,
  programs: Readonly<Record<string, string>>,
  folder: string,
): Promise<string[]> {
  mkdirSync(folder, { recursive: true });
  for (const [name, path] of Object.entries(programs)) {
    if (!existsSync(path))
      throw new StepError(`The program ${name} isn't at ${path}`, {
        fix: "npm run doctor tells where each program of the toolchain comes from",
      });
    await copyFile(path, join(folder, name));
  }
  return ["--build-context", `${image}-binaries=${folder}`];
}

async function provide(
  name: ImageName,
  prepare: () => Promise<readonly string[]>,
  report: Report,
): Promise<BuiltImage> {
  const tag = imageTags()[name];
  const image: BuiltImage = { reference: localReference(name, tag), tag, archive: archivePath(name, tag) };
  if (existsSync(image.archive)) return image;
  await alone(report, async () => {
    if (existsSync(image.archive)) return;
    await buildTarget(name, image.reference, await prepare(), report);
    report(`writing ${image.archive}`);
    const partial = `${image.archive}.partial`;
    rmSync(partial, { force: true });
    await runBuildah(
      ["push", image.reference, `docker-archive:${partial}:${image.reference}`],
      `The archive of ${image.reference} could not be written`,
    );
    renameSync(partial, image.archive);
  });
  return image;
}

async function buildTarget(
  target: string,
  reference: string | undefined,
  extra: readonly string[],
  report: Report,
): Promise<void> {
  if (!["minio", "traefik", "oauth2-proxy"].includes(target))
    await requireFreeSpace(imageCacheDirectory(), sparkImageBytes, "building the Spark image");
  const site = siteOptions();
  const base = await provideBaseImage(site, report);
  await runBuildah(
    buildArguments(target, base, site, reference, extra),
    `The image target "${target}" could not be built`,
    (line) => {
      const progress = buildProgress(line);
      if (progress !== undefined) report(`${target}, ${progress}`);
    },
  );
}

/** Runs one build at a time on this cache, whichever process asks, and clears away what a killed one left. */
async function alone<T>(report: Report, work: () => Promise<T>): Promise<T> {
  const directory = imageCacheDirectory();
  mkdirSync(directory, { recursive: true });
  let waiting: NodeJS.Timeout | undefined = setTimeout(() => report("waiting for another image build to end"), 1000);
  const release = await lock(directory, {
    lockfilePath: join(directory, "build.lock"),
    stale: 30_000,
    retries: { forever: true, factor: 1, minTimeout: 500, maxTimeout: 500 },
  }).finally(() => {
    clearTimeout(waiting);
    waiting = undefined;
  });
  try {
    await clearAway(directory);
    return await work();
  } finally {
    await release();
  }
}

async function clearAway(directory: string): Promise<void> {
  for (const name of ["run", "downloads"]) mkdirSync(join(directory, name), { recursive: true });
  for (const entry of readdirSync(join(directory, "run"))) {
    if (!isRunning(Number.parseInt(entry, 10))) rmSync(join(directory, "run", entry), { recursive: true, force: true });
  }
  for (const entry of readdirSync(join(directory, "downloads"))) {
    // Everything else there is the scratch of a build that was killed.
    if (entry !== "buildah-cache") rmSync(join(directory, "downloads", entry), { recursive: true, force: true });
  }
  for (const entry of readdirSync(directory)) {
    if (entry.endsWith(".partial")) rmSync(join(directory, entry), { force: true });
  }
  await removeAbandonedContainers();
}
