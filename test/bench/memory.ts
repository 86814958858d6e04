import { readdirSync, readFileSync } from "node:fs";
import { stateDirectory } from "../../local/directories";

/** Resident memory of one program of the embedded cluster, in MiB. */
export interface ProgramMemory {
  readonly program: string;
  readonly mebibytes: number;
}

/** The proportional set size of a process in MiB: shared pages are counted in parts, so that sums are true. */
function proportionalSetSize(pid: string): number {
  const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, "utf8");
  return Number(/^Pss:\s+(\d+) kB/m.exec(rollup)?.[1] ?? 0) / 1024;
}

/** What the control plane, the node and the platform's pods take while nothing is submitted, largest first. */
export function measureMemory(): ProgramMemory[] {
  const byProgram = new Map<string, number>();
  for (const pid of readdirSync("/proc").filter((entry) => /^\d+$/.test(entry))) {
    try {
      const args = readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");
      const program = programOf(args, readFileSync(`/proc/${pid}/cgroup`, "utf8"));
      if (program === undefined) continue;
      byProgram.set(program, (byProgram.get(program) ?? 0) + proportionalSetSize(pid));
    } catch {
      // The process ended between the listing and the reading.
    }
  }
  return [...byProgram]
    .map(([program, mebibytes]) => ({ program, mebibytes: Math.round(mebibytes) }))
    .sort((a, b) => b.mebibytes - a.mebibytes);
}

function programOf(args: readonly string[], cgroup: string): string | undefined {
  const [path = "", first = ""] = args;
  const name = path.slice(path.lastIndexOf("/") + 1);
  if (cgroup.includes("/kubepods")) return `pods: ${name}`;
  if (!args.some((arg) => arg.includes(stateDirectory()))) return undefined;
  return name === "kubernetes" ? first : name === "node" ? "network-policy controller" : name;
}
