import { dirname, join } from "node:path";
import { execa } from "execa";
import { coerce, satisfies } from "semver";
import { StepError } from "../../console/errors";
import type { Report } from "../../console/steps";
import { buildTools, dropBuildCache } from "./build";
import { askPulumiHost, downloadedPulumi, downloadPulumi } from "./pulumi-download";
import { type FoundPlugin, installPlugins, locatePlugins } from "./pulumi-plugins";
import { findUserProgram, isExecutable } from "./search-path";
import { cachedTool, type CachedTool } from "./tool-cache";
import { toolNames, toolVersion, type ToolName } from "./tools";

/** A tool that can be run, and where it came from. */
export interface ResolvedTool {
  readonly name: ToolName;
  /** Absolute path. */
  readonly path: string;
  readonly version: string;
  readonly from: "PATH" | "Pulumi's download" | "built from Go modules";
}

/** Whose provider plugins run. */
export type PluginSource =
  | { readonly kind: "official"; readonly plugins: readonly FoundPlugin[] }
  | { readonly kind: "offline"; readonly reason: string };

/** Every tool of the embedded cluster; each path is absolute. */
export interface Toolchain {
  /** The multi-call binary; its folder also holds a link for each of `kubernetesPrograms`. */
  readonly kubernetes: string;
  readonly kubectl: string;
  readonly pause: string;
  readonly pulumi: string;
  /** Undefined only where a `pulumi` on `PATH` keeps its language hosts elsewhere on `PATH`. */
  readonly pulumiLanguageNodejs?: string;
  readonly coredns: string;
  readonly minio: string;
  readonly mc: string;
  readonly localPathProvisioner: string;
  readonly traefik: string;
  readonly plugins: PluginSource;
  /** Folders to put before `PATH` so that the engine finds its language host and its official plugins. */
  readonly searchPath: readonly string[];
  /** Version and origin of each part. */
  readonly parts: readonly ResolvedTool[];
}

/** What a caller may ask of a resolution. */
export interface ResolveOptions {
  /** Keeps to one kind of plugin, for a stack that was last updated with it. @default the official ones where they can be had */
  readonly plugins?: PluginSource["kind"];
  /** Is called with each tool as soon as it stands, so that other work need not wait for all. */
  readonly onReady?: (resolved: ResolvedTool) => void;
}

const pulumiTools: readonly ToolName[] = ["pulumi", "pulumi-language-nodejs"];

/**
 * Finds or gets every tool. Pulumi: from `PATH` (the pinned version or a newer one of its major), else its own download,
 * else compiled. The others are compiled: what a `PATH` holds under their names is of any version and any make. Plugins:
 * the official ones from `PATH` or Pulumi's download, else the offline ones.
 *
 * @throws StepError where a tool can't be had, or the plugins that the options demand
 */
export async function resolveToolchain(report: Report, options: ResolveOptions = {}): Promise<Toolchain> {
  const onReady = options.onReady ?? (() => undefined);
  const note = (built: CachedTool) => onReady(fromCache(built));
  const host = onceOnly(() => askPulumiHost(toolVersion("pulumi")));
  const located = await locatePulumi();
  located?.forEach(onReady);
  const downloading = located || !(await host()).offered ? undefined : tryDownload(report, onReady);
  const others = toolNames.filter((name) => !pulumiTools.includes(name));
  const elsewhere = located !== undefined || downloading !== undefined;
  const built = await buildTools(elsewhere ? others : toolNames, report, note);
  const pulumi = located ?? (await downloading);
  if (!pulumi && elsewhere) {
    for (const [name, each] of await buildTools(pulumiTools, report, note)) built.set(name, each);
  }
  const parts = [...[...built.values()].map(fromCache), ...(pulumi ?? [])];
  const engine = pathOf(parts, "pulumi");
  const plugins = await resolvePlugins(engine, host, options.plugins, report);
  await dropBuildCache(report);
  return assemble(parts, plugins);
}

/**
 * The toolchain as an earlier {@link resolveToolchain} left it; gets nothing and asks no host, so that a command that
 * passes through starts at once.
 *
 * @throws StepError where a tool is missing
 */
export async function locateToolchain(options: Pick<ResolveOptions, "plugins"> = {}): Promise<Toolchain> {
  const pulumi = await locatePulumi();
  const cached = toolNames.flatMap((name) => cachedTool(name) ?? []).map(fromCache);
  const parts = pulumi ? [...cached.filter(({ name }) => !pulumiTools.includes(name)), ...pulumi] : cached;
  const missing = toolNames.filter((name) => name !== "pulumi-language-nodejs" && !parts.some((p) => p.name === name));
  if (missing.length > 0) {
    throw new StepError(`The toolchain is not complete: ${missing.join(", ")} missing`, { fix: "run `npm start`" });
  }
  const official = options.plugins === "offline" ? undefined : locatePlugins();
  if (official) return assemble(parts, { kind: "official", plugins: official });
  if (options.plugins === "official") throw officialPluginsMissing("they were not found");
  return assemble(parts, { kind: "offline", reason: offlineReason(options.plugins) });
}

