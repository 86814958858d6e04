import { existsSync } from "node:fs";
import { mkdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { StepError } from "../../console/errors";
import type { Report } from "../../console/steps";
import { type Announce, withBuildLock } from "./build-lock";
import { requireFreeSpace } from "./disk-space";
import { findGo, type Go } from "./go";
import { patchModule } from "./patched-module";
import { addToCache, cachedTool, type CachedTool } from "./tool-cache";
import {
  allToolNames,
  linkerFlags,
  moduleDirectory,
  tool,
  toolchainDirectory,
  toolVersion,
  type ToolName,
} from "./tools";

/** A live list shows the newest line only; a log keeps every one. */
const reportEveryMilliseconds = process.stdout.isTTY ? 1000 : 15_000;
const shownLogLines = 20;

/**
 * Makes sure that tools stand in the cache, compiling those that don't, one after another in the order of the table.
 * A second process that does the same waits for the first and then finds its results.
 *
 * @param onReady is called with each tool as soon as it stands, so that other work need not wait for all
 * @throws StepError for too small a disk, a missing Go, or a build that fails (with the command and its last lines)
 */
export async function buildTools(
  names: readonly ToolName[],
  report: Report,
  onReady: (built: CachedTool) => void = () => undefined,
): Promise<Map<ToolName, CachedTool>> {
  const ready = new Map<ToolName, CachedTool>();
  const note = (built: CachedTool) => {
    ready.set(built.name, built);
    onReady(built);
  };
  const missing: ToolName[] = [];
  for (const name of allToolNames.filter((each) => names.includes(each))) {
    const cached = cachedTool(name);
    if (cached) note(cached);
    else missing.push(name);
  }
  if (missing.length === 0) return ready;
  await withBuildLock(toolchainDirectory(), report, async (announce) => {
    let go: Go | undefined;
    for (const name of missing) {
      // Another process may have built it while this one waited for the lock.
      let built = cachedTool(name);
      if (!built) {
        await requireBuildSpace(missing.filter((each) => !ready.has(each)));
        go ??= await findGo(report);
        built = await buildTool(name, go, report, announce);
      }
      note(built);
    }
  });
  return ready;
}

/**
 * Removes Go's module and build caches, which compiling filled with about 12 GB; call it once all tools stand. They stay
 * where `HAMILTON_KEEP_BUILD_CACHE=1` asks for it, and while another process is building.
 */
export async function dropBuildCache(report: Report): Promise<void> {
  const folder = ownBuildCache();
  if (keepsBuildCache() || !existsSync(folder)) return;
  await withBuildLock(toolchainDirectory(), report, async (announce) => {
    const task = "removing the build cache";
    await announce(task);
    report(task);
    await rm(folder, { recursive: true, force: true });
  });
}

/**
 * The folder with the sources of a Go module at the version that a tool's `go.mod` requires and its `go.sum` pins. It is in
 * the build cache, so it stands until {@link dropBuildCache}.
 *
 * @throws StepError where the module can't be had
 */
export async function moduleSource(name: ToolName, modulePath: string, report: Report): Promise<string> {
  return withBuildLock(toolchainDirectory(), report, async (announce) => {
    const task = `fetching the Go module ${modulePath}`;
    await announce(task);
    report(task);
    return fetchModule(name, modulePath, await findGo(report));
  });
}

async function fetchModule(name: ToolName, modulePath: string, go: Go): Promise<string> {
  const fetched = await execa(go.path, ["mod", "download", "-json", modulePath], {
    cwd: moduleDirectory(name),
    env: await goEnvironment(go),
    reject: false,
  });
  if (fetched.exitCode === 0) return (JSON.parse(fetched.stdout) as { Dir: string }).Dir;
  const text = `${fetched.stdout}\n${fetched.stderr}`;
  throw new StepError(`The Go module ${modulePath} could not be fetched`, {
    command: fetched.command,
    lastLines: text.split("\n").slice(-shownLogLines),
    fix: adviceFor(text),
  });
}

function keepsBuildCache(): boolean {
  return process.env.HAMILTON_KEEP_BUILD_CACHE === "1";
}

function ownBuildCache(): string {
  return join(toolchainDirectory(), "build-cache");
}

/** Go's two caches: the toolchain's own, or the caller's where he keeps them and has named them. */
function goCaches(): { GOMODCACHE: string; GOCACHE: string } {
  const { GOMODCACHE, GOCACHE } = process.env;
  const own = ownBuildCache();
  return {
    GOMODCACHE: (keepsBuildCache() ? GOMODCACHE : undefined) ?? join(own, "modules"),
    GOCACHE: (keepsBuildCache() ? GOCACHE : undefined) ?? join(own, "compiled"),
  };
}

/**
 * The value of `GOPROXY` without its last resort of asking each module's own host: where those can't be reached, every
 * such question takes minutes to fail, and a module that is pinned by its digest is had from a proxy or not at all. A
 * value that names no proxy stays as it is.
 */
export function withoutDirect(proxies: string): string {
  const kept = proxies.replace(/[,|]direct$/, "");
  return kept === "" ? proxies : kept;
}

/** The environment of `go`: nothing of the user's Go settings counts but where modules come from. */
async function goEnvironment(go: Go): Promise<NodeJS.ProcessEnv> {
  const base = { ...process.env, ...goCaches(), GOTOOLCHAIN: "local", GOWORK: "off" };
  const proxies = await execa(go.path, ["env", "GOPROXY"], { env: base, cwd: "/" });
  return {
    ...base,
    GOPROXY: withoutDirect(proxies.stdout.trim()),
    CGO_ENABLED: "0",
    // -modcacherw: a module cache that can be removed without changing its modes first.
    GOFLAGS: "-mod=readonly -modcacherw -buildvcs=false -trimpath",
  };
}

async function requireBuildSpace(names: readonly ToolName[]): Promise<void> {
  const needed = names.reduce((sum, name) => sum + tool(name).buildBytes, 0);
  const listed = names.join(", ");
  await requireFreeSpace(goCaches().GOCACHE, needed, `compiling ${listed}`);
}

async function buildTool(name: ToolName, go: Go, report: Report, announce: Announce): Promise<CachedTool> {
  const version = toolVersion(name);
  const title = version === "own" ? name : `${name} ${version}`;
  await announce(`compiling ${title}`);
  const logs = join(toolchainDirectory(), "logs");
  await mkdir(logs, { recursive: true });
  const log = join(logs, `${name}-${version}.log`);
  const env = await goEnvironment(go);
  const began = Date.now();
  const tell = () => report(`compiling ${title}, ${formatElapsed(Date.now() - began)}`);
  tell();
  const ticking = setInterval(tell, reportEveryMilliseconds);
  const { patched } = tool(name);
  const scratch = join(ownBuildCache(), "patched", name);
  try {
    const flags =
      patched === undefined ? [] : await patchModule(name, patched, await fetchModule(name, patched.path, go), scratch);
    return await addToCache(name, async (binary) => {
      const command = ["build", ...flags, "-ldflags", linkerFlags(name), "-o", binary, tool(name).package];
      const built = await execa(go.path, command, {
        cwd: moduleDirectory(name),
        env,
        reject: false,
        stdout: { file: log },
        stderr: { file: log },
      });
      const seconds = Math.round((Date.now() - began) / 1000);
      if (built.exitCode === 0) return { go: go.version, seconds };
      throw await buildFailure(title, built.command, log, built.signal);
    });
  } finally {
    clearInterval(ticking);
    await rm(scratch, { recursive: true, force: true });
  }
}

async function buildFailure(title: string, command: string, log: string, signal?: string): Promise<StepError> {
  const text = existsSync(log) ? await readFile(log, "utf8") : "";
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  return new StepError(`${title} could not be compiled${signal === undefined ? "" : ` (ended by ${signal})`}`, {
    command,
    lastLines: lines.slice(-shownLogLines),
    fix: `${adviceFor(text)}; the whole log is ${log}`,
  });
}

/** What to do about a failed build, from what Go's log says. */
export function adviceFor(log: string): string {
  if (/no space left on device/i.test(log)) return `free some space under ${toolchainDirectory()} and run it again`;
  if (/signal: killed|cannot allocate memory/i.test(log)) {
    return "the compiler ran out of memory: give the host at least 4 GiB and run it again";
  }
  if (/dial tcp|i\/o timeout|no such host|connection re(fused|set)|TLS|x509|(404|403|410) /i.test(log)) {
    return "make a Go module proxy reachable (it is taken from GOPROXY) and run it again";
  }
  if (/checksum mismatch|SECURITY ERROR|missing go\.sum entry/i.test(log)) {
    return "what the proxy serves is not what go.sum pins: use another GOPROXY, or check out modules/ afresh";
  }
  return "run it again: what is compiled so far is kept";
}

/** A time that is still running, as a progress line shows it: `7s`, `3m12s`. */
export function formatElapsed(milliseconds: number): string {
  const seconds = Math.floor(milliseconds / 1000);
  return seconds < 60 ? `${seconds}s` : `${Math.floor(seconds / 60)}m${String(seconds % 60).padStart(2, "0")}s`;
}
