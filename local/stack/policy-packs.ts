import { createHash } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parse } from "yaml";
import { projectDirectory } from "../../infra/project";
import { type Engine, pulumiDirectory } from "./engine";

const option = "--policy-pack";

/** The engine looks for `pulumi-analyzer-policy-<runtime>` on `PATH` where it has no language host for a pack's runtime. */
const launcher = "pulumi-analyzer-policy-local";

/** A run of the engine whose policy packs it can start. */
export interface RunWithPacks {
  readonly engine: Engine;
  readonly args: readonly string[];
}

/**
 * The same run with every policy pack of Node swapped for one that the offline language host's engine can start: that
 * host runs programs and no packs. The pack in its place names a runtime without a language host, and its launcher runs
 * the real pack's folder with this Node. Official engines, and packs of other runtimes, get what they were given.
 *
 * @param folder where the packs that stand in are kept. @default below the embedded cluster's Pulumi folder
 */
export function withPolicyPacks(
  run: RunWithPacks,
  folder: string = join(pulumiDirectory(), "policy-packs"),
): RunWithPacks {
  if (run.engine.plugins !== "offline") return run;
  let swapped = false;
  const swap = (pack: string): string => {
    const path = resolve(projectDirectory, pack);
    if (runtimeOf(path) !== "nodejs") return pack;
    swapped = true;
    return standIn(path, folder);
  };
  const args = run.args.map((arg, index) => {
    if (run.args[index - 1] === option) return swap(arg);
    return arg.startsWith(`${option}=`) ? `${option}=${swap(arg.slice(option.length + 1))}` : arg;
  });
  if (!swapped) return run;
  writeWhole(join(folder, launcher), `#!/bin/sh\nexec '${process.execPath}' ./main.cjs "$@"\n`, 0o755);
  return { engine: { ...run.engine, path: [folder, ...run.engine.path] }, args };
}

/** The runtime of a pack; nothing where the folder is none, which the engine says better. */
function runtimeOf(path: string): string | undefined {
  const file = join(path, "PulumiPolicy.yaml");
  if (!existsSync(file)) return undefined;
  const { runtime } = parse(readFileSync(file, "utf8")) as { runtime?: string | { name?: string } };
  return typeof runtime === "object" ? runtime.name : runtime;
}

function standIn(path: string, folder: string): string {
  const target = join(folder, createHash("sha256").update(path).digest("hex").slice(0, 16));
  mkdirSync(target, { recursive: true, mode: 0o700 });
  writeWhole(join(target, "PulumiPolicy.yaml"), `description: Stands in for ${path}\nruntime: local\n`);
  const types = JSON.stringify(require.resolve("tsx/cjs/api"));
  const pack = JSON.stringify(path);
  const start = `require(${types}).register();\nprocess.chdir(${pack});\nrequire(${pack});\n`;
  writeWhole(join(target, "main.cjs"), start);
  return target;
}

function writeWhole(file: string, text: string, mode = 0o600): void {
  const unfinished = `${file}.${process.pid}`;
  writeFileSync(unfinished, text, { mode });
  chmodSync(unfinished, mode);
  renameSync(unfinished, file);
}