/** The engine and its language host from `PATH` or an earlier download; `undefined` where neither has the engine. */
export async function locatePulumi(): Promise<ResolvedTool[] | undefined> {
  const onPath = findUserProgram("pulumi");
  if (onPath !== undefined) {
    const shown = await execa(onPath, ["version"], { reject: false, env: { PULUMI_SKIP_UPDATE_CHECK: "true" } });
    const version = shown.exitCode === 0 ? coerce(shown.stdout)?.version : undefined;
    if (version !== undefined && satisfies(version, `^${toolVersion("pulumi")}`))
      return engineAt(onPath, version, "PATH");
  }
  const version = toolVersion("pulumi");
  const downloaded = downloadedPulumi(version);
  return downloaded === undefined ? undefined : engineAt(downloaded, version, "Pulumi's download");
}

function engineAt(pulumi: string, version: string, from: ResolvedTool["from"]): ResolvedTool[] {
  const language = "pulumi-language-nodejs";
  const beside = join(dirname(pulumi), language);
  const path = isExecutable(beside) ? beside : from === "PATH" ? findUserProgram(language) : undefined;
  return [
    { name: "pulumi", path: pulumi, version, from },
    ...(path === undefined ? [] : [{ name: language, path, version, from } as const]),
  ];
}

type Host = () => ReturnType<typeof askPulumiHost>;

/** The host is asked at most once in a resolution: where it can't be reached each question costs its time-out. */
function onceOnly(ask: Host): Host {
  let answer: ReturnType<Host> | undefined;
  return () => (answer ??= ask());
}

/** Downloads the engine while other tools are compiled; `undefined` where that fails, since it can still be compiled. */
async function tryDownload(
  report: Report,
  onReady: (resolved: ResolvedTool) => void,
): Promise<ResolvedTool[] | undefined> {
  const version = toolVersion("pulumi");
  try {
    const engine = engineAt(await downloadPulumi(version, report), version, "Pulumi's download");
    engine.forEach(onReady);
    return engine;
  } catch (error) {
    report(error instanceof Error ? error.message : String(error));
    return undefined;
  }
}

async function resolvePlugins(
  pulumi: string,
  host: Host,
  wanted: ResolveOptions["plugins"],
  report: Report,
): Promise<PluginSource> {
  if (wanted === "offline") return { kind: "offline", reason: offlineReason(wanted) };
  const located = locatePlugins();
  if (located) return { kind: "official", plugins: located };
  const answer = await host();
  let reason: string;
  if (answer.offered) {
    try {
      return { kind: "official", plugins: await installPlugins(pulumi, report) };
    } catch (error) {
      reason = error instanceof Error ? error.message : String(error);
    }
  } else reason = answer.reason;
  if (wanted === "official") throw officialPluginsMissing(reason);
  return { kind: "offline", reason };
}

function offlineReason(wanted: ResolveOptions["plugins"]): string {
  return wanted === "offline" ? "the offline plugins were asked for" : "the official plugins were not found";
}

function officialPluginsMissing(reason: string): StepError {
  return new StepError(`Pulumi's official plugins can't be had: ${reason}`, {
    fix: "make Pulumi's download host reachable, or put pulumi-resource-kubernetes and pulumi-resource-random on PATH",
  });
}

function fromCache({ name, version, path }: CachedTool): ResolvedTool {
  return { name, version, path, from: "built from Go modules" };
}

function pathOf(parts: readonly ResolvedTool[], name: ToolName): string {
  const part = parts.find((each) => each.name === name);
  if (!part) throw new Error(`${name} was not resolved`);
  return part.path;
}

function assemble(parts: readonly ResolvedTool[], plugins: PluginSource): Toolchain {
  const kubernetes = pathOf(parts, "kubernetes");
  const language = parts.find(({ name }) => name === "pulumi-language-nodejs")?.path;
  const searched = [language, ...(plugins.kind === "official" ? plugins.plugins.map(({ path }) => path) : [])];
  return {
    kubernetes,
    kubectl: join(dirname(kubernetes), "kubectl"),
    pause: pathOf(parts, "pause"),
    pulumi: pathOf(parts, "pulumi"),
    pulumiLanguageNodejs: language,
    coredns: pathOf(parts, "coredns"),
    minio: pathOf(parts, "minio"),
    mc: pathOf(parts, "mc"),
    localPathProvisioner: pathOf(parts, "local-path-provisioner"),
    traefik: pathOf(parts, "traefik"),
    plugins,
    searchPath: [...new Set(searched.flatMap((path) => (path === undefined ? [] : [dirname(path)])))],
    parts: toolNames.flatMap((name) => parts.filter((part) => part.name === name)),
  };
}
