import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { platformImages, sparkRelease, type SparkRelease } from "../../infra/versions";
import { projectDirectory } from "../../infra/project";
import { cacheKey, toolVersion } from "../toolchain/tools";
import { recipeOf } from "./recipe";

/** The images that are built on this host, by their target in the Containerfile; the embedded cluster needs most of them. */
export const imageNames = ["spark", "jupyter", "minio", "traefik", "oauth2-proxy"] as const;

/** A target of the Containerfile. */
export type ImageName = (typeof imageNames)[number];

/** The folder of the Containerfile; the context of every build. */
export const imagesDirectory: string = join(projectDirectory, "images");

/** The folder of the sample notebooks; the build context `notebooks` of the target `jupyter`. */
export const notebooksDirectory: string = join(projectDirectory, "workloads", "notebooks");

/** The build arguments that carry versions, from the one table of versions. */
export function versionArguments(release: SparkRelease = sparkRelease): Readonly<Record<string, string>> {
  return {
    JAVA_VERSION: release.java,
    PYTHON_VERSION: release.python,
    SPARK_VERSION: release.spark,
    SCALA_VERSION: release.scala,
    HADOOP_VERSION: release.hadoop,
  };
}

/**
 * The tags that images built from this work tree get: a version for people and a digest of all that decides the content
 * (the image's part of the Containerfile, files beside it, versions, for notebooks the samples, and for MinIO, Traefik
 * and the login proxy the sources of their programs). Neither the base image nor the site options are in it: the stack
 * file must be able to name an image before anybody knows where it is built.
 */
export function imageTags(): Readonly<Record<ImageName, string>> {
  const files = readFiles(imagesDirectory);
  const recipe = (name: ImageName) => {
    const { text, files: own } = recipeOf(name, files.Containerfile ?? "", Object.keys(files));
    const content = Object.fromEntries(own.map((path) => [path, files[path] ?? ""]));
    return recipeDigest({ ...content, Containerfile: text }, versionArguments());
  };
  const samples = recipeDigest(readFiles(notebooksDirectory), {});
  return {
    spark: imageTag(platformImages.spark.tag, [recipe("spark")]),
    jupyter: imageTag(platformImages.jupyter.tag, [recipe("jupyter"), samples]),
    minio: imageTag(toolVersion("minio"), [recipe("minio"), cacheKey("minio"), cacheKey("mc")]),
    traefik: imageTag(toolVersion("traefik"), [recipe("traefik"), cacheKey("traefik")]),
    "oauth2-proxy": imageTag(toolVersion("oauth2-proxy"), [recipe("oauth2-proxy"), cacheKey("oauth2-proxy")]),
  };
}

/** A tag: the version, then twelve hexadecimal digits of the digest of `parts`. */
export function imageTag(version: string, parts: readonly string[]): string {
  const digest = createHash("sha256").update(parts.join("\n")).digest("hex");
  return `${version}-${digest.slice(0, 12)}`;
}

/** The full name of an image of this host: `localhost/hamilton/spark:4.1.2-0123456789ab`. */
export function localReference(name: ImageName, tag: string = imageTags()[name]): string {
  return `localhost/hamilton/${name}:${tag}`;
}

/** A digest of files, by path and content, and of build arguments; the order in which either is given doesn't matter. */
export function recipeDigest(
  files: Readonly<Record<string, string>>,
  buildArguments: Readonly<Record<string, string>>,
): string {
  const sorted = (record: Readonly<Record<string, string>>) =>
    Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash("sha256")
    .update(JSON.stringify([sorted(files), sorted(buildArguments)]))
    .digest("hex");
}

/** The text of every file below a folder, by path relative to it; pages of documentation are left out. */
function readFiles(directory: string): Record<string, string> {
  return Object.fromEntries(
    readdirSync(directory, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && !/\.(md|pyc)$/.test(entry.name))
      .map((entry) => join(entry.parentPath, entry.name))
      .map((path) => [relative(directory, path), readFileSync(path, "utf8")]),
  );
}
