import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { execa } from "execa";
import { StepError } from "../../console/errors";
import type { Report } from "../../console/steps";
import { withBuildLock } from "./build-lock";
import { pinnedPackage } from "./manifest";
import { findUserProgram, isExecutable } from "./search-path";
import { toolchainDirectory } from "./tools";

/** A provider plugin that the program needs, at the version of its npm package. */
export interface ProviderPlugin {
  readonly name: "kubernetes" | "random";
  readonly version: string;
}

/** An official plugin that was found. */
export interface FoundPlugin extends ProviderPlugin {
  /** Absolute path of `pulumi-resource-…`. */
  readonly path: string;
  readonly from: "PATH" | "Pulumi's download";
}

/** How long one plugin's download may take, in milliseconds; the engine retries inside it. */
const installMilliseconds = 300_000;

/** The provider plugins that the program needs, each at the version of the npm package that drives it. */
export function neededPlugins(): ProviderPlugin[] {
  return (["kubernetes", "random"] as const).map((name) => ({ name, version: pinnedPackage(`@pulumi/${name}`) }));
}

/** The engine's home in which official plugins are installed. */
function pluginHome(): string {
  return join(toolchainDirectory(), "pulumi-plugins");
}

/** An official plugin that is on `PATH` (of whatever version: the engine takes it so too) or was installed earlier. */
export function locatePlugin(plugin: ProviderPlugin): FoundPlugin | undefined {
  const program = `pulumi-resource-${plugin.name}`;
  const onPath = findUserProgram(program);
  if (onPath !== undefined) return { ...plugin, path: onPath, from: "PATH" };
  const installed = join(pluginHome(), "plugins", `resource-${plugin.name}-v${plugin.version}`);
  const path = join(installed, program);
  // The engine marks a folder that it is still unpacking.
  if (!isExecutable(path) || existsSync(`${installed}.partial`)) return undefined;
  return { ...plugin, path, from: "Pulumi's download" };
}

/** All official plugins, if every one of them is there; a mixture with offline ones is never used. */
export function locatePlugins(): FoundPlugin[] | undefined {
  const found = neededPlugins().map(locatePlugin);
  return found.every((plugin) => plugin !== undefined) ? found : undefined;
}

/**
 * Installs the official plugins that are missing, by the engine's own command.
 *
 * @throws StepError where one can't be had
 */
export async function installPlugins(pulumi: string, report: Report): Promise<FoundPlugin[]> {
  await withBuildLock(pluginHome(), report, async (announce) => {
    for (const plugin of neededPlugins()) {
      if (locatePlugin(plugin)) continue;
      const title = `installing Pulumi's ${plugin.name} plugin ${plugin.version}`;
      await announce(title);
      report(title);
      const installed = await execa(pulumi, ["plugin", "install", "resource", plugin.name, plugin.version], {
        env: { PULUMI_HOME: pluginHome(), PULUMI_SKIP_UPDATE_CHECK: "true" },
        timeout: installMilliseconds,
        reject: false,
        all: true,
        cwd: dirname(pulumi),
      });
      if (installed.exitCode === 0 && locatePlugin(plugin)) continue;
      throw new StepError(`Pulumi's ${plugin.name} plugin ${plugin.version} could not be installed`, {
        command: installed.command,
        lastLines: installed.all.split("\n").slice(-10),
        fix: `make Pulumi's download host reachable, or put pulumi-resource-${plugin.name} on PATH`,
      });
    }
  });
  return locatePlugins() ?? [];
}
