import { createHash } from "node:crypto";
import { appendFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { baseImage } from "../../infra/versions";
import type { Report } from "../../console/steps";
import { buildah, contained, imageCacheDirectory, isStored, runBuildah, runToEnd } from "./buildah";
import { runChild } from "./child-process";
import type { SiteOptions } from "./site";

/** How long a registry may take to hand out the base image (about 30 MB) before a local base is made instead. */
const pullTimeoutSeconds = 120;

/** Installed on top of the smallest system: without it no image could speak TLS. */
const basePackages = ["ca-certificates"];

/**
 * The Debian release that an image reference names by its tag: `trixie` for `debian:trixie-slim`.
 *
 * @throws Error where the reference has no tag that starts with a release's name
 */
export function debianRelease(reference: string): string {
  const release = /:([a-z]+)(?:-[\w.-]+)?$/.exec(reference)?.[1];
  if (release === undefined) throw new Error(`the base image "${reference}" names no Debian release in its tag`);
  return release;
}

/** The name of a base made on this host; it changes with the recipe, so that an old one is never taken for a new one. */
export function localBaseReference(release: string): string {
  const recipe = createHash("sha256").update(JSON.stringify([release, basePackages, updateSources("MIRROR", release)]));
  return `localhost/hamilton/base:${release}-${recipe.digest("hex").slice(0, 12)}`;
}

/** The package sources of updates and security fixes that belong to a release's own mirror, as the official image has them. */
export function updateSources(mirror: string, release: string): string {
  const place = mirror.replace(/\/+$/, "");
  return [`deb ${place} ${release}-updates main`, `deb ${place}-security ${release}-security main`, ""].join("\n");
}

/**
 * The reference of a base image that the store now holds: the site's own, else the pinned one from its registry, else one
 * that debootstrap makes of the same Debian release's packages.
 *
 * @throws StepError where the site's own base can't be pulled, or debootstrap fails
 */
export async function provideBaseImage(site: SiteOptions, report: Report): Promise<string> {
  if (site.baseImage !== undefined) {
    if (!(await isStored(site.baseImage))) {
      await runBuildah(["pull", site.baseImage], `The base image ${site.baseImage} can't be pulled`, report);
    }
    return site.baseImage;
  }
  const release = debianRelease(baseImage);
  const local = localBaseReference(release);
  for (const reference of [baseImage, local]) if (await isStored(reference)) return reference;
  report(`asking a registry for ${baseImage}`);
  if (await canPull(baseImage)) return baseImage;
  report(`no registry holds ${baseImage} for this host; making a base of Debian ${release} packages`);
  await makeBase(release, local, site, report);
  return local;
}

async function canPull(reference: string): Promise<boolean> {
  const run = buildah(["pull", reference]);
  const result = await runChild(run.command, {
    environment: run.environment,
    signal: AbortSignal.timeout(pullTimeoutSeconds * 1000),
  });
  run.release();
  return result.exitCode === 0;
}

async function makeBase(release: string, reference: string, site: SiteOptions, report: Report): Promise<void> {
  const directory = join(imageCacheDirectory(), "base");
  const tree = join(directory, "tree");
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(tree, { recursive: true });
  await runToEnd(
    contained([
      "debootstrap",
      "--variant=minbase",
      `--include=${basePackages.join(",")}`,
      release,
      tree,
      ...(site.aptMirror === undefined ? [] : [site.aptMirror]),
    ]),
    {},
    `debootstrap could not make a Debian ${release} system`,
    (line) => report(line.replace(/^[IWE]: /, "")),
  );
  const sources = join(tree, "etc", "apt", "sources.list");
  const mirror = /^deb (\S+)/m.exec(readFileSync(sources, "utf8"))?.[1];
  // A site's mirror seldom holds the other two; Debian's own does.
  if (mirror !== undefined && site.aptMirror === undefined) appendFileSync(sources, updateSources(mirror, release));
  for (const folder of ["var/cache/apt", "var/lib/apt/lists", "var/log"]) {
    rmSync(join(tree, folder), { recursive: true, force: true });
    mkdirSync(join(tree, folder), { recursive: true });
  }
  const recipe = join(directory, "Containerfile");
  writeFileSync(recipe, 'FROM scratch\nADD . /\nCMD ["bash"]\n');
  await runBuildah(
    ["build", "--isolation", "chroot", "--pull-never", "--tag", reference, "--file", recipe, tree],
    "The base image could not be put together",
    report,
  );
  rmSync(directory, { recursive: true, force: true });
}
