import { readFileSync } from "node:fs";
import { join } from "node:path";
import { projectDirectory } from "../../infra/project";

interface Manifest {
  readonly engines: { readonly node: string };
  readonly dependencies: Readonly<Record<string, string>>;
}

function readManifest(): Manifest {
  return JSON.parse(readFileSync(join(projectDirectory, "package.json"), "utf8")) as Manifest;
}

/**
 * The version at which `package.json` pins a dependency.
 *
 * @throws Error where it is no dependency
 */
export function pinnedPackage(name: string): string {
  const version = readManifest().dependencies[name];
  if (version === undefined) throw new Error(`package.json does not depend on ${name}`);
  return version;
}

/** The range of Node versions that `package.json` accepts. */
export function supportedNode(): string {
  return readManifest().engines.node;
}
