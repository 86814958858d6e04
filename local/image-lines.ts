import { relative } from "node:path";
import { sparkRelease } from "../infra/versions";
import { projectDirectory } from "./directories";
import { imagesDirectory, versionArguments } from "./images/tags";

/**
 * The lines that build the Spark image from a registry's base image and push it, for a site's own registry.
 *
 * @param registry host and perhaps a path, as `hamilton:images.registry` of the stack file has it
 */
export function imageLines(registry: string): string[] {
  const image = `${registry}/hamilton/spark:${sparkRelease.spark}`;
  const values = Object.entries(versionArguments()).map(([name, value]) => `--build-arg ${name}=${value}`);
  return [
    `docker build --target spark ${values.join(" ")} --tag ${image} ${relative(projectDirectory, imagesDirectory)}`,
    `docker push ${image}`,
  ];
}
