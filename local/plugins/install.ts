import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { chmod, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { projectDirectory } from "../../infra/project";

/** The packages that the offline plugins stand in for. */
export const offlinePackages = ["kubernetes", "random"] as const;

/**
 * Bundles the offline plugins and writes their launchers, `pulumi-resource-<package>`, unless the same sources were
 * bundled there before. Two calls at once do no harm: a folder appears only when it is whole.
 *
 * @param directory where the folders of bundles stand, one for each state of the sources.
 * @returns the folder to put first in `PATH`.
 */
export async function installOfflinePlugins(directory: string): Promise<string> {
  const folders = [__dirname, join(__dirname, "..", "..", "kubernetes")];
  const found = await Promise.all(
    folders.map(async (folder) => (await readdir(folder)).sort().map((name) => join(folder, name))),
  );
  const files = [...found.flat(), join(projectDirectory, "package-lock.json")];
  const hash = createHash("sha256").update(process.execPath);
  for (const file of files) hash.update(await readFile(file));
  const target = join(directory, hash.digest("hex").slice(0, 16));
  if (existsSync(target)) return target;
  await mkdir(directory, { recursive: true });
  const unfinished = await mkdtemp(join(directory, "unfinished-"));
  const { build } = await import("esbuild");
  const common = { bundle: true, minify: true, platform: "node", target: "node20", logLevel: "silent" } as const;
  await build({ ...common, entryPoints: [join(__dirname, "main.ts")], outfile: join(unfinished, "bundle.js") });
  for (const name of offlinePackages) {
    const launcher = join(unfinished, `pulumi-resource-${name}`);
    await writeFile(launcher, `#!/bin/sh\nexec '${process.execPath}' '${join(target, "bundle.js")}' ${name} "$@"\n`);
    await chmod(launcher, 0o755);
  }
  await chmod(unfinished, 0o755);
  await rename(unfinished, target).catch(async (error: unknown) => {
    await rm(unfinished, { recursive: true });
    if (!existsSync(target)) throw error;
  });
  return target;
}
